"""What a call asks for, as somebody who answers it has to see it."""

from typing import Any

import orjson

from apps.desk.cards import read_object
from apps.journal.models import Body, Exchange, State
from apps.journal.texts import read_call
from apps.kept.shelf import shelf_of
from apps.wire.errors import WireError
from apps.wire.table import BY_NAME


def short_forms(endpoint: str) -> str:
    """The short forms of an answer that is no text, as a JSON array of JSON texts; "" of one in words."""
    known = BY_NAME.get(endpoint)
    return "" if known is None or known.family == "text" else orjson.dumps(known.short_forms).decode()


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
