"""Pages of the journal, newest first; no page takes long, however much there is to look through."""

import time
from datetime import datetime
from typing import NamedTuple

from django.db.models import QuerySet

from apps.journal.filters import Filter
from apps.journal.models import Exchange

SEARCH_S = 0.1  # how long one page looks into bodies; it ends at most a slice later
PATIENCE_S, SURE = 1.0, 2000  # on a busy machine longer, until so many rows were looked into
SLICE_S = 0.02  # what a slice should take
SLICE_MIN, SLICE_MAX = 32, 8192  # rows


class Page(NamedTuple):
    """Rows, and the cursor of the page after them (None: there are no more).

    `searched_until` is set when the search stopped before the page was full: the time of the oldest
    exchange that was looked into. The next page goes on from there.
    """

    rows: list[Exchange]
    next: str | None
    searched_until: datetime | None = None


def read_page(chosen: Filter, *, limit: int, cursor: str | None) -> Page:
    """The newest exchanges before the cursor that the filter selects."""
    rows = Exchange.objects.order_by("-id")
    rows = rows if cursor is None else rows.filter(id__lt=cursor)
    if chosen.is_deep:
        return _search(chosen, rows, limit)
    found = list(chosen.apply(rows)[: limit + 1])
    return Page(found[:limit], found[limit - 1].id if len(found) > limit else None)


def _search(chosen: Filter, rows: QuerySet[Exchange], limit: int) -> Page:
    """Slice by slice: a text that is nowhere would else be looked for in every body at once."""
    found: list[Exchange] = []
    size, looked, start = SLICE_MIN, 0, time.monotonic()
    while True:
        began = time.monotonic()
        last = rows.values_list("id", "created_at")[size - 1 : size].first()
        here = rows if last is None else rows.filter(id__gte=last[0])
        found += chosen.apply(here)[: limit + 1 - len(found)]
        if len(found) > limit:
            return Page(found[:limit], found[limit - 1].id)
        if last is None:
            return Page(found, None)
        now, looked = time.monotonic(), looked + size
        if now - start >= (SEARCH_S if looked >= SURE else PATIENCE_S):
            return Page(found, last[0], last[1])
        rows = Exchange.objects.order_by("-id").filter(id__lt=last[0])
        size = _next_size(size, took_s=now - began)


def _next_size(size: int, *, took_s: float) -> int:
    """So many rows as fit into SLICE_S at the speed of the last ones, but not four times as many as those."""
    fitting = int(size * SLICE_S / max(took_s, 0.0001))
    return max(SLICE_MIN, min(fitting, 4 * size, SLICE_MAX))
