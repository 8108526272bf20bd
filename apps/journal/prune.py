"""Deletes exchanges that have ended: the oldest ones, or the ones that somebody selects."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone

from apps.journal.models import OPEN_STATES, Exchange, Pruned
from apps.journal.writer import apart, writer

# Whoever counts exchanges hears the ids of each chunk before it is deleted, within its transaction.
erasing: list[Callable[[list[str]], None]] = []
CHUNK = 500  # rows in one turn of the writer, so that calls are never kept waiting for long


def prune(*, keep: int, days: float, enough: Callable[[], bool] = lambda: False) -> int:
    """Delete what is older than `days` or beyond the newest `keep` exchanges; returns how many.

    What is still open stays. It blocks until it is done, or `enough`: call it from a thread.
    """
    too_old = Exchange.objects.filter(created_at__lt=timezone.now() - timedelta(days=days))
    erased = erase(too_old, then=lambda count: _count(Pruned.Limit.AGE, count), enough=enough)
    newest = Exchange.objects.order_by("-id").values_list("id", flat=True)
    beyond = apart(lambda: newest[keep : keep + 1].first())
    if beyond is not None:
        too_many = Exchange.objects.filter(id__lte=beyond)
        erased += erase(too_many, then=lambda count: _count(Pruned.Limit.COUNT, count), enough=enough)
    return erased


def erase(
    rows: QuerySet[Exchange],
    *,
    then: Callable[[int], None] = lambda _: None,
    enough: Callable[[], bool] = lambda: False,
) -> int:
    """Delete those of the rows that have ended, the oldest first, in chunks; returns how many.

    `then` hears how many each chunk had, within its transaction; `enough` is asked before each.
    """
    newest = apart(lambda: rows.order_by("-id").values_list("id", flat=True).first())
    # Up to the newest of now: under load there would be more to delete for ever.
    ended = rows.filter(id__lte=newest or "").exclude(state__in=OPEN_STATES).order_by("id")

    def chunk() -> int:
        # Of two processes that prune at once each takes rows that the other has not.
        ids = list(ended.select_for_update(skip_locked=True).values_list("id", flat=True)[:CHUNK])
        if ids:
            for hear in erasing:
                hear(ids)
            Exchange.objects.filter(id__in=ids).delete()
            then(len(ids))
        return len(ids)

    erased = 0
    while not enough() and (found := writer.call(chunk)):
        erased += found
    return erased


def pruned() -> dict[str, Any]:
    """What the limits have deleted so far: {"count", "since", "keep", "days", "limits": [{"limit", …}]}.

    `keep` and `days` are the limits; `limit` is "count" or "age"; times in unix seconds, None for never.
    """
    rows = list(Pruned.objects.order_by("-exchanges"))
    return {
        "count": sum(row.exchanges for row in rows),
        "since": min((row.since.timestamp() for row in rows), default=None),
        "keep": settings.MOCKOPENAI_JOURNAL_MAX,
        "days": settings.MOCKOPENAI_JOURNAL_DAYS,
        "limits": [
            {
                "limit": row.limit,
                "count": row.exchanges,
                "since": row.since.timestamp(),
                "last_at": row.last_at.timestamp(),
            }
            for row in rows
        ],
    }


def _count(limit: Pruned.Limit, exchanges: int) -> None:
    now = timezone.now()
    Pruned.objects.get_or_create(limit=limit, defaults={"since": now, "last_at": now})
    Pruned.objects.filter(limit=limit).update(exchanges=F("exchanges") + exchanges, last_at=now)
