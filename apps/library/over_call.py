"""What a template knows of the call that it answers: one function a name, called where it is used."""

import time
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import orjson

from apps.library.chance import Chance
from apps.wire.call import Call
from apps.wire.chat_form import chat_form
from apps.wire.redact import safe_headers


class Occasion(NamedTuple):
    """A call, and the how manieth time it is (from 1) that its caller is given this."""

    call: Call
    time: int = 1
    seed: str = ""


def _messages(occasion: Occasion) -> list[Any]:
    found = chat_form(occasion.call.data).get("messages")
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _text(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    texts = [one.get("text") for one in parts if isinstance(one, dict)]
    return "\n".join([one for one in texts if isinstance(one, str)])


def _last_message(occasion: Occasion) -> str:
    told = [_text(one) for one in _messages(occasion) if one.get("role") == "user"]
    return told[-1] if told else ""


def _tool_results(occasion: Occasion) -> list[Any]:
    return [_parsed(_text(one)) for one in _messages(occasion) if one.get("role") in ("tool", "function")]


def _parsed(text: str) -> Any:
    try:
        return orjson.loads(text.encode(errors="replace"))
    except orjson.JSONDecodeError:
        return text


def _last_result(occasion: Occasion) -> Any:
    results = _tool_results(occasion)
    return results[-1] if results else None


def _metadata(occasion: Occasion) -> dict[str, Any]:
    found = occasion.call.data.get("metadata")
    return found if isinstance(found, dict) else {}


# What a template may name: its value, and in a word what it is.
NAMES: dict[str, tuple[Callable[[Occasion], Any], str]] = {
    "last_message": (_last_message, "the text of the last user message"),
    "messages": (_messages, "all messages, each with role and content"),
    "model": (lambda one: one.call.model, "the model that was asked for"),
    "endpoint": (lambda one: one.call.endpoint, "the endpoint, such as chat.completions"),
    "caller": (lambda one: one.call.caller, "who calls"),
    "tool_results": (_tool_results, "what the tools gave, in order, parsed where it is JSON"),
    "tool_result": (_last_result, "the last of them; null when there is none"),
    "headers": (lambda one: dict(safe_headers(one.call.headers)), "the headers, secrets masked"),
    "metadata": (_metadata, "the request's metadata"),
    "body": (lambda one: one.call.data, "the whole body"),
    "count": (lambda one: one.time, "how often this caller was given this, this time included"),
    "random": (
        lambda one: Chance(f"{one.seed}:{one.call.caller}:{one.time}"),
        "random.int(1, 6), .float(), .choice([…]), .hex(8), .uuid(): the same seed, the same values",
    ),
    "now": (lambda one: int(one.call.received_at or time.time()), "unix seconds; now|date('%Y-%m-%d')"),
}


def values(occasion: Occasion, names: Iterable[str]) -> dict[str, Any]:
    """The values of those names that there are."""
    return {name: NAMES[name][0](occasion) for name in names if name in NAMES}
