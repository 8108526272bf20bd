"""The calls that wait in this process: each a future in a table, woken by a bell or by the tick.

The database holds the answer; a message on this process's channel only rings (law 2). A lost bell
costs at most one tick.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterator
from weakref import WeakKeyDictionary

from channels.exceptions import ChannelFull
from channels.layers import get_channel_layer
from django.db import Error

from apps.desk.closing import Closing
from apps.desk.outcome import Cause, Outcome, look, still_waiting
from apps.journal.writer import writer
from apps.live.outage import DATABASE, REDIS, redis_errors
from apps.live.tasks import spawn

TICK_S = 2.0
RING_S = 1.0  # by then the tick is nearer
RETRY_S = 1.0  # between attempts while Redis or the database is away


class Waiting:
    """The table of one event loop (a server process has one)."""

    def __init__(self) -> None:
        self.channel = ""  # where bells for this process arrive; "" while there is none
        self.end = Closing()
        self._bells: dict[str, asyncio.Future[None]] = {}
        self._departures: dict[str, asyncio.Future[None]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._heard = asyncio.Event()  # set once there is a channel
        self._empty = asyncio.Event()  # set when the last call of a closing process has its answer

    @property
    def closing(self) -> bool:
        """Whether this process is about to end."""
        return self.end.has_begun

    async def start(self) -> None:
        """Begins to listen; a channel layer that does not answer delays nothing by more than a second."""
        if self._tasks:
            return
        self._tasks = [spawn(self._listen(), name="bell"), spawn(self._tick(), name="tick")]
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._heard.wait()

    async def hold(self, exchange_id: str, deadline_at: float, hung_up: "asyncio.Future[None]") -> Outcome:
        """Returns when the call is answered, aborted, out of time, left by its caller, or shut out.

        `deadline_at` in unix seconds; `hung_up` is done when the caller has left.
        """
        try:
            while True:
                bell = self.bell(exchange_id)
                if not self.closing:
                    patience_s = max(0.0, deadline_at - time.time())
                    await asyncio.wait(
                        (bell, hung_up), timeout=patience_s, return_when=asyncio.FIRST_COMPLETED
                    )
                outcome = await self._look(exchange_id, bell, hung_up)
                if outcome.settled:
                    return outcome
                deadline_at = outcome.deadline_at
        finally:
            self.silence(exchange_id)

    def bell(self, exchange_id: str) -> "asyncio.Future[None]":
        """A new bell of a call, done as soon as somebody rings; the tick rings those that wait no more."""
        bell = self._bells[exchange_id] = asyncio.get_running_loop().create_future()
        return bell

    def silence(self, exchange_id: str) -> None:
        """Nobody listens for this call any more."""
        self._bells.pop(exchange_id, None)
        if not self._bells:
            self._empty.set()

    async def _look(
        self, exchange_id: str, bell: "asyncio.Future[None]", hung_up: "asyncio.Future[None]"
    ) -> Outcome:
        """What the database says; a parked call outlives a database that is away for a while."""
        while True:
            try:
                outcome: Outcome = await writer.submit(look, (exchange_id, self._cause(bell, hung_up)))
                return outcome
            except Error as error:
                DATABASE.met(error)
                await asyncio.sleep(RETRY_S)

    def ring(self, exchange_id: str) -> bool:
        """Wakes a call; False when it does not wait here."""
        bell = self._bells.get(exchange_id)
        if bell is None:
            return False
        if not bell.done():
            bell.set_result(None)
        return True

    @contextlib.contextmanager
    def departure(self, exchange_id: str) -> "Iterator[asyncio.Future[None]]":
        """A future that is done once the reply of a call that waits here has left, and that is written."""
        future = self._departures[exchange_id] = asyncio.get_running_loop().create_future()
        try:
            yield future
        finally:
            self._departures.pop(exchange_id, None)

    def left(self, exchange_id: str) -> None:
        """The reply has left, or could not; tells who waits for its departure."""
        future = self._departures.get(exchange_id)
        if future is not None and not future.done():
            future.set_result(None)

    async def close(self) -> None:
        """Wakes every caller, since the process is about to end; returns when none waits any more."""
        self.end.begin()
        self._empty.clear()
        for exchange_id in list(self._bells):
            self.ring(exchange_id)
        if self._bells:
            await self._empty.wait()

    def _cause(self, bell: "asyncio.Future[None]", hung_up: "asyncio.Future[None]") -> Cause:
        if hung_up.done():
            return Cause.GONE
        if self.closing:
            return Cause.SHUTDOWN
        return Cause.BELL if bell.done() else Cause.DEADLINE

    async def _listen(self) -> None:
        layer = get_channel_layer()
        while True:
            try:
                self.channel = await layer.new_channel()
                self._heard.set()
                while True:
                    message = await layer.receive(self.channel)
                    self.ring(message["exchange_id"])
            except redis_errors(OSError) as error:
                REDIS.met(error)
                self.channel = ""
                await asyncio.sleep(RETRY_S)

    async def _tick(self) -> None:
        """Looks again for all that wait here with one query: bells may be lost, deadlines moved."""
        while True:
            await asyncio.sleep(TICK_S)
            if not self._bells:
                continue
            with contextlib.suppress(Error):  # away for now: the next tick may find it again
                known = await writer.run(still_waiting)
                for exchange_id in [one for one in self._bells if one not in known]:
                    self.ring(exchange_id)


class _Latest:
    loop: asyncio.AbstractEventLoop | None = None
    table = Waiting()


_tables: "WeakKeyDictionary[asyncio.AbstractEventLoop, Waiting]" = WeakKeyDictionary()


def waiting_here() -> Waiting:
    """The table of the running event loop."""
    loop = asyncio.get_running_loop()
    if loop is _Latest.loop:  # asked with every call
        return _Latest.table
    table = _tables.get(loop)
    if table is None:
        table = _tables[loop] = Waiting()
    _Latest.loop, _Latest.table = loop, table
    return table


async def ring(channel: str, exchange_id: str) -> bool:
    """Wakes whoever holds the caller: here, or over its process's channel ("" for none).

    Whether it was here. If the bell is lost, the tick finds the change.
    """
    is_here = waiting_here().ring(exchange_id)
    if not is_here and channel:
        unheard = redis_errors(OSError, ChannelFull, TimeoutError)  # full: it hears no bells
        with contextlib.suppress(*unheard):
            async with asyncio.timeout(RING_S):
                await get_channel_layer().send(channel, {"type": "bell", "exchange_id": exchange_id})
    return is_here
