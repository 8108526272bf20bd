"""Rolls the journal up: each exchange that has ended is counted exactly once, by whichever process.

`Reached` says how far; it changes in the transaction that writes the sums, so that neither a second
process nor a kill counts anything twice. An exchange that is still open when the rollups pass it is
noted as `Late`; one that is erased before they came to it is counted with its erasure.
"""

import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection
from django.db.models import F

from apps.journal.models import OPEN_STATES, Exchange
from apps.journal.writer import apart, writer
from apps.stats.grouping import summed_between
from apps.stats.models import SUM_COLUMNS, Late, Reached, Rollup
from apps.stats.summing import HOUR_S, MINUTE_S, READ, Ended, Names, Sums, bounded, by_hour, merged, summed
from apps.wire.ids import exchange_ids_from

# An exchange is written at most so long after its id was made: the writer's patience, and clocks that differ.
LAG_S = 30.0
CHUNK = 10_000  # exchanges in one look; the writer's turn has their sums alone
MINUTES_KEPT_S = 48 * 3600
THE_ROW = 1

_KEY = ("span_s", "at", "endpoint", "model", "caller", "status")
_UPSERT = (
    f"INSERT INTO {Rollup._meta.db_table} ({', '.join((*_KEY, *SUM_COLUMNS))}) "  # noqa: S608
    f"VALUES ({', '.join(['%s'] * (len(_KEY) + len(SUM_COLUMNS)))}) "
    f"ON CONFLICT ({', '.join(_KEY)}) DO UPDATE SET "
    + ", ".join(f"{name} = {Rollup._meta.db_table}.{name} + excluded.{name}" for name in SUM_COLUMNS)
)


class Found(NamedTuple):
    """What is to be counted, as it was seen at one turn of `Reached`."""

    turn: int
    upto: str
    minutes: Sums
    still_open: list[str]
    late: list[str]  # no longer: ended, or gone


def roll(*, enough: Callable[[], bool] = lambda: False) -> int:
    """Counts what has ended since the last time; how many. Blocks: call it from a thread."""
    counted = 0
    while not enough() and (found := apart(_look)) is not None:
        counted += writer.call(partial(_write, found))
    return counted


def count_erased(ids: Sequence[str]) -> None:
    """Counts those of these exchanges that are not yet; they are about to be deleted, in this transaction."""
    Reached.objects.get_or_create(id=THE_ROW)
    Reached.objects.filter(id=THE_ROW).update(turn=F("turn") + 1)  # locks it
    reached = Reached.objects.values_list("exchange_id", flat=True).get(id=THE_ROW)
    late = set(Late.objects.filter(exchange_id__in=ids).values_list("exchange_id", flat=True))
    wanted = [one for one in ids if one > reached or one in late]
    if wanted:
        _add(summed(_by_ids(wanted)))
        Late.objects.filter(exchange_id__in=wanted).delete()


def forget() -> None:
    """Drops minutes that are in their hours, and hours that are too old. In the writer's transaction."""
    now = int(time.time())
    Rollup.objects.filter(span_s=MINUTE_S, at__lt=now - MINUTES_KEPT_S).delete()
    days = settings.MOCKOPENAI_STATS_DAYS
    Rollup.objects.filter(span_s=HOUR_S, at__lt=now - int(days * 86400)).delete()


def reached() -> str:
    """The exchange up to which everything is counted."""
    row = Reached.objects.filter(id=THE_ROW).first()
    return row.exchange_id if row else ""


def _look() -> Found | None:
    """What is to be counted now; None when nothing is."""
    row = Reached.objects.filter(id=THE_ROW).first() or writer.call(_first)
    upto = _end(row.exchange_id)
    news = Exchange.objects.filter(id__gt=row.exchange_id, id__lte=upto, state__in=OPEN_STATES)
    still_open = list(news.values_list("id", flat=True)) if upto else []
    late_ids = list(Late.objects.order_by("exchange_id").values_list("exchange_id", flat=True)[:CHUNK])
    known = {one.id: one for one in _by_ids(late_ids)}
    over = [one for one in late_ids if one not in known or known[one].state not in OPEN_STATES]
    if not upto and not over:
        return None
    # Without those that were open a moment ago: they are late now, whatever has become of them since.
    minutes = summed_between(row.exchange_id, upto, without=still_open) if upto else {}
    late = summed(known[one] for one in over if one in known)
    return Found(row.turn, upto or row.exchange_id, merged(minutes, late), still_open, over)


def _end(after: str) -> str:
    """The last exchange of the next chunk; "" when there is none that is old enough."""
    until = exchange_ids_from(time.time() - LAG_S)
    ids = Exchange.objects.filter(id__gt=after, id__lt=until).order_by("id").values_list("id", flat=True)
    return ids[CHUNK - 1 : CHUNK].first() or ids.reverse().first() or ""


def _by_ids(ids: Sequence[str]) -> list[Ended]:
    return [Ended(*row) for row in Exchange.objects.filter(id__in=ids).values_list(*READ)] if ids else []


def _first() -> Reached:
    return Reached.objects.get_or_create(id=THE_ROW)[0]


def _write(found: Found) -> int:
    """In the writer's transaction; 0 when somebody else was faster: then everything is looked at again."""
    row = Reached.objects.filter(id=THE_ROW, turn=found.turn)
    if not row.update(turn=F("turn") + 1, exchange_id=found.upto):
        return 0
    Late.objects.bulk_create([Late(exchange_id=one) for one in found.still_open], ignore_conflicts=True)
    Late.objects.filter(exchange_id__in=found.late).delete()
    _add(found.minutes)
    return sum(row[0] for row in found.minutes.values())


def _add(minutes: Sums) -> None:
    if not minutes:
        return
    sums = minutes | by_hour(minutes)
    rows: list[Sequence[Any]] = [[*key, *row] for key, row in sorted(bounded(sums, _known(sums)).items())]
    with connection.cursor() as cursor:
        cursor.executemany(_UPSERT, rows)


def _known(sums: Sums) -> dict[tuple[int, int], Names]:
    """The names that these minutes and hours have already."""
    found: dict[tuple[int, int], Names] = {}
    for span_s in (MINUTE_S, HOUR_S):
        times = {key.at for key in sums if key.span_s == span_s}
        rows = Rollup.objects.filter(span_s=span_s, at__gte=min(times), at__lte=max(times))
        for at, caller, model in rows.values_list("at", "caller", "model").distinct():
            if at in times:
                names = found.setdefault((span_s, at), Names(set(), set()))
                names.callers.add(caller)
                names.models.add(model)
    return found
