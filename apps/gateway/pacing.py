"""When the events of a stream are due, and how they leave: by the loop's timer, on an absolute schedule."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import NamedTuple

from apps.gateway.line import HungUp, Line
from apps.wire import sse
from apps.wire.reply import Pace

BATCH_BYTES = 32 * 1024  # what is due leaves together, as far as that
BATCH_EVENTS = 128  # events without a pace between them leave together
EARLY_S = 0.0005  # uvloop's clock and timers count whole milliseconds


class Timed(NamedTuple):
    """A piece of a streamed reply, and how long after the start it is due."""

    at_s: float
    data: bytes


def schedule(events: Iterator[bytes], pace: Pace) -> Iterator[Timed]:
    """When each event is due: an absolute schedule, so that lateness never adds up.

    The first event (the role) is due after first_token_ms, each later one token_ms after it; the
    last ([DONE]) leaves with the one before. Events due at the same moment leave together.
    """
    first_s, step_s = pace.first_token_ms / 1000, pace.token_ms / 1000
    if step_s == 0:
        yield from (Timed(first_s, data) for data in joined(events))
        return
    held = next(events, b"")
    index = 0
    for event in events:
        if event == sse.DONE:
            held += event
            continue
        yield Timed(first_s + index * step_s, held)
        index, held = index + 1, event
    yield Timed(first_s + index * step_s, held)


def joined(events: Iterator[bytes]) -> Iterator[bytes]:
    while some := b"".join(islice(events, BATCH_EVENTS)):
        yield some


async def paced(events: Iterator[bytes], pace: Pace) -> AsyncIterator[bytes]:
    """The pieces of a streamed reply, each when it is due (for a door that cannot see a hang-up)."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    for piece in schedule(events, pace):
        delay_s = began_s + piece.at_s - loop.time()
        if delay_s > 0:
            await asyncio.sleep(delay_s)
        yield piece.data


class Player:
    """Plays a stream over a line: plain callbacks of the loop's timer, no task is woken for an event."""

    def __init__(self, line: Line, pieces: Iterator[Timed]) -> None:
        self._line = line
        self._pieces = pieces
        self._next = next(pieces, None)
        self._loop = asyncio.get_running_loop()
        self._began_s = self._loop.time()
        self._held: asyncio.Future[bytes]
        self._timer: asyncio.Handle

    async def play(self) -> None:
        """Returns when everything was written; raises HungUp as soon as the caller does."""
        while held := await self._play_freely():
            await self._line.write(held, last=False)

    async def _play_freely(self) -> bytes:
        """Plays while the line takes what is due; what it does not take, or nothing at the end."""
        self._held = self._loop.create_future()
        self._timer = self._loop.call_soon(self._step)
        watch = self._line.watch()
        try:
            await asyncio.wait((watch, self._held), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._timer.cancel()
        if self._held.done() and not (held := self._held.result()):
            return held  # all of it is written: a caller who leaves now has got it
        if watch.done():
            raise HungUp
        return held

    def _step(self) -> None:
        try:
            held = self._write_due()
        except Exception as error:  # noqa: BLE001 - of a callback nobody hears; the coroutine raises it
            self._held.set_exception(error)
            return
        if held or self._next is None:
            self._held.set_result(held)
        else:
            self._timer = self._loop.call_at(self._began_s + self._next.at_s, self._step)

    def _write_due(self) -> bytes:
        """Writes what is due; what of it the line does not take now."""
        while due := self._due():
            if not self._line.write_now(due):
                return due
        return b""

    def _due(self) -> bytes:
        until_s = self._loop.time() - self._began_s + EARLY_S
        parts, size = [], 0
        while self._next is not None and self._next.at_s <= until_s and size < BATCH_BYTES:
            parts.append(self._next.data)
            size += len(self._next.data)
            self._next = next(self._pieces, None)
        return b"".join(parts)
