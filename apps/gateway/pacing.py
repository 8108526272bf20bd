"""How a stream leaves at its pace: played by the loop's timer, no task woken for an event."""

import asyncio
from collections.abc import AsyncGenerator

from apps.desk.closing import GoingDown
from apps.desk.waiting import waiting_here
from apps.gateway.beat import beat_of
from apps.gateway.due import Due
from apps.gateway.line import GRACE_S, HungUp, Line


async def paced(due: Due) -> AsyncGenerator[bytes, None]:
    """The pieces of a streamed reply, each when it is due (for a door that cannot see a hang-up)."""
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    while not due.over:
        delay_s = began_s + due.at_s - loop.time()
        if delay_s > 0:
            await asyncio.sleep(delay_s)
        if taken := due.take(loop.time() - began_s):
            yield taken


class Player:
    """Plays a stream over a line, from now on."""

    def __init__(self, line: Line, due: Due) -> None:
        self._line = line
        self._due = due
        self._loop = asyncio.get_running_loop()
        self._beat = beat_of(self._loop)
        self._began_s = self._loop.time()
        self._held: asyncio.Future[bytes]

    async def play(self) -> None:
        """Returns when everything was written; raises HungUp as soon as the caller does.

        Raises GoingDown when the server goes down and the next event is due too late for it.
        """
        while held := await self._play_freely():
            await self._line.write(held, last=False)

    async def _play_freely(self) -> bytes:
        """Plays while the line takes what is due; what it does not take, or nothing at the end."""
        self._held = self._loop.create_future()
        watch = self._line.watch()
        self._step()
        try:
            await self._wait(watch)
            if self._held.done() and not (held := self._held.result()):
                return held  # all of it is written: a caller who leaves now has got it
            if watch.done():
                raise HungUp
            return held
        finally:
            self._held.cancel()  # a step that is still to come does nothing

    async def _wait(self, watch: "asyncio.Task[None]") -> None:
        """Until the caller leaves, or there is something to be held or nothing more to be sent."""
        end = waiting_here().end
        with end.notice() as closing:
            ends = (watch, self._held, closing)
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not (watch.done() or self._held.done()):
            if end.is_too_late(self._began_s + self._due.at_s, grace_s=GRACE_S):
                raise GoingDown
            await asyncio.wait((watch, self._held), return_when=asyncio.FIRST_COMPLETED)

    def _step(self) -> None:
        if self._held.done():
            return
        try:
            held = self._write_due()
        except Exception as error:  # noqa: BLE001 - of a callback nobody hears; the coroutine raises it
            self._held.set_exception(error)
            return
        if held or self._due.over:
            self._held.set_result(held)
        else:
            self._beat.call_at(self._began_s + self._due.at_s, self._step)

    def _write_due(self) -> bytes:
        """Writes what is due; what of it the line does not take now."""
        while due := self._due.take(self._loop.time() - self._began_s):
            if not self._line.write_now(due):
                return due
        return b""
