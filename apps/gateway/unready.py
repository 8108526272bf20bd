"""Calls wait on the event loop, and hold nothing up, while what stands in their queue is read or judged.

Whoever waits asks again when the reading is done, in the order of the calls; where it failed, asking tells.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from apps.journal.writer import apart
from apps.live.tasks import spawn
from apps.queues.choosing import prepare
from apps.queues.take import SHARED
from apps.wire.match import Costly

_judging = ThreadPoolExecutor(2, thread_name_prefix="judging")  # a long one is not waited for by all others

_Key = tuple[asyncio.AbstractEventLoop, str]
_readings: "dict[_Key, asyncio.Task[None]]" = {}


def reading_for(caller: str) -> "asyncio.Task[None] | None":
    """The reading that a call of this caller has to wait for; None nearly always."""
    if not _readings:
        return None
    loop = asyncio.get_running_loop()
    return _readings.get((loop, caller)) or _readings.get((loop, SHARED))


def read_first(queue: str) -> "asyncio.Task[None]":
    """Reads what stands in the queue, on a thread of its own; one reading serves all who wait for it."""
    key = (asyncio.get_running_loop(), queue)
    if key not in _readings:
        _readings[key] = spawn(_read(key), name=f"reading of the queue {queue}")
    return _readings[key]


def worked_out(costly: Costly, loop: asyncio.AbstractEventLoop) -> "asyncio.Future[object]":
    """Has it worked out whether an expression is found in a text, two at a time."""
    return loop.run_in_executor(_judging, costly.work_out)


async def _read(key: _Key) -> None:
    try:
        await key[0].run_in_executor(None, apart, partial(prepare, key[1]))
    finally:
        del _readings[key]
