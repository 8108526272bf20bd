"""What a call asks, with what it only refers to: earlier messages, an assistant's instructions and tools."""

from typing import Any

from apps.desk.cards import read_object
from apps.journal.models import Body, Exchange
from apps.journal.texts import read_call
from apps.kept.shelf import KeptShelf
from apps.wire.errors import WireError
from apps.wire.table import BY_NAME


def asked_data(row: Exchange, body: Body) -> dict[str, Any]:
    """The request's data for whoever reads it, as its caller's shelf was when it came; {} for no object."""
    endpoint = BY_NAME.get(row.endpoint)
    if endpoint is None or endpoint.context is None:
        return read_object(body.request_body)
    call = read_call(row, body)
    try:
        return endpoint.context(call, KeptShelf(row.caller, until=call.received_at))
    except (WireError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return call.data  # it refers to what is not there, or not as it should be
