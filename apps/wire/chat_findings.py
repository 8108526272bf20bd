"""What OpenAI's SDKs could not read in a chat completion, each with its place."""

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

import orjson

from apps.wire.chat_whole import FINISH_REASONS
from apps.wire.endpoint import Body
from apps.wire.jsongate import kind

Finding = tuple[str, str]  # where, and what is wrong
_TOP = ("id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint")
_CHOICE = ("index", "message", "finish_reason", "logprobs", "text")
_MESSAGE = (
    *("role", "content", "tool_calls", "refusal", "function_call"),
    *("annotations", "audio", "reasoning_content"),
)
SHORT_FORM = frozenset({*_TOP, *_CHOICE, *_MESSAGE, "error", "metadata", "moderation"})


def strange_names(draft: Body) -> Iterator[Finding]:
    """Names that no chat completion has: they go out as they are, most are slips of the pen."""
    for name in draft:
        if name not in SHORT_FORM:
            [near] = get_close_matches(name, SHORT_FORM, n=1) or [""]
            hint = f": did you mean {near}?" if near else "; it goes out as it is"
            yield name, f"is no field of a chat completion{hint}"


def strange_values(draft: Body) -> Iterator[Finding]:
    """Values of the short form that are read as a text, though they hardly were meant as one."""
    choices = draft.get("choices")
    if choices is not None and not isinstance(choices, list):
        yield "choices", f"is {kind(choices)}: completions have a list of choices"
    if not isinstance(draft.get("usage"), dict | None):
        yield "usage", f"is {kind(draft['usage'])}: the tokens are counted instead"
    yield from _strange_content(draft, "content")
    yield from _strange_calls(draft.get("tool_calls"), "tool_calls")
    for index, choice in enumerate(choices if isinstance(choices, list) else []):
        place = f"choices[{index}].message"
        message = choice.get("message") if isinstance(choice, dict) else None
        if isinstance(message, dict):
            yield from _strange_content(message, f"{place}.content")
            calls = message.get("tool_calls")
            if calls and not isinstance(calls, list):  # a name alone is a short form, as a rule
                yield f"{place}.tool_calls", f"is {kind(calls)}: completions have a list of calls"
            yield from _strange_calls(calls, f"{place}.tool_calls")
        elif isinstance(choice, dict) and "message" in choice and not isinstance(message, str):
            yield place, f"is {kind(message)}: SDKs read an empty text"


def _strange_calls(calls: Any, place: str) -> Iterator[Finding]:
    for index, call in enumerate(calls if isinstance(calls, list) else []):
        if not call or not isinstance(call, dict | str):
            yield f"{place}[{index}]", f"is {kind(call)}, and left out: a call has a name"


def _strange_content(message: Body, place: str) -> Iterator[Finding]:
    content = message.get("content")
    if isinstance(content, bool | int | float):
        yield place, f"is {kind(content)}: SDKs get it as a text"
    elif isinstance(content, list) and not all(isinstance(part, dict | str) for part in content):
        yield place, "holds what is neither a part nor a text: SDKs get it as a text"


def findings(body: Body) -> Iterator[Finding]:
    """What is wrong with a completed body."""
    yield from _texts(body, "", "id", "model")
    if type(body.get("created")) is not int:
        yield "created", _not("a whole number", body, "created")
    choices = body.get("choices")
    if not isinstance(choices, list):
        yield "choices", _not("a list", body, "choices")
        return
    for index, choice in enumerate(choices):
        yield from _choice(choice, f"choices[{index}]")
    yield from _usage(body.get("usage"))


def not_json(body: Body, wanted: str) -> Iterator[Finding]:
    """The texts of a completed body that are no JSON, though the call's response_format is `wanted`."""
    choices = body.get("choices")
    for index, choice in enumerate(choices if isinstance(choices, list) else []):
        message = choice.get("message") if isinstance(choice, dict) else None
        content = message.get("content") if isinstance(message, dict) else None
        if not isinstance(message, dict) or not isinstance(content, str) or message.get("tool_calls"):
            continue
        try:
            value = orjson.loads(content)
        except orjson.JSONDecodeError:
            yield f"choices[{index}].message.content", f"is not JSON, which the call asks for ({wanted})"
            continue
        if wanted == "json_object" and not isinstance(value, dict):
            yield (
                f"choices[{index}].message.content",
                f"is {kind(value)}, but the call asks for an object ({wanted})",
            )


def _choice(choice: Any, place: str) -> Iterator[Finding]:
    if not isinstance(choice, dict):
        yield place, f"must be an object, not {kind(choice)}"
        return
    reason, message = choice.get("finish_reason"), choice.get("message")
    if not isinstance(reason, str) or reason not in FINISH_REASONS:
        yield f"{place}.finish_reason", f"must be one of {', '.join(sorted(FINISH_REASONS))}"
    if not isinstance(message, dict):
        yield f"{place}.message", _not("an object", choice, "message")
        return
    if message.get("role") != "assistant":
        yield f"{place}.message.role", "must be assistant"
    for name in ("content", "refusal"):
        if not isinstance(message.get(name), str | None):
            yield f"{place}.message.{name}", f"must be a string or null, not {kind(message[name])}"
    calls = message.get("tool_calls")
    for index, call in enumerate(calls if isinstance(calls, list) else []):
        yield from _tool_call(call, f"{place}.message.tool_calls[{index}]")


def _tool_call(call: Any, place: str) -> Iterator[Finding]:
    function = call.get("function") if isinstance(call, dict) else None
    if not isinstance(function, dict):
        return
    if not function.get("name"):
        yield f"{place}.function.name", "is missing: which tool is called"
    try:
        orjson.loads(function.get("arguments") or "")
    except orjson.JSONDecodeError as error:
        yield f"{place}.function.arguments", f"is not JSON: {error}"


def _usage(usage: Any) -> Iterator[Finding]:
    if usage is None:
        return
    if not isinstance(usage, dict):
        yield "usage", f"must be an object, not {kind(usage)}"
        return
    for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
        if type(usage.get(name)) is not int:
            yield f"usage.{name}", _not("a whole number", usage, name)


def _texts(body: Body, place: str, *names: str) -> Iterator[Finding]:
    for name in names:
        if not isinstance(body.get(name), str):
            yield f"{place}{name}", _not("a string", body, name)


def _not(wanted: str, body: Body, name: str) -> str:
    return f"must be {wanted}, not {kind(body[name])}" if name in body else f"is missing: {wanted}"
