"""Callers for load: connections of plain asyncio that make calls, and know what was answered."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any
from urllib.parse import urlsplit

CALL = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}
PATIENCE_S = 30
DRAIN_S = 60
BROKEN = (ConnectionError, asyncio.IncompleteReadError)


@dataclass(frozen=True)
class Answer:
    """What came back on a connection."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def content(self) -> str:
        """The text of a chat completion; "" when the answer is none."""
        found = self.json
        return found["choices"][0]["message"]["content"] if self.status == 200 else ""

    @property
    def serial(self) -> int:
        """The number that a preset of `serials` carries."""
        return int(self.content)


class Caller:
    """One connection, kept open, under one caller's name."""

    def __init__(self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.name = name
        self._reader = reader
        self._writer = writer

    async def call(
        self, body: Any = CALL, *, method: str = "POST", path: str = "/chat/completions"
    ) -> Answer:
        await self.send(body, method=method, path=path)
        return await self.receive()

    async def send(self, body: Any = CALL, *, method: str = "POST", path: str = "/chat/completions") -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else b""
        head = f"{method} /as/{self.name}/v1{path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: {len(data)}\r\n\r\n"
        self._writer.write(head.encode() + data)
        await self._writer.drain()

    async def receive(self) -> Answer:
        """The next answer; raises one of BROKEN when the connection ends before it is whole."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._read()

    async def _read(self) -> Answer:
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await self._reader.readexactly(int(headers.get("content-length", 0)))
        return Answer(int(first.split()[1]), headers, body)

    async def hang_up(self) -> None:
        self._writer.transport.abort()
        with contextlib.suppress(ConnectionError):
            await self._writer.wait_closed()


@asynccontextmanager
async def callers(url: str, name: str, count: int = 1) -> AsyncIterator[list[Caller]]:
    """Open connections to one server, all under one name."""
    address = urlsplit(url)
    opened = [
        Caller(name, *await asyncio.open_connection(address.hostname, address.port)) for _ in range(count)
    ]
    try:
        yield opened
    finally:
        for caller in opened:
            await caller.hang_up()


@dataclass
class Drained:
    """What one connection got, in its order, and how often it sent without an answer (0 or 1)."""

    serials: list[int] = field(default_factory=list)
    unanswered: int = 0
    last: Answer | None = None


async def drain(
    urls: Sequence[str], name: str, *, connections: int, each: int | None = None
) -> list[Drained]:
    """Calls over all connections at once, spread over the servers, until presets end or the server does.

    `each`: no connection calls more often. The servers must refuse what no preset accepts.
    """
    share = connections // len(urls)
    async with asyncio.timeout(DRAIN_S):
        parts = await asyncio.gather(*[_drain(url, name, share, each) for url in urls])
    return [one for got in parts for one in got]


async def _drain(url: str, name: str, connections: int, each: int | None) -> list[Drained]:
    async with callers(url, name, connections) as opened:
        return await asyncio.gather(*[_until_the_end(caller, each) for caller in opened])


async def _until_the_end(caller: Caller, each: int | None) -> Drained:
    drained = Drained()
    try:
        while each is None or len(drained.serials) < each:
            drained.unanswered = 1
            answer = await caller.call()
            drained.unanswered = 0
            if answer.status != 200:
                drained.last = answer
                return drained
            drained.serials.append(answer.serial)
    except BROKEN:
        pass
    return drained


def serials(count: int, *, start: int = 0) -> list[dict[str, Any]]:
    """Drafts that can be told apart: their content is their number."""
    return [{"content": str(number)} for number in range(start, start + count)]


def all_of(drained: Sequence[Drained]) -> list[int]:
    return [number for one in drained for number in one.serials]


def rises(numbers: Sequence[int]) -> bool:
    return all(before < after for before, after in pairwise(numbers))
