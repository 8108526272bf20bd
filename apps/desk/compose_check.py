"""How the server would read a draft that is being written: the lint of the dashboard's editor."""

from typing import Any

import orjson
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError, RestView
from apps.desk.compose_findings import findings, strange_names
from apps.desk.shown import find
from apps.journal.texts import read_call
from apps.queues.entry import EntryError, read_entry
from apps.wire.call import Call
from apps.wire.complete import complete
from apps.wire.draft import BODILESS
from apps.wire.endpoint import Body
from apps.wire.jsongate import GateError, read_json
from apps.wire.reply import Draft
from apps.wire.table import BY_NAME

CHAT = "chat.completions"
_ANY_CALL = Call(id="", caller="", method="POST", path="", endpoint=CHAT, data={"model": "gpt-4o"})
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
        errors.append({"field": "response", "error": f"is not JSON yet: {error}"})
    try:
        draft = read_entry({**fields, "response": body}, raw=raw).draft
    except EntryError as error:
        errors += error.errors
    if errors:
        return {**told, "errors": errors}
    reply = complete(draft, call, BY_NAME.get(call.endpoint, BY_NAME[CHAT]))
    warnings = _warnings(body, draft, reply.body)
    return {**told, "errors": [], "warnings": warnings, "completion_tokens": reply.completion_tokens}


def _warnings(body: Body, draft: Draft, completed: bytes) -> Errors:
    if draft.status in BODILESS:
        return [] if not body else [{"field": "response", "error": f"a {draft.status} has no body"}]
    whole = orjson.loads(completed)
    if draft.status >= 400 or "error" in whole:
        if isinstance(whole.get("error"), dict):
            return []
        return [{"field": "response", "error": "SDKs look for error.message in an error's body"}]
    found = [*strange_names(body), *findings(whole)]
    is_short = "choices" not in body
    return [{"field": _place(where, is_short=is_short), "error": error} for where, error in found]


def _place(where: str, *, is_short: bool) -> str:
    """Where its author wrote it: a short form has no choices."""
    if is_short:
        where = where.removeprefix("choices[0].").removeprefix("message.")
    return f"response.{where}"


def _call(exchange_id: Any) -> Call:
    """The call that the draft is for; without one, any."""
    found = find(exchange_id) if isinstance(exchange_id, str) else None
    return read_call(*found) if found and found[0].endpoint else _ANY_CALL
