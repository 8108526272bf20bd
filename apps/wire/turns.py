"""Whether each call of a tool in a request is answered, and each answer is one to a call."""

from collections.abc import Iterator
from typing import Any

from apps.wire.errors import WireError

_NO_CALL = (
    "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with "
    "'tool_calls'."
)
_NO_SUCH_CALL = "Invalid parameter: 'tool_call_id' of '{}' not found in 'tool_calls' of previous message."
_NOT_ANSWERED = (
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each "
    "'tool_call_id'. The following tool_call_ids did not have response messages: {}"
)
# What an input goes on from, and items that stand for others: what is called or answered there is not seen.
_GOES_ON_FROM = ("previous_response_id", "conversation", "prompt")
_STAND_FOR_OTHERS = ("item_reference", "compaction", "context_compaction")


def chat_turns(data: dict[str, Any]) -> Iterator[WireError]:
    """Tool messages stand right after the message that calls, in any order."""
    messages = data.get("messages")
    called: dict[str, None] | None = None  # by the message before these tool messages
    waiting: dict[str, None] = {}
    for index, message in enumerate(messages if isinstance(messages, list) else ()):
        about: dict[str, Any] = message if isinstance(message, dict) else {}
        if about.get("role") != "tool":
            if waiting:
                yield _not_answered(waiting, f"messages.[{index}].role")
            called = _called(about)
            waiting = dict(called or ())
        elif called is None:
            yield WireError(400, _NO_CALL, param=f"messages.[{index}].role")
        elif isinstance(answered := about.get("tool_call_id"), str):
            if called and answered not in called:
                told = _NO_SUCH_CALL.format(answered[:100])
                yield WireError(400, told, param=f"messages.[{index}].tool_call_id")
            waiting.pop(answered, None)
    if waiting:
        yield _not_answered(waiting, "messages")


def response_turns(data: dict[str, Any]) -> Iterator[WireError]:
    """Outputs and calls may stand anywhere in an input."""
    if goes_on(data):
        return
    items = ((_kind(item), item.get("call_id")) for item in _items(data))
    named = [(kind, call_id) for kind, call_id in items if isinstance(call_id, str)]
    called = {call_id for kind, call_id in named if kind.endswith("_call")}
    answered = {call_id for kind, call_id in named if kind.endswith("_output")}
    for kind, call_id in named:
        shown = call_id[:100]
        if kind == "function_call_output" and call_id not in called:
            message = f"No tool call found for function call output with call_id {shown}."
            yield WireError(400, message, param="input")
        elif kind == "function_call" and call_id not in answered:
            yield WireError(400, f"No tool output found for function call {shown}.", param="input")


def goes_on(data: dict[str, Any]) -> bool:
    """Whether a request for a response has said only a part of what the model is to read."""
    if any(map(data.get, _GOES_ON_FROM)):
        return True
    return any(_kind(item) in _STAND_FOR_OTHERS for item in _items(data))


def _items(data: dict[str, Any]) -> list[dict[str, Any]]:
    given = data.get("input")
    return [item for item in given if isinstance(item, dict)] if isinstance(given, list) else []


def _called(message: dict[str, Any]) -> dict[str, None] | None:
    """The ids of a message's calls; None for one that calls nothing."""
    calls = message.get("tool_calls") if message.get("role") == "assistant" else None
    if not isinstance(calls, list) or not calls:
        return None
    ids = (call.get("id") for call in calls if isinstance(call, dict))
    return dict.fromkeys(known for known in ids if isinstance(known, str))


def _not_answered(waiting: dict[str, None], param: str) -> WireError:
    return WireError(400, _NOT_ANSWERED.format(", ".join(waiting)[:1000]), param=param)


def _kind(item: dict[str, Any]) -> str:
    """The type of an item, which messages and references need not name."""
    kind = item.get("type")
    if isinstance(kind, str):
        return kind
    return "message" if "role" in item else "item_reference"
