"""The JSON of an exchange, for the REST answers and for the events."""

from datetime import datetime
from typing import Any

import orjson

from apps.journal.models import Body, Exchange
from apps.journal.texts import read_call
from apps.live.events import embed, splice
from apps.wire import validation


def href(exchange_id: str) -> str:
    """Where the whole exchange is to be had."""
    return f"/api/exchanges/{exchange_id}"


def exchange_item(row: Exchange) -> dict[str, Any]:
    """A row of the list: everything but the bodies; times in unix seconds."""
    return {
        "id": row.id,
        "caller": row.caller,
        "endpoint": row.endpoint,
        "method": row.method,
        "path": row.path,
        "model": row.model,
        "stream": row.stream,
        "summary": row.summary,
        "state": row.state,
        "source": row.source,
        "status_code": row.status_code,
        "preset_id": row.preset_id,
        "preset_queue": row.preset_queue,
        "answered_by": row.answered_by,
        "claimed_by": row.claimed_by,
        "claim_until": unix_s(row.claim_until),
        "peer_ip": row.peer_ip,
        "peer_port": row.peer_port,
        "request_id": row.request_id,
        "retry_count": row.retry_count,
        "client_timeout_s": row.client_timeout_s,
        "prompt_tokens": row.prompt_tokens,
        "completion_tokens": row.completion_tokens,
        "created_at": unix_s(row.created_at),
        "deadline": unix_s(row.deadline_at),
        "answered_at": unix_s(row.answered_at),
        "ended_at": unix_s(row.ended_at),
        "first_byte_ms": row.first_byte_ms,
        "duration_ms": row.duration_ms,
        "bytes_sent": row.bytes_sent,
        "fault": row.fault,
        "injected_ms": row.injected_ms,
        "note": row.note,
    }


def whole_exchange(row: Exchange, body: Body) -> dict[str, Any]:
    """The item, and beside it the call's `headers` and `body`, the reply's `reply_headers`, `response`
    (its body) and `reply_extras` (delay_ms, pace, …), `timing`, and `findings`: what OpenAI would refuse in
    the call, [{"param", "code", "message"}, …]. A body that is no JSON is a string.
    """
    return {
        **exchange_item(row),
        "headers": _headers(body.request_headers),
        "body": splice(body.request_body.encode()) if body.request_body else None,
        "reply_headers": _headers(body.reply_headers),
        "response": splice(body.reply_body.encode()) if body.reply_body else None,
        "reply_extras": orjson.loads(body.reply_extras),
        "timing": timing(row),
        "findings": [
            {"param": one.path, "code": one.code or None, "message": one.message}
            for one in validation.told(read_call(row, body))
        ],
    }


def timing(row: Exchange) -> dict[str, int | None]:
    """Where its time went: {"held_ms", "first_byte_ms", "duration_ms", "injected_ms", "bytes_sent"}.

    All since the call came; `held_ms` is how long it waited at the desk, None while it still does;
    `injected_ms` is what of the rest its author, or a rule, asked for.
    """
    until = row.answered_at or row.ended_at
    held_ms = None if until is None else max(0, round((until - row.created_at).total_seconds() * 1000))
    return {
        "held_ms": 0 if row.deadline_at is None else held_ms,
        "first_byte_ms": row.first_byte_ms,
        "duration_ms": row.duration_ms,
        "injected_ms": row.injected_ms,
        "bytes_sent": row.bytes_sent,
    }


def new_request_data(row: Exchange, body: Body) -> dict[str, Any]:
    """The data of `new_request`: a call that waits for a person."""
    return {
        "id": row.id,
        "ip": row.caller,
        "port": row.peer_port,
        "body": embed(body.request_body, href=href(row.id)),
        "endpoint": row.endpoint,
        "model": row.model,
        "stream": row.stream,
        "deadline": unix_s(row.deadline_at),
        "retry_count": row.retry_count,
        "headers": _headers(body.request_headers),
    }


def completed_request_data(row: Exchange, body: Body) -> dict[str, Any]:
    """The data of `completed_request`: a call that has its reply."""
    return {
        "id": row.id,
        "ip": row.caller,
        "port": row.peer_port,
        "body": embed(body.request_body, href=href(row.id)),
        "response": embed(body.reply_body, href=href(row.id)),
        "status_code": row.status_code,
        "state": row.state,
        "source": row.source,
        "answered_by": row.answered_by,
        "duration_ms": row.duration_ms,
    }


def unix_s(moment: datetime | None) -> float | None:
    """A moment as our JSON writes it."""
    return None if moment is None else moment.timestamp()


def _headers(text: str) -> dict[str, str]:
    """Stored pairs as an object; a header that came twice is joined with a comma (RFC 9110, 5.3)."""
    joined: dict[str, str] = {}
    for name, value in orjson.loads(text):
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
