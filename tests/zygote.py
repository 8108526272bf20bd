"""A process that has imported what every server imports, and forks into servers: a start costs half as much.

What it imports knows nothing of settings: those are read behind the fork, from the environment that the server gets.
"""

import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Never

MESSAGE_MAX = 1024 * 1024
ROOT = Path(__file__).resolve().parent.parent
EARLY = (
    *("sqlite3", "psycopg", "orjson", "toktok", "yaml", "uvloop", "prometheus_client", "servestatic"),
    *("uvicorn.main", "uvicorn.protocols.http.httptools_impl", "websockets.server", "redis.asyncio"),
    *("django.core.management", "django.core.handlers.asgi", "django.db.models", "django.forms"),
    *("django.template.defaulttags", "django.template.defaultfilters", "django.views.debug"),
    *("django.contrib.postgres.fields", "django.core.files.storage", "django.views.generic"),
)


class Forked:
    """One server: what a Popen says of a process that is not our own child."""

    def __init__(self, zygote: "Zygote", pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._zygote = zygote

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._zygote.ended(self.pid)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired(f"server {self.pid}", timeout or 0)
            time.sleep(0.005)
        assert self.returncode is not None
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


class Zygote:
    """The process, as the tests see it."""

    def __init__(self) -> None:
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)  # a message at a time
        with there:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.zygote", str(there.fileno())],
                cwd=ROOT,
                pass_fds=[there.fileno()],
            )
        self._here = here
        self._turn = threading.Lock()
        self._ended: dict[int, int] = {}
        atexit.register(self.stop)

    def start(self, argv: list[str], env: dict[str, str], log: Path) -> Forked:
        """A fork that runs `manage.py` with these arguments; its output goes into `log`."""
        with self._turn:
            _tell(self._here, {"argv": argv, "env": env, "log": str(log)})
            while True:
                told = json.loads(self._here.recv(MESSAGE_MAX))
                if "started" in told:
                    return Forked(self, told["started"])
                self._ended[told["ended"]] = told["code"]

    def ended(self, pid: int) -> int | None:
        """The exit code of a fork (negative: the signal that ended it), or None while it runs."""
        with self._turn:
            while pid not in self._ended and select.select([self._here], [], [], 0)[0]:
                told = json.loads(self._here.recv(MESSAGE_MAX))
                self._ended[told["ended"]] = told["code"]
            return self._ended.get(pid)

    def stop(self) -> None:
        self._here.close()
        self._process.wait()


@cache
def zygote() -> Zygote:
    """The one of this process."""
    return Zygote()


def main(fd: int) -> None:
    """Forks for each line that it reads; ends, with all its forks, when nobody can write one any more."""
    for name in EARLY:
        import_module(name)
    gc.collect()
    gc.freeze()
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_write, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake_write)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    asked, running = socket.socket(fileno=fd), set[int]()
    while True:
        ready = select.select([asked, wake_read], [], [])[0]
        if wake_read in ready:
            os.read(wake_read, 4096)
            _tell_ended(asked, running)
        if asked in ready:
            message = asked.recv(MESSAGE_MAX)
            if not message:
                break
            pid = os.fork()
            if pid == 0:
                _become(json.loads(message), [fd, wake_read, wake_write])
            running.add(pid)
            _tell(asked, {"started": pid})
    for pid in running:
        os.kill(pid, signal.SIGKILL)


def _tell(other: socket.socket, said: dict[str, Any]) -> None:
    other.send(json.dumps(said).encode())


def _tell_ended(other: socket.socket, running: set[int]) -> None:
    while running:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            break
        running.discard(pid)
        _tell(other, {"ended": pid, "code": os.waitstatus_to_exitcode(status)})


def _become(asked: dict[str, Any], descriptors: list[int]) -> Never:
    """This fork becomes `python manage.py …`, as good as it can be told apart from one."""
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGINT):
        signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    for descriptor in descriptors:
        os.close(descriptor)
    log = os.open(asked["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.environ.clear()
    os.environ.update(asked["env"])
    gc.unfreeze()
    sys.argv = ["manage.py", *asked["argv"]]
    sys.path[0] = str(ROOT)
    code = 1
    try:
        runpy.run_path("manage.py", run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    main(int(sys.argv[1]))
