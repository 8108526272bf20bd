"""Clients that call again and again, and come back after a break."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass, field

from benchmarks import traffic

CALL_S = 30.0


@dataclass
class Steady:
    """One client: calls again and again under one name, over a new connection where the old one ended."""

    port: int
    caller: str
    serials: list[int] = field(default_factory=list)  # of the presets that it got, in its order
    broken: int = 0  # calls whose connection ended without an answer
    refused: list[bytes] = field(default_factory=list)  # answers that were no presets
    slowest_s: float = 0.0
    body: bytes = field(default_factory=traffic.request_body)
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
        writer.write(traffic.http_request(path, self.body))
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
