"""Explains a choice over REST: a request, or an exchange of the journal, against the queues as they are."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.journal.api import rows_of_exchange
from apps.journal.texts import read_call
from apps.queues import fallback
from apps.queues.api import CallerView
from apps.queues.explain import Considered, explain
from apps.queues.take import SHARED
from apps.wire.call import Call
from apps.wire.jsongate import kind
from apps.wire.match import Subject
from apps.wire.table import BY_NAME

FIELDS = ("request", "exchange", "endpoint", "headers")
HEADERS_MAX = 100
# Where a request says no endpoint: that whose body it looks like.
_LIKE = {"messages": "chat.completions", "input": "responses", "prompt": "completions"}


class ExplainView(CallerView):
    """Which preset would answer a request, and why each other one would not."""

    def post(self, request: Request, ip: str) -> Response:
        """Which preset would answer, and why each other one would not. Nothing is used up.

        The body is a request as its endpoint takes it; or {"request": {…}, "endpoint", "headers"}; or
        {"exchange": ID}, a call of the journal.
        """
        call = _read(self.json_object(request), ip)
        endpoint = BY_NAME[call.endpoint]
        told = explain(ip, SHARED, Subject(call), endpoint)
        return Response(
            {
                "endpoint": endpoint.name,
                "accepted_by": _item(told.accepted_by) if told.accepted_by else None,
                "fallback": fallback.modes()[endpoint.family],
                "paused": told.paused,
                "count": told.count,
                "considered": [_item(one) for one in told.considered],
            }
        )


def _item(one: Considered) -> dict[str, Any]:
    return {
        "id": str(one.id),
        "queue": one.queue,
        "place": one.place,
        "label": one.label,
        "accepts": one.accepts,
        "why": one.why,
    }


def _read(body: dict[str, Any], caller: str) -> Call:
    """The call that is asked about; raises ParseError."""
    if isinstance(body.get("exchange"), str):
        call = read_call(*rows_of_exchange(body["exchange"]))
        if call.endpoint not in BY_NAME:
            raise ParseError("That exchange came to no endpoint: no preset would have answered it.")
        return call
    # A request has a model nearly always, and never a field of that name.
    is_whole = "request" not in body
    fields = {"request": body} if is_whole else body
    for name in fields:
        if name not in FIELDS:
            raise ParseError(f"{name} is not a field here; known: {', '.join(FIELDS)}.")
    data = fields["request"]
    if not isinstance(data, dict):
        raise ParseError(f"request must be a JSON object, not {kind(data)}.")
    headers = tuple(_headers(fields.get("headers")))
    return Call(
        id="",
        caller=caller,
        method="POST",
        path="",
        endpoint=_endpoint(fields.get("endpoint"), data),
        headers=headers,
        data=data,
    )


def _endpoint(given: Any, data: dict[str, Any]) -> str:
    if given is None:
        return next((name for key, name in _LIKE.items() if key in data), "chat.completions")
    if not isinstance(given, str) or given not in BY_NAME:
        raise ParseError("endpoint must be the name of an endpoint, such as chat.completions.")
    return given


def _headers(given: Any) -> list[tuple[str, str]]:
    headers = {} if given is None else given
    if not isinstance(headers, dict) or len(headers) > HEADERS_MAX:
        raise ParseError(f"headers must be an object of at most {HEADERS_MAX} texts by name.")
    for name, value in headers.items():
        if not isinstance(value, str):
            raise ParseError(f"headers.{name[:100]} must be a text, not {kind(value)}.")
    return [(name.lower(), value) for name, value in headers.items()]
