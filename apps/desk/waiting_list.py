"""The list of waiting calls: what the desk shows, least time left first."""

from datetime import datetime
from typing import Any

from django.db.models import Case, F, Func, IntegerField, QuerySet, TextField, Value, When
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from apps.desk.models import Parked
from apps.journal import clock
from apps.journal.models import Body, Exchange, State
from apps.journal.present import exchange_item, href, new_request_data
from apps.live.events import BODY_MAX_BYTES

PAGE = 50


class _Bytes(Func):
    """How long a text is in UTF-8; PostgreSQL has a function for it."""

    function = "OCTET_LENGTH"
    output_field = IntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="LENGTH(CAST(%(expressions)s AS BLOB))", **context)


def waiting_page(*, after: str) -> list[dict[str, Any]]:
    """The data of `new_request` for the next waiting calls; large bodies stay in the database."""
    waiting = Body.objects.filter(exchange__state=State.WAITING, exchange_id__gt=after)
    sized = waiting.annotate(size_bytes=_Bytes("request_body"))
    small = When(size_bytes__lte=BODY_MAX_BYTES, then=F("request_body"))
    bodies = sized.annotate(text=Case(small, default=Value(""), output_field=TextField())).select_related(
        "exchange"
    )
    return [
        _request_data(body)
        for body in bodies.defer("request_body", "reply_body").order_by("exchange_id")[:PAGE]
    ]


def _request_data(body: Any) -> dict[str, Any]:
    body.request_body = body.text
    data = new_request_data(body.exchange, body)
    if body.size_bytes > BODY_MAX_BYTES:
        data["body"] = {"href": href(body.exchange_id), "size_bytes": body.size_bytes}
    return data


def waiting_items() -> list[dict[str, Any]]:
    """Every waiting call as its exchange's item and as what is noted of it, least time left first.

    `until` (unix seconds) is when nobody waits any more, `time_left_s` how long that is from now,
    `time_left_of` whose patience ends then: "hold" is ours, "client" its own. `patience_s` is all of it.
    """
    return _items(Exchange.objects.filter(state=State.WAITING))


def soonest_items(count: int) -> tuple[list[dict[str, Any]], int]:
    """The first so many of those items, and how many calls wait in all: quick, however many they are."""
    fields = ("created_at", "deadline_at", "client_timeout_s", "id")
    rows = Exchange.objects.filter(state=State.WAITING).values_list(*fields)
    ends = sorted((_end(*limits)[0], row_id) for *limits, row_id in rows)
    first = [row_id for _, row_id in ends[:count]]
    return _items(Exchange.objects.filter(state=State.WAITING, id__in=first)), len(ends)


def _items(rows: QuerySet[Exchange]) -> list[dict[str, Any]]:
    found = sorted(rows.order_by(), key=lambda row: row.id)  # by the index of those that wait
    notes = {note.exchange_id: note for note in Parked.objects.filter(exchange__in=rows)}
    now, nothing = timezone.now(), Parked()
    items = [_item(row, notes.get(row.id, nothing), now) for row in found]
    return sorted(items, key=lambda item: float(item["until"]))


def time_left_s(row: Exchange, now: float) -> float:
    """Seconds until nobody waits any more; `now` in unix seconds."""
    return round(max(0.0, until(row)[0] - now), 3)


def _item(row: Exchange, note: Parked, now: datetime) -> dict[str, Any]:
    end, whose = until(row)
    is_claimed = row.claim_until is not None and row.claim_until > clock.now()
    return {
        **exchange_item(row),
        "claimed_by": row.claimed_by if is_claimed else "",
        "until": end,
        "patience_s": end - row.created_at.timestamp(),
        "time_left_s": time_left_s(row, now.timestamp()),
        "time_left_of": whose,
        "try": {"number": row.retry_count + 1, "of": note.tries},
        "retry_of": note.retry_of or None,
        "tools": note.tools,
        "image": note.has_image,
        "schema": note.has_schema,
    }


def until(row: Exchange) -> tuple[float, str]:
    """When nobody waits any more, in unix seconds, and whose patience ends then."""
    return _end(row.created_at, row.deadline_at, row.client_timeout_s)


def _end(created_at: datetime, deadline_at: datetime | None, timeout_s: float | None) -> tuple[float, str]:
    began = created_at.timestamp()
    ours = deadline_at.timestamp() if deadline_at else began
    theirs = began + timeout_s if timeout_s is not None else ours
    return (theirs, "client") if theirs < ours else (ours, "hold")
