"""How things stand in the database now: what waits, what the queues and the journal hold."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, Min, Sum
from django.utils import timezone

from apps.journal.models import Exchange, Pruned, State
from apps.journal.rows import IS_SQLITE
from apps.queues.models import Preset


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Numbers for gauges; no name of a caller is among them, so that they stay few."""

    waiting: int
    oldest_s: float  # how long the one that waits longest has
    callers_waiting: int
    queues: int
    presets: int
    deepest: int  # presets in the longest queue
    exchanges: int
    pruned: int
    size_bytes: int  # of the database


def standing() -> Standing:
    """Blocks: call it from a thread."""
    waiting = Exchange.objects.filter(state=State.WAITING).order_by()
    waits = waiting.aggregate(
        count=Count("id"), oldest=Min("created_at"), callers=Count("caller", distinct=True)
    )
    queues = Preset.objects.order_by().values("caller").annotate(depth=Count("id"))
    depths = sorted(queues.values_list("depth", flat=True))
    now = timezone.now()
    return Standing(
        waiting=waits["count"],
        oldest_s=max(0.0, (now - waits["oldest"]).total_seconds()) if waits["oldest"] else 0.0,
        callers_waiting=waits["callers"],
        queues=len(depths),
        presets=sum(depths),
        deepest=depths[-1] if depths else 0,
        exchanges=_exchanges(),
        pruned=Pruned.objects.aggregate(n=Sum("exchanges"))["n"] or 0,
        size_bytes=_size_bytes(),
    )


def _exchanges() -> int:
    """PostgreSQL's own estimate, which costs nothing; SQLite counts its index."""
    if IS_SQLITE:
        return Exchange.objects.order_by().count()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE relname = %s", [Exchange._meta.db_table])
        estimate = cursor.fetchone()[0]
    return int(estimate) if estimate >= 10_000 else Exchange.objects.order_by().count()


def _size_bytes() -> int:
    sql = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    with connection.cursor() as cursor:
        cursor.execute(sql if IS_SQLITE else "SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])
