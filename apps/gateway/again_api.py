"""Sends a call of the journal once more, over REST."""

from functools import partial

from channels.db import database_sync_to_async
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError
from apps.desk.api import DeskActionView
from apps.gateway import again
from apps.gateway.intake import Headers
from apps.journal.api import rows_of_exchange
from apps.journal.attempt_rows import SENT_AGAIN
from apps.journal.models import Exchange, Source
from apps.journal.present import href
from apps.journal.texts import PATH_MAX, read_call
from apps.wire.call import Call
from apps.wire.form_fields import is_file, is_form
from apps.wire.jsongate import GateError, read_object
from apps.wire.redact import MASK
from apps.wire.table import BY_NAME

# What is about the connection that was, about the client that waited, or about its earlier tries.
_LEFT_OUT = frozenset(
    {"connection", "content-length", "expect", "host", "keep-alive", "te", "transfer-encoding", "upgrade"}
    | {"idempotency-key", "x-stainless-read-timeout", "x-stainless-retry-count", "x-stainless-timeout"}
)


class ResendView(DeskActionView):
    """POST: the same call again, as the same caller; 202 with the id of its own exchange."""

    async def post(self, request: Request, exchange_id: str) -> Response:
        self.optional_object(request)
        call = await database_sync_to_async(partial(_call, exchange_id), thread_sensitive=False)()
        try:
            new_id = await again.send(
                method=call.method,
                path=call.path,
                headers=_headers(call),
                body=call.body,
                query_text=call.query_text,
                peer_ip=call.peer_ip,
                note=f"{SENT_AGAIN}: it repeats {exchange_id}.",
            )
        except again.TooManyError as error:
            raise RestError(429, str(error)) from None
        return Response({"id": new_id, "repeats": exchange_id, "href": href(new_id)}, status=202)


def _call(exchange_id: str) -> Call:
    """The call as the journal keeps it; raises what the answer has to be when it cannot be sent again."""
    row, body = rows_of_exchange(exchange_id)
    if problem := _problem(row, body.request_body):
        raise RestError(409, f"This call cannot be sent again: {problem}")
    return read_call(row, body)


def _problem(row: Exchange, text: str) -> str:
    """Why what the journal keeps is not what came; "" when it is."""
    if len(row.path) >= PATH_MAX:  # it may have been longer
        return "its path was too long to be kept whole."
    if row.source == Source.INVALID and row.status_code == 413:
        return "its body was over the limit, and was not kept."
    if MASK in row.path:
        return "its query had a secret, which is not kept."
    endpoint = BY_NAME.get(row.endpoint)
    if row.method != "POST" or (not text and endpoint is not None and endpoint.bodiless):
        return ""
    try:
        data = read_object(text.encode())
    except GateError as error:
        return f"its body is no JSON object ({error}), and of such only a readable form is kept."
    if any(is_file(value) for value in data.values()):
        return "the files that came with it are not in the journal."
    if row.source == Source.INVALID and "\N{REPLACEMENT CHARACTER}" in text:
        return "its body held U+0000, which is not kept."
    return ""


def _headers(call: Call) -> Headers:
    """The call's headers, secrets masked as they are kept; who is calling is said by name."""
    kept = tuple(
        # The journal has a form as the JSON that it stood for.
        (name, "application/json" if name == "content-type" and is_form(value) else value)
        for name, value in call.headers
        if name not in _LEFT_OUT
    )
    is_named = call.path.startswith("/as/") or call.header("x-mock-caller").strip()
    return kept if is_named else (*kept, ("x-mock-caller", call.caller))
