"""How the server would read a draft that is being written: the lint of the dashboard's editor."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError, RestView
from apps.desk.shown import find
from apps.journal.texts import read_call
from apps.library.content import content_text, is_content
from apps.queues.entry import EntryError, entry_doubts, read_entry
from apps.wire.call import Call
from apps.wire.complete import complete
from apps.wire.doubts import ANY_CALL, CHAT, doubts
from apps.wire.jsongate import GateError, read_json
from apps.wire.table import BY_NAME

Errors = list[dict[str, str]]


class CheckView(RestView):
    """Says of a draft what is wrong with it; nothing is kept, nothing is sent."""

    def post(self, request: Request) -> Response:
        fields = dict(self.json_object(request))
        text, call_id = fields.pop("text", None), fields.pop("call", None)
        if not isinstance(text, str):
            raise RestError(400, "text must be the draft's body, as a JSON text in a string.")
        return Response(check(text, fields, call=_call(call_id)))


def check(text: str, fields: dict[str, Any], *, call: Call) -> dict[str, Any]:
    """{"errors", "warnings", "size_bytes", "completion_tokens"} for a body's text and its other fields.

    A finding is {"field", "error"}; places within the body begin with "response".
    """
    raw = text.encode()
    told: dict[str, Any] = {"warnings": [], "size_bytes": len(raw), "completion_tokens": None}
    errors: Errors = []
    body: Any = {}
    try:
        body = read_json(raw)
    except GateError as error:
        errors.append({"field": "response", "error": f"The body is not JSON yet: {error}"})
    try:
        said = {**body, **fields} if is_content(body) else {**fields, "response": body}
        entry = read_entry(said, raw=content_text(raw, body) if is_content(body) else raw)
    except EntryError as error:
        errors += error.errors
    if errors:
        return {**told, "errors": errors}
    if entry.draft.kind:
        return {**told, "errors": [], "warnings": entry_doubts(entry)}
    reply = complete(entry.draft, call, BY_NAME.get(call.endpoint, BY_NAME[CHAT]))
    warnings = doubts(entry.draft, call=call, endpoint=entry.endpoint)
    return {**told, "errors": [], "warnings": warnings, "completion_tokens": reply.completion_tokens}


def _call(exchange_id: Any) -> Call:
    """The call that the draft is for; without one, any."""
    found = find(exchange_id) if isinstance(exchange_id, str) else None
    return read_call(*found) if found and found[0].endpoint else ANY_CALL
