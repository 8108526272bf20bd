"""What is doubtful in a draft that can be used: it goes out as it is, its author is told."""

from collections.abc import Iterator
from typing import Any

import orjson

from apps.wire import said
from apps.wire.call import Call
from apps.wire.chat_findings import Finding, findings, not_json, strange_names, strange_values
from apps.wire.chat_form import chat_form
from apps.wire.complete import complete
from apps.wire.draft import BODILESS
from apps.wire.endpoint import Body
from apps.wire.reply import Draft
from apps.wire.table import BY_NAME

CHAT = "chat.completions"
ANY_CALL = Call(id="", caller="", method="POST", path="", endpoint=CHAT, data={"model": "gpt-4o"})

# What the answer itself can be written as; anything else says only how it ended, or of which model it is.
_CONTENT = ("content", "tool_calls", "refusal", "function_call", "audio", "message", "text")
_ENTRY = (
    "looks like a preset of a queue, but is sent as the body: beside response a preset names at least one "
    'other field, such as "status_code": 200'
)


def doubts(draft: Draft, *, call: Call = ANY_CALL, endpoint: str = "text") -> list[dict[str, str]]:
    """[{"field", "error"}, …]: what an SDK could not read of the reply, or would find nothing in.

    Places within the body begin with "response". `endpoint` is the one that the draft says it is for; what
    is known of replies is known of chat completions.
    """
    body: Body = orjson.loads(draft.body)
    if not _json_wanted(call) and len(body) == 1 and body.get("content") and isinstance(body["content"], str):
        return []  # what most are: a large import is not completed just to find nothing
    is_chat = (
        endpoint in ("text", "*", CHAT) and draft.whole_for in ("", CHAT) and said.form_of(body) == said.CHAT
    )
    return [{"field": field, "error": error} for field, error in _doubts(body, draft, call, is_chat=is_chat)]


def _doubts(body: Body, draft: Draft, call: Call, *, is_chat: bool) -> Iterator[Finding]:
    if draft.status in BODILESS:
        if body:
            yield "response", f"a {draft.status} has no body"
    elif is_entry(body):
        yield "response.response", _ENTRY
    elif is_chat:
        whole = orjson.loads(complete(draft, call, BY_NAME[CHAT]).body)
        is_error = draft.status >= 400 or whole.get("error")
        yield from _of_error(whole, draft) if is_error else _of_chat(body, whole, _json_wanted(call))


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
