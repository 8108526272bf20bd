"""Writes exchanges: opened with the call, settled with how it ended; always inside the writer's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from django.db import connection

from apps.journal.models import Body, Exchange, Source, State
from apps.journal.writer import WORKER_ID
from apps.wire.call import Call
from apps.wire.jsongate import strip_nul
from apps.wire.redact import safe_headers
from apps.wire.reply import INSTANT, Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A call and what was decided about it, to become one exchange."""

    call: Call
    state: State
    source: Source = Source.NONE
    reply: Reply | None = None
    summary: str = ""
    preset_id: int | None = None
    deadline_at: float | None = None  # unix seconds
    reply_channel: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How the reply of an exchange left."""

    id: str
    delivered: bool
    first_byte_ms: int | None
    duration_ms: int
    bytes_sent: int
    note: str = ""


_EXCHANGE = (
    "id caller endpoint method path model stream summary state source status_code preset_id answered_by "
    "answer_key claimed_by peer_ip peer_port request_id retry_count client_timeout_s prompt_tokens "
    "completion_tokens created_at deadline_at worker reply_channel note"
).split()
_BODY = "exchange_id request_headers request_body reply_headers reply_body reply_extras".split()


def _insert(table: str, columns: Sequence[str]) -> str:
    places = ", ".join(["%s"] * len(columns))
    return f'INSERT INTO {table} ({", ".join(columns)}) VALUES ({places})'  # noqa: S608 - constants


_INSERT_EXCHANGE = _insert(Exchange._meta.db_table, _EXCHANGE)
_INSERT_BODY = _insert(Body._meta.db_table, _BODY)
_END = (
    f"UPDATE {Exchange._meta.db_table} SET state = %s, first_byte_ms = %s, duration_ms = %s, "  # noqa: S608
    "bytes_sent = %s, ended_at = %s, note = CASE WHEN %s = '' THEN note ELSE %s END "
    "WHERE id = %s AND state IN ('taken', 'answered')"
)


def db_time(unix_s: float) -> Any:
    """A moment as this database wants it in raw SQL."""
    return connection.ops.adapt_datetimefield_value(datetime.fromtimestamp(unix_s, UTC))


def open_exchanges(openings: Sequence[Opening]) -> None:
    """Inserts the exchanges of a group: two statements, however many."""
    with connection.cursor() as cursor:
        cursor.executemany(_INSERT_EXCHANGE, [_exchange_row(one) for one in openings])
        cursor.executemany(_INSERT_BODY, [_body_row(one) for one in openings])


def end_exchanges(endings: Sequence[Ending]) -> None:
    """Moves taken and answered exchanges to delivered or undelivered."""
    ended_at = db_time(datetime.now(UTC).timestamp())
    rows = [
        (
            State.DELIVERED.value if one.delivered else State.UNDELIVERED.value,
            one.first_byte_ms,
            one.duration_ms,
            one.bytes_sent,
            ended_at,
            one.note,
            one.note,
            one.id,
        )
        for one in endings
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_END, rows)


def reply_texts(reply: Reply) -> tuple[str, str, str]:
    """The reply as the texts that Body keeps: headers, body, extras."""
    headers = orjson.dumps(reply.headers).decode() if reply.headers else "[]"
    return headers, reply.body.decode(errors="backslashreplace"), reply_extras(reply)


def reply_extras(reply: Reply) -> str:
    """What of a reply is neither status, headers nor body, as JSON; only what is not the default."""
    extras: dict[str, Any] = {}
    if reply.delay_ms:
        extras["delay_ms"] = reply.delay_ms
    if reply.pace != INSTANT:
        extras["pace"] = {"first_token_ms": reply.pace.first_token_ms, "token_ms": reply.pace.token_ms}
    if reply.verbatim:
        extras["verbatim"] = True
    if reply.x_should_retry is not None:
        extras["x_should_retry"] = reply.x_should_retry
    return orjson.dumps(extras).decode() if extras else "{}"


def _exchange_row(one: Opening) -> tuple[Any, ...]:
    call, reply = one.call, one.reply
    return (
        call.id,
        call.caller,
        call.endpoint,
        call.method[:16],
        strip_nul(call.path)[:500],
        strip_nul(call.model)[:200],
        call.stream,
        one.summary,
        one.state.value,
        one.source.value,
        reply.status if reply else None,
        one.preset_id,
        "",
        "",
        "",
        call.peer_ip,
        call.peer_port,
        call.request_id,
        _whole_number(call.header("x-stainless-retry-count")),
        _seconds(call.header("x-stainless-read-timeout") or call.header("x-stainless-timeout")),
        reply.prompt_tokens if reply else None,
        reply.completion_tokens if reply else None,
        db_time(call.received_at),
        None if one.deadline_at is None else db_time(one.deadline_at),
        WORKER_ID,
        one.reply_channel,
        one.note[:1000],
    )


def _body_row(one: Opening) -> tuple[Any, ...]:
    headers, body, extras = reply_texts(one.reply) if one.reply else ("[]", "", "{}")
    return (
        one.call.id,
        strip_nul(orjson.dumps(safe_headers(one.call.headers)).decode()),
        strip_nul(one.call.body.decode(errors="backslashreplace")),
        headers,
        body,
        extras,
    )


def _whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _seconds(text: str) -> float | None:
    """A client's own patience, as the SDKs send it; anything else is none."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 < found < 1e7 else None
