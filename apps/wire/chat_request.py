"""Reading a chat request: what makes it unusable, and what it asks."""

from typing import Any

from apps.wire.asked import content_text, one_line
from apps.wire.call import Call
from apps.wire.chat_fill import N_MAX
from apps.wire.endpoint import Body
from apps.wire.errors import invalid_type, invalid_value, missing_parameter, out_of_range
from apps.wire.jsongate import kind

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
            return one_line("[tool result] " + content_text(item.get("content")))
        last = last or item
        if role == "user":
            return one_line(content_text(item.get("content")))
    return one_line(content_text(last.get("content"))) if last else ""
