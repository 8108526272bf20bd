"""The issued keys for /v1 as this process knows them: no look-up asks the database; at most 2 s old."""

import time
from collections.abc import Callable
from itertools import count

from asgiref.sync import async_to_sync
from channels.db import database_sync_to_async
from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from apps.accounts import secret
from apps.accounts.models import CallerKey

FRESH_S = 1.5  # between two looks; one takes a moment, too


class _Snapshot:
    callers: dict[str, str] = {}  # by the key's hash
    at = float("-inf")  # monotonic
    number = -1  # of the reading that it came from
    listeners: list[Callable[[], None]] = []


_numbers = count()  # of readings, in their order: one that was overtaken counts no more


def caller_of(key: str) -> str | None:
    """The caller that an issued key names; None for any other key."""
    if not _Snapshot.callers or not key.startswith(secret.CALLER_KEY):
        return None
    return _Snapshot.callers.get(secret.digest(key))


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
        for forget in _Snapshot.listeners:
            forget()
