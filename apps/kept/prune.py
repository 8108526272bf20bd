"""Deletes what belongs to callers of whom the journal has nothing any more."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from apps.journal.models import Exchange
from apps.journal.writer import apart, writer
from apps.kept import contents
from apps.kept.models import Content, Kept

CHUNK = 500  # rows in one turn of the writer


def prune(*, days: float, enough: Callable[[], bool] = lambda: False) -> int:
    """Deletes objects and contents older than `days` of callers without an exchange; returns how many.

    It blocks until it is done, or `enough`: call it from a thread.
    """
    before = timezone.now() - timedelta(days=days)
    callers = apart(lambda: _forgotten(before))
    deleted = sum(erase(caller, before=before, enough=enough) for caller in callers)
    apart(contents.sweep)
    return deleted


def erase(caller: str, *, before: Any = None, enough: Callable[[], bool] = lambda: False) -> int:
    """Deletes what a caller has created, all of it or what is older; returns how many rows."""
    deleted = 0
    for rows in (Kept.objects.filter(caller=caller), Content.objects.filter(caller=caller)):
        old: QuerySet[Any] = rows if before is None else rows.filter(created_at__lt=before)

        def chunk(old: QuerySet[Any] = old) -> int:
            keys = list(old.order_by("pk").values_list("pk", flat=True)[:CHUNK])
            old.model.objects.filter(pk__in=keys).delete()
            return len(keys)

        while not enough() and (found := writer.call(chunk)):
            deleted += found
    return deleted


def _forgotten(before: Any) -> list[str]:
    known = Exists(Exchange.objects.filter(caller=OuterRef("caller")))
    old = [model.objects.filter(~known, created_at__lt=before) for model in (Kept, Content)]
    return sorted(
        {caller for rows in old for caller in rows.order_by().values_list("caller", flat=True).distinct()}
    )
