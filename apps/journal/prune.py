"""Deletes exchanges that have ended: the oldest ones, or the ones that somebody selects."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from apps.journal.models import OPEN_STATES, Exchange
from apps.journal.writer import writer

CHUNK = 500  # rows in one turn of the writer, so that calls are never kept waiting for long


def prune(*, keep: int, days: float) -> int:
    """Delete what is beyond the newest `keep` exchanges or older than `days`; returns how many.

    What is still open stays. It blocks until it is done: call it from a thread.
    """
    too_old = Q(created_at__lt=timezone.now() - timedelta(days=days))
    newest = Exchange.objects.order_by("-id").values_list("id", flat=True)
    too_many = writer.call(lambda: newest[keep : keep + 1].first())
    if too_many is not None:
        too_old |= Q(id__lte=too_many)
    return erase(Exchange.objects.filter(too_old))


def erase(rows: QuerySet[Exchange]) -> int:
    """Delete those of the rows that have ended, the oldest first, in chunks; returns how many."""
    newest = writer.call(lambda: rows.order_by("-id").values_list("id", flat=True).first())
    # Up to the newest of now: under load there would be more to delete for ever.
    ended = rows.filter(id__lte=newest or "").exclude(state__in=OPEN_STATES).order_by("id")

    def chunk() -> int:
        ids = list(ended.values_list("id", flat=True)[:CHUNK])
        Exchange.objects.filter(id__in=ids).delete()
        return len(ids)

    erased = 0
    while found := writer.call(chunk):
        erased += found
    return erased
