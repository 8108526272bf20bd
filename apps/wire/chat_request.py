"""Reading a chat request: what makes it unusable, what it asks, and what an echo would answer."""

from hashlib import blake2b
from typing import Any

import orjson
import toktok

from apps.wire import usage
from apps.wire.call import Call
from apps.wire.chat_fill import N_MAX
from apps.wire.endpoint import Body
from apps.wire.errors import invalid_type, invalid_value, missing_parameter, out_of_range
from apps.wire.jsongate import kind
from apps.wire.shelf import Shelf

SUMMARY_MAX = 200
ROLES = ("system", "assistant", "user", "function", "tool", "developer")

# The parameters whose type matters to the answer: in OpenAI's words, and as JSON parses to.
_INTEGER = ("an integer", (int,))
_BOOLEAN = ("a boolean", (bool,))
_TYPES: dict[str, tuple[str, tuple[type, ...]]] = {
    "n": _INTEGER,
    "stream": _BOOLEAN,
    "stream_options": ("an object", (dict,)),
    "logprobs": _BOOLEAN,
    "top_logprobs": _INTEGER,
    "tools": ("an array of objects", (list,)),
    "max_tokens": _INTEGER,
    "max_completion_tokens": _INTEGER,
    "temperature": ("a decimal", (int, float)),
}


def check(call: Call) -> None:
    """Raise WireError for a request that no answer can be made for; the rest is validated elsewhere."""
    data = call.data
    model = data.get("model")
    if model is None or model == "":
        raise missing_parameter("model")
    if not isinstance(model, str):
        raise invalid_type("model", expected="a string", got=kind(model))
    _check_messages(data.get("messages"))
    for name, value in data.items():
        if name in _TYPES and value is not None:
            expected, types = _TYPES[name]
            if type(value) not in types:  # not isinstance: true is no integer
                raise invalid_type(name, expected=expected, got=kind(value))
    _check_n(data.get("n"))


def _check_messages(messages: Any) -> None:
    if messages is None:
        raise missing_parameter("messages")
    if not isinstance(messages, list):
        raise invalid_type("messages", expected="an array of objects", got=kind(messages))
    if not messages:
        problem = "empty array. Expected an array with minimum length 1, but got an empty array instead."
        raise out_of_range("messages", problem, code="empty_array")
    for index, message in enumerate(messages):
        if not isinstance(message, dict):
            raise invalid_type(f"messages[{index}]", expected="an object", got=kind(message))
        role = message.get("role")
        if role is None:
            raise missing_parameter(f"messages[{index}].role")
        if not isinstance(role, str):
            raise invalid_type(f"messages[{index}].role", expected="a string", got=kind(role))
        if role not in ROLES:
            raise invalid_value(f"messages[{index}].role", role, ROLES)


def _check_n(n: int | None) -> None:
    if n is None or 1 <= n <= N_MAX:
        return
    side, limit, bound = ("below minimum", ">=", 1) if n < 1 else ("above maximum", "<=", N_MAX)
    problem = f"integer {side} value. Expected a value {limit} {bound}, but got {n} instead."
    raise out_of_range("n", problem, code=f"integer_{side.replace(' ', '_')}_value")


def summary(call: Call) -> str:
    """One line of at most 200 characters: the last user text, or the tool results that came after it."""
    messages = call.data.get("messages")
    last: Body | None = None
    for item in reversed(messages) if isinstance(messages, list) else ():
        if not isinstance(item, dict):
            continue
        role = item.get("role")
        if last is None and role in ("tool", "function"):
            return _line("[tool result] " + _text(item.get("content")))
        last = last or item
        if role == "user":
            return _line(_text(item.get("content")))
    return _line(_text(last.get("content"))) if last else ""


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else []
    return " ".join([_part(part) for part in parts if isinstance(part, dict)])


def _part(part: Body) -> str:
    text = part.get("text", part.get("refusal"))
    if isinstance(text, str):
        return text
    name = str(part.get("type", "part"))
    return f"[{name.removesuffix('_url').removeprefix('input_')}]"


def _line(text: str) -> str:
    head = text[:SUMMARY_MAX].strip()
    if head.isprintable() and "  " not in head:
        return head if len(text) <= SUMMARY_MAX else head[: SUMMARY_MAX - 1] + "…"
    # The head of a huge text is enough, and splitting all of it would take long.
    line = " ".join(text[: 3 * SUMMARY_MAX].split())
    return line if len(line) <= SUMMARY_MAX else line[: SUMMARY_MAX - 1] + "…"


def auto(call: Call, shelf: Shelf) -> Body:
    """A generated draft: an echo of what was asked, cut as the request asks; same request, same answer."""
    asked = summary(call)
    content = f'This is a mock answer to: "{asked}"' if asked else "This is a mock answer."
    digest = blake2b(orjson.dumps(call.data, option=orjson.OPT_SORT_KEYS), digest_size=15).hexdigest()
    draft: Body = {"id": f"chatcmpl-{digest[:29]}", "content": _stopped(content, call.data.get("stop"))}
    limit = call.data.get("max_completion_tokens") or call.data.get("max_tokens")
    if isinstance(limit, int) and limit > 0:
        cut, tokens = toktok.truncate(draft["content"], limit, usage.encoding(call.model))
        if tokens > limit:
            draft |= {"content": cut, "finish_reason": "length"}
    return draft


def _stopped(text: str, stop: Any) -> str:
    """The text up to the first stop sequence."""
    for word in stop if isinstance(stop, list) else [stop]:
        if isinstance(word, str) and word:
            text = text.split(word, 1)[0]
    return text
