"""Writes exchanges inside the writer's transaction: opened with the call, ended with how it left."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from apps.journal.models import Body, Exchange, Source, State
from apps.journal.rows import IS_SQLITE, insert_rows, select_rows, update_rows
from apps.journal.texts import address_text, headers_text, reply_texts
from apps.journal.writer import WORKER_ID
from apps.wire.call import Call
from apps.wire.client import retry_and_patience
from apps.wire.jsongate import strip_nul
from apps.wire.reply import Reply


class Opening(NamedTuple):
    """A call and what was decided about it, to become one exchange."""

    call: Call
    state: State
    source: Source = Source.NONE
    reply: Reply | None = None
    summary: str = ""
    preset_id: int | None = None
    preset_queue: str = ""
    deadline_at: float | None = None  # unix seconds
    reply_channel: str = ""
    note: str = ""
    extras: str = ""  # JSON, in the place of those of a reply, while there is none


class Ending(NamedTuple):
    """How the reply of an exchange left."""

    id: str
    delivered: bool
    first_byte_ms: int | None
    duration_ms: int
    bytes_sent: int
    injected_ms: int = 0


# The columns in the order of `_exchange_row` and `_body_row`.
_EXCHANGE = (
    "id",
    "caller",
    "endpoint",
    "method",
    "path",
    "model",
    "stream",
    "summary",
    "state",
    "source",
    "status_code",
    "preset_id",
    "preset_queue",
    "answered_by",
    "answer_key",
    "claimed_by",
    "peer_ip",
    "peer_port",
    "request_id",
    "retry_count",
    "client_timeout_s",
    "prompt_tokens",
    "completion_tokens",
    "fault",
    "created_at",
    "deadline_at",
    "worker",
    "reply_channel",
    "note",
)
_BODY = ("exchange_id", "request_headers", "request_body", "reply_headers", "reply_body", "reply_extras")
_ENDING = (
    ("state", "text"),
    ("first_byte_ms", "integer"),
    ("duration_ms", "integer"),
    ("bytes_sent", "bigint"),
    ("injected_ms", "integer"),
    ("ended_at", "moment"),
)
_WAITING = "state = 'waiting'"  # as the partial index has it


def db_time(unix_s: float) -> Any:
    """A moment as this database wants it in raw SQL."""
    moment = datetime.fromtimestamp(unix_s, UTC)
    # What Django's own adapter gives for SQLite, at a third of its cost: naive UTC as text.
    return moment.replace(tzinfo=None).isoformat(" ") if IS_SQLITE else moment


def open_exchanges(openings: Sequence[Opening]) -> None:
    """Inserts the exchanges of a group: two statements, however many."""
    insert_rows(Exchange._meta.db_table, _EXCHANGE, [_exchange_row(one) for one in openings])
    insert_rows(Body._meta.db_table, _BODY, [_body_row(one) for one in openings])


def waiting_by_caller() -> dict[str, int]:
    """How many calls of each caller wait."""
    table = Exchange._meta.db_table
    return dict(select_rows(f"SELECT caller, COUNT(*) FROM {table} WHERE {_WAITING} GROUP BY caller", ()))  # noqa: S608


def still_open(ids: Sequence[str]) -> set[str]:
    """Those of these exchanges that `end_exchanges` would end; nobody else can until the commit."""
    if not ids:
        return set()
    places = ", ".join(["{place}"] * len(ids))
    lock = "" if IS_SQLITE else "FOR UPDATE"
    found = select_rows(
        f"SELECT id FROM {Exchange._meta.db_table} WHERE id IN ({places}) "  # noqa: S608
        f"AND state IN ('taken', 'answered') ORDER BY id {lock}",
        ids,
    )
    return {exchange_id for (exchange_id,) in found}


def end_exchanges(endings: Sequence[Ending]) -> None:
    """Moves taken and answered exchanges to delivered or undelivered."""
    ended_at = db_time(datetime.now(UTC).timestamp())
    rows = [
        (
            one.id,
            "delivered" if one.delivered else "undelivered",
            one.first_byte_ms,
            one.duration_ms,
            one.bytes_sent,
            one.injected_ms,
            ended_at,
        )
        for one in endings
    ]
    update_rows(Exchange._meta.db_table, _ENDING, rows, only="state IN ('taken', 'answered')")


def rows_of(one: Opening) -> tuple[Exchange, Body]:
    """The rows that `open_exchanges` wrote, without asking the database."""
    row = Exchange(**dict(zip(_EXCHANGE, _exchange_row(one), strict=True)))
    row.created_at = datetime.fromtimestamp(one.call.received_at, UTC)
    if one.deadline_at is not None:
        row.deadline_at = datetime.fromtimestamp(one.deadline_at, UTC)
    return row, Body(**dict(zip(_BODY, _body_row(one), strict=True)))


def apply_ending(row: Exchange, ending: Ending) -> None:
    """What `end_exchanges` wrote, onto a row in memory."""
    row.state = State.DELIVERED if ending.delivered else State.UNDELIVERED
    row.first_byte_ms, row.duration_ms = ending.first_byte_ms, ending.duration_ms
    row.bytes_sent, row.injected_ms = ending.bytes_sent, ending.injected_ms
    row.ended_at = datetime.now(UTC)


def _exchange_row(one: Opening) -> tuple[Any, ...]:
    call, reply = one.call, one.reply
    return (
        call.id,
        call.caller,
        call.endpoint,
        call.method[:16],
        address_text(call),
        strip_nul(call.model[:200]),
        call.stream,
        strip_nul(one.summary),
        str.__str__(one.state),  # the plain text: the database driver is slow with enums
        str.__str__(one.source),
        reply.status if reply else None,
        one.preset_id,
        one.preset_queue,
        "",
        "",
        "",
        call.peer_ip,
        call.peer_port,
        call.request_id,
        *retry_and_patience(call.headers),
        reply.prompt_tokens if reply else None,
        reply.completion_tokens if reply else None,
        reply.fault.name if reply and reply.fault else "",
        db_time(call.received_at),
        None if one.deadline_at is None else db_time(one.deadline_at),
        WORKER_ID,
        one.reply_channel,
        strip_nul(one.note[:1000]) if one.note else "",
    )


def _body_row(one: Opening) -> tuple[Any, ...]:
    headers, body, extras = reply_texts(one.reply) if one.reply else ("[]", "", one.extras or "{}")
    return (
        one.call.id,
        headers_text(one.call.headers),
        strip_nul(one.call.body.decode(errors="backslashreplace")),
        headers,
        body,
        extras,
    )
