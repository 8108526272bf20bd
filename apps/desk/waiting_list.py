"""The list of waiting calls: what the desk shows, least time left first."""

from typing import Any

from django.db.models import Case, F, Func, IntegerField, TextField, Value, When
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

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
    """Each waiting call with `time_left_s`: the smaller of our hold and the client's own patience."""
    now = timezone.now().timestamp()
    rows = Exchange.objects.filter(state=State.WAITING).order_by("id")
    items = [{**exchange_item(row), "time_left_s": time_left_s(row, now)} for row in rows]
    return sorted(items, key=lambda item: float(item["time_left_s"]))


def time_left_s(row: Exchange, now: float) -> float:
    """Seconds until nobody waits any more; `now` in unix seconds."""
    left = row.deadline_at.timestamp() - now if row.deadline_at else 0.0
    if row.client_timeout_s is not None:
        left = min(left, row.created_at.timestamp() + row.client_timeout_s - now)
    return round(max(0.0, left), 3)
