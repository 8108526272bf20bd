"""An exchange's reply as a full entry of a queue: one that answers as this exchange did."""

from typing import Any

import orjson

from apps.journal.models import Body, Exchange
from apps.journal.texts import read_reply
from apps.wire.draft import BODILESS
from apps.wire.faults.read import written_fault
from apps.wire.jsongate import GateError, read_object
from apps.wire.pace import written


class NoReplyError(ValueError):
    """The exchange has no reply that a preset could give; the message says why."""


def entry_of(row: Exchange, body: Body) -> tuple[dict[str, Any], bytes]:
    """The fields of the entry without its `response`, and the text of that; raises NoReplyError."""
    if row.status_code is None:
        raise NoReplyError(f"This exchange has no reply: its state is {row.state}.")
    reply = read_reply(row, body)
    text = reply.body or b"{}" if reply.status in BODILESS else reply.body
    try:
        read_object(text)
    except GateError as error:
        raise NoReplyError(f"This exchange's reply is no JSON object: {error}.") from None
    headers = reply.headers[: len(reply.headers) - reply.limited]
    named = dict(headers)  # a name that comes twice needs the list of pairs
    fields = {
        "status_code": reply.status,
        "headers": named if len(named) == len(headers) else [list(pair) for pair in headers],
        "delay_ms": reply.delay_ms,
        "pace": written(reply.pace),
        "endpoint": row.endpoint or "*",
        "match": None,
        "uses": 1,
        "on_undelivered": "drop",
        "label": "",
        "verbatim": reply.verbatim,
        "x_should_retry": reply.x_should_retry,
        "fault": written_fault(reply.fault),
    }
    return fields, text


def preset_text(row: Exchange, body: Body) -> str:
    """The entry as JSON, its `response` spelled as it was; raises NoReplyError."""
    fields, text = entry_of(row, body)
    return orjson.dumps({"response": orjson.Fragment(text), **fields}, option=orjson.OPT_INDENT_2).decode()
