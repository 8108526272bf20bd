"""Tells every dashboard what has changed, without ever delaying whoever says so."""

import asyncio
import secrets
import threading
from typing import Any

import orjson
from channels.layers import get_channel_layer
from django.conf import settings

from apps.live.outage import REDIS, redis_errors
from apps.live.tasks import spawn
from apps.live.window import Data, Event, Gathered, Window

GROUP = "dashboards"
MEMORY = "channels.layers.InMemoryChannelLayer"
PROCESS_ID = secrets.token_hex(8)  # whose numbering a batch follows
GATHER_S = 0.05
RETRY_S = 1.0
BEAT_S = 5.0
SEND_S = 5.0  # a Redis that does not even refuse
BODY_MAX_BYTES = 64 * 1024


class _Process:
    """What this process knows: its loop, its open dashboards, and how far it has counted."""

    loop: asyncio.AbstractEventLoop | None = None
    people: list[str] = []  # at each open dashboard; "" where nobody gave a name
    published = 0
    dropped = 0  # of those: dashboards were told to fetch again instead
    resyncs = 0  # how often one dashboard was
    window = Window()


def attach(loop: asyncio.AbstractEventLoop) -> None:
    """Name the running loop as the one that serves; over a shared layer it then shows signs of life."""
    if _Process.loop is loop:
        return
    _Process.loop = loop
    _Process.window.shut()  # what another loop was to send goes with that loop
    if _shared():
        spawn(_beats(), name="live.beats")


def listening() -> bool:
    """Whether anybody may hear: a dashboard is open here, or other processes may have one."""
    return bool(_Process.people) or _shared()


def publish(kind: str, data: Data, /, *, ip: str = "") -> None:
    """Send an event to all dashboards within GATHER_S; from any thread, at once, never failing.

    A callable `data` is called just before sending, on the loop (so: no database), and not at all
    in a flood.
    """
    if not listening():
        return
    if not _Process.window.add(Event(kind, data, ip)):
        return
    try:
        if _Process.loop is None:
            raise RuntimeError("no loop serves in this process")
        _Process.loop.call_soon_threadsafe(_start_sending)
    except RuntimeError:  # no loop, or it is closed: a management command, a test
        threading.Thread(target=asyncio.run, args=(_send_gathered(retry=False),), name="live").start()


def joined(name: str) -> None:
    """A dashboard has opened in this process; `name` is who sits there, "" when nobody says."""
    _Process.people.append(name)
    spawn(_send([], joined=True), name="live.joined")


def left(name: str) -> None:
    """A dashboard of this process has closed."""
    _Process.people.remove(name)
    if listening():
        spawn(_send([]), name="live.left")


async def can_be_heard() -> bool:
    """Whether what is published now would reach dashboards; asks Redis, where there is one."""
    return not _shared() or await show_people()


async def show_people() -> bool:
    """Tell all dashboards who is here in this process; whether it could be said."""
    return await _send([])


def resynced() -> None:
    """A dashboard is told to fetch everything again."""
    _Process.resyncs += 1


def told() -> dict[str, int]:
    """What dashboards were told by this process since it started, and how often events were left out."""
    return {"published": _Process.published, "dropped": _Process.dropped, "resyncs": _Process.resyncs}


def watching() -> int:
    """How many dashboards are open in this process."""
    return len(_Process.people)


def _shared() -> bool:
    """Whether other processes hear the channel layer, too; asked with every call, so by name only."""
    return bool(settings.CHANNEL_LAYERS["default"]["BACKEND"] != MEMORY)


def _start_sending() -> None:
    spawn(_send_gathered(retry=True), name="live.send")


async def _send_gathered(*, retry: bool) -> None:
    """Send window after window until one stays empty, and none was lost on the way."""
    lost = False
    while True:
        await asyncio.sleep(RETRY_S if lost else GATHER_S)
        gathered = _Process.window.take()
        if gathered is None and not lost:
            return
        gathered = gathered or Gathered(0, ())
        texts = [] if lost else await _texts(gathered)
        lost = not await _send(texts, count=gathered.count)
        if lost or not texts:
            _Process.dropped += gathered.count
        if lost and not retry:
            _Process.window.shut()
            return


async def _texts(gathered: Gathered) -> list[str]:
    """The batch's texts; [] when an event's data could not be made (its task logs why)."""

    async def make() -> list[str]:
        return gathered.texts()

    making = spawn(make(), name="live.texts")
    await asyncio.wait({making})
    return [] if making.exception() else making.result()


async def _send(texts: list[str], *, count: int = 0, joined: bool = False) -> bool:
    """One message to all dashboards; `count` events without texts tell them to fetch again.

    The numbers of a batch that fails stay used: the gap tells dashboards to fetch again, too. They are used
    only then: who is here is said meanwhile, and may overtake the batch without looking like a loss.
    """
    message = {
        "type": "live.batch",
        "worker": PROCESS_ID,
        "first": _Process.published + 1,
        "count": count,
        "people": list(_Process.people),  # as it is now: the layer in memory hands over the very object
        "events": texts,
        "joined": joined,
    }
    try:
        async with asyncio.timeout(SEND_S):
            await get_channel_layer().group_send(GROUP, message)
    except redis_errors(OSError, TimeoutError) as error:
        REDIS.met(error)
        return False
    finally:
        _Process.published += count
    REDIS.over()
    return True


async def _beats() -> None:
    """Every BEAT_S say how far this process has counted, so that a loss shows though it was the last."""
    while _Process.loop is asyncio.get_running_loop():
        await asyncio.sleep(BEAT_S)
        await show_people()


def embed(text: str, *, href: str) -> Any:
    """A body for use inside an event's data: as it is when it is JSON, else as a string.

    Over BODY_MAX_BYTES only its address and size: {"href", "size_bytes"}. An empty text is None.
    """
    if not text:
        return None
    raw = text.encode("utf-8", "replace")
    if len(raw) > BODY_MAX_BYTES:
        return {"href": href, "size_bytes": len(raw)}
    return splice(raw)


def splice(raw: bytes) -> Any:
    """JSON text for use inside other JSON, number spelling and key order kept; else a string."""
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError:
        return raw.decode("utf-8", "replace")
    return orjson.Fragment(raw)
