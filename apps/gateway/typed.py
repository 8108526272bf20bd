"""Streams to a caller what a person types, as it is typed."""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import orjson
from django.conf import settings
from django.db import Error

from apps.desk import typed
from apps.desk.outcome import Cause, Outcome, look
from apps.desk.typed import Frame
from apps.desk.waiting import RETRY_S, waiting_here
from apps.gateway.delivery import head
from apps.gateway.line import HungUp, Line
from apps.gateway.report import Progress
from apps.journal.writer import writer
from apps.wire import sse
from apps.wire.endpoint import Body
from apps.wire.headers import EVENT_STREAM
from apps.wire.reply import Reply

log = logging.getLogger(__name__)


async def deliver_typed(line: Line, progress: Progress, reply: Reply) -> None:
    """Sends what is typed over a line; raises HungUp when the caller left before all of it was gone."""
    began_s = time.monotonic()
    try:
        async with aclosing(typed_events(progress, reply, line.watch())) as events:
            async for data in events:
                if not line.started:
                    await line.start(reply.status, head(progress.intake.call, reply, EVENT_STREAM))
                await line.write(data, last=False)
    finally:
        line.injected_s += time.monotonic() - began_s  # a person's time, not ours
    await line.write(b"", last=True)


async def typed_events(
    progress: Progress, reply: Reply, hung_up: "asyncio.Future[None]"
) -> AsyncGenerator[bytes, None]:
    """The events of a reply while it is typed; raises HungUp when `hung_up` is done before its end.

    `reply` is its beginning. Closed before its end, it writes what had been typed until then.
    """
    call, endpoint = progress.intake.call, progress.intake.endpoint
    assert endpoint is not None and endpoint.typed is not None  # else nobody could have begun
    events = endpoint.typed.frames(orjson.loads(reply.body), call)
    follower = _Follower(call.id, hung_up)
    begun = False
    try:
        async for frames in follower:
            start = b"" if begun else events.start()  # first: events may be numbered
            text, begun = start + b"".join([events.text(one.delta) for one in frames if one.delta]), True
            if text or not frames:
                yield text or sse.comment("typing")
        end = events.end(await _whole(progress))
        if hung_up.done():
            raise HungUp
        yield end
    finally:
        waiting_here().silence(call.id)
        if not follower.ended:
            await writer.run(lambda: typed.end_early(call.id, finish_reason=None))
            await _whole(progress)


class _Follower:
    """Waits for what is typed to one call: lists of frames, an empty one to keep the connection warm."""

    def __init__(self, exchange_id: str, hung_up: "asyncio.Future[None]") -> None:
        self.ended = False
        self._id = exchange_id
        self._hung_up = hung_up
        self._seq = 0

    async def __aiter__(self) -> AsyncIterator[list[Frame]]:
        table, loop = waiting_here(), asyncio.get_running_loop()
        warm_s, heard_at = settings.MOCKOPENAI_WARM_AFTER_S, loop.time()
        while not self.ended:
            bell = table.bell(self._id)  # before the look: what comes after that rings it
            frames = await self._look(closing=table.closing)
            if self._hung_up.done():
                raise HungUp
            if frames or (warm_s and loop.time() - heard_at >= warm_s):
                heard_at = loop.time()
                yield frames
            if not self.ended:
                # The tick rings, too: a lost bell costs no more than that.
                ends = (bell, self._hung_up)
                await asyncio.wait(ends, timeout=warm_s or None, return_when=asyncio.FIRST_COMPLETED)

    async def _look(self, *, closing: bool) -> list[Frame]:
        """What is new in the database; the stream outlives one that is away for a while."""
        while True:
            try:
                frames = await writer.run(lambda: typed.news(self._id, after=self._seq, closing=closing))
            except Error as error:
                log.warning("What is typed to %s could not be looked up: %s", self._id, error)
                await asyncio.sleep(RETRY_S)
                continue
            if frames:
                self._seq, self.ended = frames[-1].seq, frames[-1].done
            return frames


async def _whole(progress: Progress) -> Body:
    """The body of all that was typed, as the journal has it now."""
    outcome: Outcome = await writer.submit(look, (progress.intake.call.id, Cause.BELL))
    progress.ended_as(outcome)
    if outcome.reply is None:  # somebody has deleted the row
        raise HungUp
    body: Body = orjson.loads(outcome.reply.body)
    return body
