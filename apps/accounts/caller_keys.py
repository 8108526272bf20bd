"""The issued keys for /v1 as this process knows them: no look-up asks the database; at most 2 s old.

That a key was used is noted where it is looked up, and kept within 2 s. Whoever remembers what a key means
is told to forget it once a minute, so that a key that is used again is noted again: no call pays for it.
"""

import time
from collections.abc import Callable
from datetime import datetime
from itertools import count

from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from apps.accounts import secret
from apps.accounts.models import CallerKey

FRESH_S = 1.5  # between two looks; one takes a moment, too
USED_EVERY_S = 60.0  # a key's use is kept once in so long by each process


class _Snapshot:
    callers: dict[str, str] = {}  # by the key's hash
    at = float("-inf")  # monotonic
    number = -1  # of the reading that it came from
    listeners: list[Callable[[], None]] = []
    used: dict[str, datetime] = {}  # by the key's hash, those whose use is not kept yet
    noted: set[str] = set()  # in this minute
    minute_at = 0.0  # monotonic


_numbers = count()  # of readings, in their order: one that was overtaken counts no more


def caller_of(key: str) -> str | None:
    """The caller that an issued key names; None for any other key."""
    if not _Snapshot.callers or not key.startswith(secret.CALLER_KEY):
        return None
    digest = secret.digest(key)
    caller = _Snapshot.callers.get(digest)
    if caller is not None and digest not in _Snapshot.noted:
        _Snapshot.noted.add(digest)
        _Snapshot.used[digest] = timezone.now()
    return caller


def is_required() -> bool:
    return bool(settings.MOCKOPENAI_REQUIRE_KEY)


def on_change(forget: Callable[[], None]) -> None:
    """`forget` is called whenever what a key means may have changed."""
    _Snapshot.listeners.append(forget)


def _read() -> dict[str, str]:
    rows = CallerKey.objects.filter(revoked_at=None)
    rows = rows.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
    return dict(rows.values_list("digest", "caller"))


async def fresh() -> None:
    """Has the keys read again when they are too old. Applied on the loop, where calls are read, too."""
    if time.monotonic() - _Snapshot.at < FRESH_S:
        return
    number = next(_numbers)
    await _apply(number, await database_sync_to_async(_read, thread_sensitive=False)())
    if _Snapshot.used:
        await database_sync_to_async(keep_uses, thread_sensitive=False)()
    if time.monotonic() - _Snapshot.minute_at >= USED_EVERY_S:
        _Snapshot.minute_at = time.monotonic()
        if _Snapshot.noted:
            _Snapshot.noted.clear()
            _forget()


def keep_uses() -> None:
    """Writes which keys were used, and when; another process may know of a later use."""
    while _Snapshot.used:
        digest, at = _Snapshot.used.popitem()
        rows = CallerKey.objects.filter(Q(used_at=None) | Q(used_at__lt=at), digest=digest)
        try:
            rows.update(used_at=at)
        except Exception:
            _Snapshot.used.setdefault(digest, at)  # the next look tries again
            raise


def renew() -> None:
    """After a change from here, in a synchronous view: a key opens at once what it opens, or nothing more.

    Other processes notice within 2 s.
    """
    number = next(_numbers)
    async_to_sync(_apply)(number, _read())


async def _apply(number: int, callers: dict[str, str]) -> None:
    """On the loop, so that nothing is remembered by the old keys after it was told to forget."""
    if number < _Snapshot.number:
        return
    _Snapshot.number, _Snapshot.at = number, time.monotonic()
    if callers != _Snapshot.callers:
        _Snapshot.callers = callers
        _forget()


def _forget() -> None:
    for forget in _Snapshot.listeners:
        forget()
