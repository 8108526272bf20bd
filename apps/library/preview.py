"""What would go out if a template answered a call: one that is given, one of the journal, or a sample."""

from typing import Any

import orjson

from apps.journal.models import Body
from apps.journal.texts import read_call
from apps.library.known import Known
from apps.library.over_call import Occasion
from apps.library.resolve import of_template
from apps.library.tried import sample_call
from apps.wire.call import Call
from apps.wire.caller_name import caller_name
from apps.wire.complete import complete
from apps.wire.doubts import CHAT
from apps.wire.errors import WireError
from apps.wire.table import BY_NAME

COUNT_MAX = 1_000_000


class PreviewError(ValueError):
    """Why nothing can be shown."""


def asked_call(fields: dict[str, Any]) -> Call:
    """The call that the fields mean; raises PreviewError."""
    call, endpoint, caller = fields.get("call"), fields.get("endpoint"), fields.get("caller")
    if isinstance(call, str):
        body = Body.objects.select_related("exchange").filter(exchange_id=call).first()
        if body is None or body.exchange.endpoint not in BY_NAME:
            raise PreviewError(f"call: the journal has no exchange {call[:64]!r} of a known endpoint")
        return read_call(body.exchange, body)
    if call is not None and not isinstance(call, dict):
        raise PreviewError("call must be the body of a request, or the id of an exchange")
    if endpoint is not None and (not isinstance(endpoint, str) or endpoint not in BY_NAME):
        raise PreviewError("endpoint must be the name of an endpoint, such as chat.completions")
    try:
        name = caller_name(caller) if isinstance(caller, str) else "sample"
    except ValueError as error:
        raise PreviewError(f"caller: {error}") from None
    return sample_call(call, caller=name, endpoint=endpoint or CHAT)


def what_goes_out(known: Known, fields: dict[str, Any], call: Call) -> dict[str, Any]:
    """{"status_code", "headers", "delay_ms", "pace", "x_should_retry", "body", "draft"}; raises PreviewError.

    `draft` is what was rendered, as an answer's fields; `body` is that, completed for the call.
    """
    count, seed = fields.get("count", 1), fields.get("seed", 0)
    if type(count) is not int or not 1 <= count <= COUNT_MAX:
        raise PreviewError(f"count must be a whole number from 1 to {COUNT_MAX:,}")
    if type(seed) is not int:
        raise PreviewError("seed must be a whole number")
    try:
        draft = of_template(known, fields.get("vars") or {}, Occasion(call, count, f"{seed}:{known.name}"))
    except WireError as failed:
        raise PreviewError(failed.message) from None
    reply = complete(draft, call, BY_NAME[call.endpoint])
    leaving = {
        "status_code": reply.status,
        "headers": [list(pair) for pair in reply.headers],
        "delay_ms": reply.delay_ms,
        "pace": {"first_token_ms": reply.pace.first_token_ms, "token_ms": reply.pace.token_ms},
        "x_should_retry": reply.x_should_retry,
    }
    body = orjson.Fragment(reply.body) if reply.body else None
    return {**leaving, "body": body, "draft": {**leaving, "response": orjson.Fragment(draft.body)}}
