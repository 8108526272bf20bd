"""What a serving process does beside answering: signs of life, sweeps, pruning; and its end in good order."""

import asyncio
import contextlib
import ctypes
import gc
import threading
from collections.abc import Callable
from weakref import WeakSet

from channels.db import database_sync_to_async
from django.conf import settings
from django.db import Error

from apps.accounts import audit, caller_keys
from apps.desk.waiting import waiting_here
from apps.desk.workers import BEAT_S, SWEEP_S, beat, leave, left_behind, sweep
from apps.faults import buckets, own_draws
from apps.gateway.line import Receive, Send
from apps.journal.prune import prune
from apps.journal.writer import apart, writer
from apps.kept import prune as kept_prune
from apps.library import storage as library_storage
from apps.live.events import attach, publish
from apps.live.outage import DATABASE
from apps.live.tasks import spawn
from apps.stats import counted, kept, rollup
from apps.wire.usage import CL100K, O200K, warm

PRUNE_S = 30
ROLL_S = 5
OLD_MODELS_S = 5  # after the start: few ask for them, and nobody waits for it
LEAVE_S = 2

_started: "WeakSet[asyncio.AbstractEventLoop]" = WeakSet()


class _Latest:
    loop: asyncio.AbstractEventLoop | None = None
    counts: counted.Counts = {}  # when dashboards were last told of new figures
    stopping = threading.Event()  # a journal that is being pruned can wait for the next start


async def ensure_started() -> None:
    """Starts what a serving process does, once a loop; the first sweep is over when it returns."""
    from apps.gateway import batches  # which imports the door, and that this module

    loop = asyncio.get_running_loop()
    if loop is _Latest.loop:  # asked with every request
        return
    _Latest.loop = loop
    if loop in _started:
        return
    _started.add(loop)
    _Latest.stopping.clear()
    attach(loop)
    await waiting_here().start()
    await _quietly(_beat_and_sweep)
    spawn(_every(BEAT_S, lambda: writer.run(beat)), name="beat")
    spawn(_every(SWEEP_S, _sweep), name="sweep")
    spawn(_every(PRUNE_S, _prune), name="prune")
    spawn(_every(ROLL_S, _roll), name="roll")
    spawn(_every(batches.LOOK_S, batches.run_open), name="batches")
    await _quietly(caller_keys.fresh)
    spawn(_every(caller_keys.FRESH_S, caller_keys.fresh), name="keys")
    _settle_memory()
    # A table of tokens takes a while to load, and holds up everything else meanwhile: not in somebody's call.
    await loop.run_in_executor(None, _load_tokens, O200K)
    spawn(_warm_later(), name="warm")


def _settle_memory() -> None:
    """What was loaded for good is not looked at by each garbage collection, and they come less often.

    A call makes a dozen objects that the collector counts; by default it would search all of Django
    for garbage every few hundred calls.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def drain() -> None:
    """Before the server closes its connections: every parked caller gets its 503 now."""
    await waiting_here().close()


async def shut_down() -> None:
    """Writes what is left and takes this process off the list of workers."""
    _Latest.stopping.set()
    with contextlib.suppress(TimeoutError):  # somebody else holds the database: the others notice anyway
        async with asyncio.timeout(LEAVE_S):
            await _quietly(lambda: writer.run(kept.keep))
            await _quietly(lambda: writer.run(leave))
    await asyncio.get_running_loop().run_in_executor(None, writer.stop)


async def sweep_now() -> None:
    """Another process of this host is known to have ended."""
    await _quietly(_sweep)


async def lifespan(receive: Receive, send: Send) -> None:
    """ASGI's lifespan protocol: start and end with the server."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            await ensure_started()
            await send({"type": "lifespan.startup.complete"})
        elif message["type"] == "lifespan.shutdown":
            await drain()
            await shut_down()
            await send({"type": "lifespan.shutdown.complete"})
            return


async def _warm_later() -> None:
    await asyncio.sleep(OLD_MODELS_S)
    await asyncio.get_running_loop().run_in_executor(None, _load_tokens, CL100K)


def _load_tokens(name: str) -> None:
    warm(name)
    _trim()


def _trim() -> None:
    """Gives memory that is free back to the system: glibc keeps it, after a large body, say."""
    with contextlib.suppress(OSError, AttributeError):  # another library, which has no such function
        ctypes.CDLL("libc.so.6").malloc_trim(0)


async def _beat_and_sweep() -> None:
    await writer.run(beat)
    await _sweep()


async def _sweep() -> None:
    left = await asyncio.get_running_loop().run_in_executor(None, apart, left_behind)
    for exchange_id in await writer.run(lambda: sweep(left)):
        publish("settled", {"id": exchange_id, "state": "orphaned"})


async def _prune() -> None:
    keep, days = settings.MOCKOPENAI_JOURNAL_MAX, settings.MOCKOPENAI_JOURNAL_DAYS
    await asyncio.get_running_loop().run_in_executor(
        None, lambda: prune(keep=keep, days=days, enough=_Latest.stopping.is_set)
    )
    await asyncio.get_running_loop().run_in_executor(
        None, lambda: kept_prune.prune(days=days, enough=_Latest.stopping.is_set)
    )
    await writer.run(lambda: library_storage.forget(days=days))
    await writer.run(rollup.forget)
    await writer.run(kept.fold)
    await writer.run(buckets.forget)
    await writer.run(lambda: own_draws.forget(days=days))
    await database_sync_to_async(audit.prune, thread_sensitive=False)(days=settings.MOCKOPENAI_AUDIT_DAYS)
    await asyncio.get_running_loop().run_in_executor(None, _trim)


async def _roll() -> None:
    """Rolls up what has ended, keeps what was counted, and tells open dashboards of it."""
    await asyncio.get_running_loop().run_in_executor(
        None, lambda: rollup.roll(enough=_Latest.stopping.is_set)
    )
    await writer.run(kept.keep)
    calls = {key: row for key, row in counted.counts().items() if key.startswith("calls")}
    if calls != _Latest.counts:
        _Latest.counts = calls
        publish("stats", {})


async def _every(seconds: float, work: Callable[[], "asyncio.Future[None] | object"]) -> None:
    while True:
        await asyncio.sleep(seconds)
        await _quietly(work)


async def _quietly(work: Callable[[], object]) -> None:
    """A database that is away now may be back the next time; upkeep goes on."""
    try:
        await work()  # type: ignore[misc]
        DATABASE.over()
    except Error as error:
        DATABASE.met(error)
