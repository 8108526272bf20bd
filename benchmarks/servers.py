"""The servers under measurement: started on their own core with their own data, read from /proc, ended."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CORES = sorted(os.sched_getaffinity(0))
SERVER_CORE, DRIVER_CORE = CORES[0], CORES[min(1, len(CORES) - 1)]
READY_LIMIT_S = 60.0
END_LIMIT_S = 15.0
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


class ServerDiedError(Exception):
    """A server ended, or was not ready in time; the message ends with its last words."""


@dataclass(slots=True)
class Server:
    """A running server process, and what Linux tells about it."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path

    def cpu_s(self) -> float:
        """The processor time used so far (in steps of 10 ms)."""
        after_name = self._proc("stat").rpartition(")")[2].split()
        return (int(after_name[11]) + int(after_name[12])) / TICKS_PER_S

    def rss_bytes(self) -> int:
        return self._status("VmRSS") * 1024

    def threads(self) -> int:
        return self._status("Threads")

    def open_files(self) -> int:
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def settle(self, *, limit_s: float = 5.0) -> None:
        """Wait until the server has been idle for 0.3 s: what it does after the answers is not measured."""
        until, idle = time.monotonic() + limit_s, 0
        while idle < 3 and time.monotonic() < until:
            before = self.cpu_s()
            time.sleep(0.1)
            idle = idle + 1 if self.cpu_s() - before <= 0.01 else 0

    def last_words(self) -> str:
        return self.log.read_text(errors="replace")[-2000:]

    def _proc(self, name: str) -> str:
        return Path(f"/proc/{self.process.pid}/{name}").read_text()

    def _status(self, key: str) -> int:
        line = next(line for line in self._proc("status").splitlines() if line.startswith(key + ":"))
        return int(line.split()[1])


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def clean_environment(**settings: str) -> dict[str, str]:
    """This process' environment without any setting of the mock, plus the given ones."""
    ours = ("MOCKOPENAI_", "DATABASE_URL", "REDIS_URL", "DJANGO_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | settings


@contextmanager
def yardstick(*, bare: bool = False) -> Iterator[Server]:
    """The FastAPI hello-world, or the bare server."""
    port = free_port()
    command = [sys.executable, "-m", "benchmarks.yardstick", "--port", str(port)] + ["--bare"] * bare
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as folder,
        _running(command, port, "/ready", Path(folder), clean_environment()) as server,
    ):
        yield server


@contextmanager
def mock(**settings: str) -> Iterator[Server]:
    """The mock on an empty database of its own; `settings` are environment variables."""
    with (
        tempfile.TemporaryDirectory(prefix="benchmark-") as folder,
        mock_on(migrated(Path(folder)), **settings) as server,
    ):
        yield server


def migrated(folder: Path) -> Path:
    """The folder, now with an up-to-date database."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    environment = clean_environment(MOCKOPENAI_DATA_DIR=str(folder))
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=READY_LIMIT_S, check=False
    )
    if done.returncode:
        raise ServerDiedError(f"migrate failed: {done.stderr[-2000:]}")
    return folder


@contextmanager
def mock_on(folder: Path, **settings: str) -> Iterator[Server]:
    """The mock on the database of that folder, which another one may use at the same time."""
    port = free_port()
    command = [sys.executable, "manage.py", "serve", "--host", "127.0.0.1", "--port", str(port)]
    environment = clean_environment(MOCKOPENAI_DATA_DIR=str(folder), **settings)
    with _running(command, port, "/v1/models", folder, environment) as server:
        yield server


@contextmanager
def _running(
    command: list[str], port: int, ready_path: str, folder: Path, environment: dict[str, str]
) -> Iterator[Server]:
    log = folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        os.sched_setaffinity(process.pid, {SERVER_CORE})
        server = Server(process, port, log)
        _wait_until_ready(server, ready_path)
        yield server
    finally:
        end(process)


def _wait_until_ready(server: Server, path: str) -> None:
    until = time.monotonic() + READY_LIMIT_S
    while time.monotonic() < until and server.process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{server.port}{path}", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise ServerDiedError(f"not ready (exit status {server.process.poll()}): {server.last_words()}")


def end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(END_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
