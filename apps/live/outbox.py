"""Holds what one dashboard has yet to be sent: bounded, so that a slow one costs nobody anything."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

OUTBOX_MAX_BYTES = 4 * 1024 * 1024
ROOMY_BYTES = OUTBOX_MAX_BYTES // 2
RESYNC = '{"type":"resync","data":{}}'


class Outbox:
    """Event texts on their way to one dashboard; an overfull box is emptied into a single resync."""

    def __init__(self) -> None:
        self._texts: deque[str] = deque()
        self._size_bytes = 0
        self._filled = asyncio.Event()
        self._roomy = asyncio.Event()
        self._roomy.set()

    def put(self, text: str) -> None:
        """Add the text of an event: a JSON object without `seq`."""
        self._size_bytes += len(text)
        if self._size_bytes > OUTBOX_MAX_BYTES:
            self._texts.clear()
            text = RESYNC
            self._size_bytes = len(text)
        self._texts.append(text)
        self._filled.set()
        if self._size_bytes > ROOMY_BYTES:
            self._roomy.clear()

    async def room(self) -> None:
        """Returns when the box is half empty: for whoever has much to tell, and can wait."""
        await self._roomy.wait()

    async def run(self, send: Callable[[str], Awaitable[None]]) -> None:
        """Send what comes for as long as the dashboard lives, numbered from 1 without a gap."""
        seq = 0
        while True:
            await self._filled.wait()
            self._filled.clear()
            while self._texts:
                text = self._texts.popleft()
                self._size_bytes -= len(text)
                if self._size_bytes <= ROOMY_BYTES:
                    self._roomy.set()
                seq += 1
                await send(f'{text[:-1]},"seq":{seq}}}')
