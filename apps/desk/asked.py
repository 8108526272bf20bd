"""What a call asks for, as somebody who answers it has to see it."""

from typing import Any

import orjson

from apps.desk.cards import read_object
from apps.journal.models import Body, Exchange, State
from apps.journal.texts import read_call
from apps.kept.shelf import shelf_of
from apps.wire.endpoint import Endpoint
from apps.wire.errors import WireError
from apps.wire.table import BY_NAME

EXAMPLE_MAX = 600  # characters


def short_forms(row: Exchange, body: Body) -> str:
    """The short forms of an answer that is no text, as a JSON array of JSON texts; "" of one in words.

    Where an endpoint has none, what it would answer by itself is the example.
    """
    known = BY_NAME.get(row.endpoint)
    if known is None or known.family == "text":
        return ""
    texts = known.short_forms
    if not texts and row.state == State.WAITING:
        texts = tuple(_generated(row, body, known))
    return orjson.dumps(texts).decode()


def _generated(row: Exchange, body: Body, endpoint: Endpoint) -> list[str]:
    """What the endpoint would answer by itself, if that is short enough to be read as an example."""
    try:
        call = read_call(row, body)
        draft = endpoint.auto(call, shelf_of(row.caller))
        text = orjson.dumps(draft or endpoint.fill({}, call)).decode()
    except (WireError, TypeError):  # it refers to what is not there; or it is no JSON
        return []
    return [text] if 2 < len(text) <= EXAMPLE_MAX else []


def asked_of(row: Exchange, body: Body) -> dict[str, Any]:
    """The body of a call; while it waits with what it only refers to: earlier responses, a thread.

    What its caller keeps goes on afterwards: an ended call is shown as it came.
    """
    endpoint = BY_NAME.get(row.endpoint)
    if row.state == State.WAITING and endpoint is not None and endpoint.asked is not None:
        try:
            return endpoint.asked(read_call(row, body), shelf_of(row.caller))
        except WireError:  # it refers to what is not there
            pass
    return read_object(body.request_body)
