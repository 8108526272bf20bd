"""Chance of the faults that are no rule's: of presets, answers at the desk, headers; repeatable, too."""

import time
from datetime import timedelta

from django.db.models import Exists, OuterRef, QuerySet

from apps.faults.models import Draw, OwnDraw
from apps.journal.models import Exchange
from apps.journal.rows import select_rows
from apps.wire.faults.strike import strikes
from apps.wire.reply import Fault

FORGOTTEN_MAX = 1000  # rows in one turn of the writer

_TABLE = OwnDraw._meta.db_table
_COUNT = (
    f"INSERT INTO {_TABLE} (by, caller, count, at) VALUES ({{place}}, {{place}}, 1, {{place}}) "  # noqa: S608
    f"ON CONFLICT (by, caller) DO UPDATE SET count = {_TABLE}.count + 1, at = excluded.at RETURNING count"
)


def struck_by(fault: Fault | None, by: OwnDraw.By, caller: str) -> Fault | None:
    """The fault if it strikes this time; `caller` is the queue or the caller whose faults are counted.

    The seed is that name, the number how many faults by chance were drawn for it before. In a transaction.
    """
    if fault is None or fault.probability_pct >= 100:
        return fault
    count: int = select_rows(_COUNT, (by.value, caller, time.time()))[0][0]
    if strikes(fault, seed=f"{by.value}/{caller}", number=count - 1):
        return fault._replace(probability_pct=100.0)
    return None


def forget(*, days: float) -> int:
    """Deletes what was counted for callers whom the journal does not know any more."""
    before = time.time() - timedelta(days=days).total_seconds()
    return _forget(Draw.objects.filter(at__lt=before)) + _forget(OwnDraw.objects.filter(at__lt=before))


def _forget(old: QuerySet[Draw] | QuerySet[OwnDraw]) -> int:
    known = Exists(Exchange.objects.filter(caller=OuterRef("caller")))
    ids = list(old.filter(~known).order_by("pk").values_list("pk", flat=True)[:FORGOTTEN_MAX])
    return old.model._default_manager.filter(pk__in=ids).delete()[0]
