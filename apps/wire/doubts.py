"""What is doubtful in a draft that can be used: it goes out as it is, its author is told."""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from apps.wire import said
from apps.wire.call import Call
from apps.wire.catalogue import OPERATIONS
from apps.wire.chat_findings import Finding, findings, not_json, strange_names, strange_values
from apps.wire.chat_form import chat_form
from apps.wire.complete import complete
from apps.wire.draft import BODILESS
from apps.wire.endpoint import Body
from apps.wire.faults.read import is_all
from apps.wire.findings import unreadable
from apps.wire.names import family_of, operation_name
from apps.wire.reply import Draft
from apps.wire.table import BY_NAME
from apps.wire.unused import unused

CHAT = "chat.completions"
JSON = "application/json"
_BY_FORM = {said.CHAT: CHAT, said.RESPONSE: "responses", said.COMPLETION: "completions"}
ANY_CALL = Call(id="", caller="", method="POST", path="", endpoint=CHAT, data={"model": "gpt-4o"})

# What the answer itself can be written as; anything else says only how it ended, or of which model it is.
_CONTENT = ("content", "tool_calls", "refusal", "function_call", "audio", "message", "text")
_ENTRY = (
    "looks like a preset of a queue, but is sent as the body: beside response a preset names at least one "
    'other field, such as "status_code": 200'
)


def doubts(draft: Draft, *, call: Call = ANY_CALL, endpoint: str = "text") -> list[dict[str, str]]:
    """[{"field", "error"}, …]: what an SDK could not read of the reply, or would find nothing in.

    Places within the body begin with "response". `endpoint` is the one that the draft says it is for. Of chat
    completions more is known than the types of the SDK say.
    """
    body: Body = orjson.loads(draft.body)
    if not body and is_all(draft.fault):
        return []  # a fault alone: nothing is missing
    wanted_for = _endpoint(endpoint, draft, body, call)
    is_free = family_of(wanted_for) == "text" and not _json_wanted(call)
    if is_free and len(body) == 1 and body.get("content") and isinstance(body["content"], str):
        return []  # what most are: a large import is not completed just to find nothing
    found = _doubts(body, draft, call, wanted_for)
    return [{"field": field, "error": error} for field, error in found]


def _endpoint(named: str, draft: Draft, body: Body, call: Call) -> str:
    """The endpoint whose form the draft has to fit."""
    if named not in ("text", "*"):
        return named
    if family_of(call.endpoint) != "text":
        return call.endpoint  # it is written for this very call
    return draft.whole_for or _BY_FORM[said.form_of(body)]


def _doubts(body: Body, draft: Draft, call: Call, endpoint: str) -> Iterator[Finding]:
    if draft.status in BODILESS:
        if body:
            yield "response", f"a {draft.status} has no body"
    elif is_entry(body):
        yield "response.response", _ENTRY
    elif endpoint in BY_NAME:
        row = BY_NAME[endpoint]
        told = unused(draft, row)
        if told:
            yield from ((one["field"], one["error"]) for one in told)
            return
        if call is ANY_CALL:
            call = call._replace(
                endpoint=endpoint, params=dict.fromkeys(re.findall(r"{(\w+)}", row.path), "id")
            )
        whole = orjson.loads(complete(draft, call, row).body)
        if draft.status >= 400 or whole.get("error"):
            yield from _of_error(whole, draft)
        elif endpoint == CHAT:
            yield from _of_chat(body, whole, _json_wanted(call))
        else:
            yield from _of_other(whole, endpoint)


def _of_other(whole: Body, endpoint: str) -> Iterator[Finding]:
    """What the types of the SDK do not allow; of what does not leave as JSON they say nothing."""
    operation = operation_name(endpoint)
    if operation and OPERATIONS[operation].answers == JSON:
        for finding in unreadable(whole, operation):
            yield f"response.{finding.path}".removesuffix("."), finding.message


def _json_wanted(call: Call) -> str:
    """The response_format by which the call's answer has to be JSON; "" when any text will do."""
    shape = chat_form(call.data).get("response_format")
    wanted = shape.get("type") if isinstance(shape, dict) else None
    return wanted if wanted in ("json_object", "json_schema") else ""


def is_entry(body: Body) -> bool:
    """Whether a body says nothing but `response`: its author most likely meant an entry of a queue."""
    return body.keys() == {"response"} and isinstance(body["response"], dict)


def _of_error(whole: Body, draft: Draft) -> Iterator[Finding]:
    if not isinstance(whole.get("error"), dict):
        yield "response", "SDKs look for error.message in an error's body"
    elif draft.status < 400:
        yield "status_code", f"is {draft.status}: SDKs take an error for an answer unless it is 400 or more"


def _of_chat(body: Body, whole: Body, json_wanted: str) -> Iterator[Finding]:
    strange = (*strange_names(body), *strange_values(body), *_silences(body))
    no_json = not_json(whole, json_wanted) if json_wanted else ()
    for where, error in (*strange, *findings(whole), *no_json):
        yield _place(where, is_short="choices" not in body), error


def _silences(body: Body) -> Iterator[Finding]:
    """Where an answer says nothing at all, not even an empty text."""
    choices = body.get("choices")
    if choices == []:
        yield "choices", "is empty: SDKs find no answer"
    items: list[Any] = choices if isinstance(choices, list) else [body if choices is None else choices]
    for index, item in enumerate(items):
        if isinstance(item, dict) and not any(name in item for name in (*_CONTENT, "delta")):
            place = "" if item is body else f"choices[{index}]"
            yield place, "has no content, tool_calls or refusal: SDKs read an empty text"


def _place(where: str, *, is_short: bool) -> str:
    """Where its author wrote it: a short form has no choices."""
    if is_short:
        where = where.removeprefix("choices[0].").removeprefix("message.")
    return f"response.{where}".removesuffix(".")
