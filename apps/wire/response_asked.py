"""Reading a request for a response: what it asks, with what was said before it."""

from typing import Any

from apps.wire.asked import (
    Asked,
    content_text,
    digest_of,
    one_line,
    read_choice,
    read_limit,
    read_results,
    read_shape,
    read_tools,
)
from apps.wire.bounds import check_lengths
from apps.wire.call import Call
from apps.wire.chat_auto import allowed
from apps.wire.endpoint import Body
from apps.wire.errors import WireError, invalid_type, invalid_value, missing_parameter
from apps.wire.findings import misshapen
from apps.wire.jsongate import kind
from apps.wire.kept_object import is_sampled

OUTPUTS = ("function_call_output", "custom_tool_call_output")
CALLS = ("function_call", "custom_tool_call")
ROLES = ("system", "assistant", "user", "developer")
OPERATION = "responses.create"
_GOES_ON_FROM = ("previous_response_id", "conversation", "prompt")
_NO_INPUT = "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must be provided."
_NOT_STORED = "Invalid value for 'background': background mode is only allowed when 'store' is not false."


def check(call: Call) -> None:
    """Raise WireError for a request that no answer can be made for; the rest is validated elsewhere."""
    data = call.data
    model = data.get("model")
    if model == "" or (model is None and data.get("prompt") is None and not is_sampled()):
        raise missing_parameter("model")
    if not isinstance(model, str | None):
        raise invalid_type("model", expected="a string", got=kind(model))
    # The items of the input are looked at below: their types have more to them than is needed.
    if wrong := misshapen(data, OPERATION, besides="input"):
        raise wrong
    check_lengths(data, "max_output_tokens")
    check_input(data.get("input"))
    if not data.get("input") and not any(map(data.get, _GOES_ON_FROM)) and not is_sampled():
        raise WireError(400, _NO_INPUT, param="input", code="missing_required_parameter")
    if data.get("background") is True and data.get("store") is False:
        raise WireError(400, _NOT_STORED, param="background", code="invalid_value")


def check_input(given: Any) -> None:
    """The same for the items of an input."""
    if given is None or isinstance(given, str):
        return
    if not isinstance(given, list):
        raise invalid_type("input", expected="one of a string or an array of items", got=kind(given))
    for index, item in enumerate(given):
        if not isinstance(item, dict):
            raise invalid_type(f"input[{index}]", expected="an object", got=kind(item))
        role = item.get("role")
        if item.get("type", "message") == "message" and role not in ROLES:
            if role is None:
                raise missing_parameter(f"input[{index}].role")
            raise invalid_value(f"input[{index}].role", str(role), ROLES)


def items_of(given: Any) -> list[Body]:
    """The items of an input; a text is a message of the user."""
    if isinstance(given, str):
        return [{"role": "user", "content": given}]
    return [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []


def summary(call: Call) -> str:
    """One line: the user's last words, or what tools answered after them."""
    items = items_of(call.data.get("input"))
    for item in reversed(items):
        if item.get("type") in OUTPUTS:
            return one_line("[tool result] " + content_text(item.get("output")))
        if item.get("role") == "user":
            return one_line(content_text(item.get("content")))
    return one_line(content_text(items[-1].get("content"))) if items else ""


def read(call: Call, before: list[Body]) -> Asked:
    """All that a request for a response asks for; `before` are the items of its conversation until then."""
    data = call.data
    text, found, names = _story([*before, *items_of(data.get("input"))])
    shape = data.get("text")
    return Asked(
        text=text,
        results=read_results(found, names),
        tools=allowed(read_tools(data.get("tools")), data.get("tool_choice")),
        choice=read_choice(data.get("tool_choice")),
        parallel=data.get("parallel_tool_calls") is not False,
        schema=read_shape(shape.get("format")) if isinstance(shape, dict) else None,
        limit=read_limit(data.get("max_output_tokens")),
        model=call.model,
        digest=digest_of(call),
    )


def _story(items: list[Body]) -> tuple[str, list[tuple[str, Any]], dict[str, str]]:
    """(the user's last words, what tools answered since, the names of the calls by their ids)."""
    text, names = "", dict[str, str]()
    found: list[tuple[str, Any]] = []
    for item in items:
        call_id = str(item.get("call_id"))
        if item.get("type") in OUTPUTS:
            found.append((call_id, item.get("output")))
        elif item.get("type") in CALLS:
            names[call_id] = str(item.get("name"))
        elif item.get("role") == "user":
            text, found = content_text(item.get("content")), []
    return text, found, names
