"""Completing a chat completion: from any draft to the whole body."""

import time
from functools import lru_cache
from hashlib import blake2s
from typing import Any

import orjson

from apps.wire import chat_usage, ids
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.logprobs import Scores, scored_size, wanted

N_MAX = 128

_MESSAGE_KEYS = frozenset(
    {"role", "content", "tool_calls", "refusal", "function_call", "annotations", "audio", "reasoning_content"}
)
# What may stand at the top of a short form, and belongs into its only choice.
_SHORT_KEYS = _MESSAGE_KEYS | {"message", "text", "finish_reason", "logprobs"}
_TOP_KEYS = ("id", "object", "created", "model", "choices", "usage", "service_tier", "system_fingerprint")


def fill(draft: Body, call: Call) -> Body:
    """The whole body; keys in the service's order, the author's own keys last."""
    given = draft.get("choices")
    items = [given] if isinstance(given, dict) else given
    short = not isinstance(items, list)
    if not isinstance(items, list):
        items = [{key: value for key, value in draft.items() if key in _SHORT_KEYS}]
    items = _repeated(items, call)
    scores = Scores(wanted(call), choices=len(items), model=call.model)
    choices = [_choice(item, index, scores) for index, item in enumerate(items)]
    model = _either(draft, "model", call.model)
    body = {
        "id": _either(draft, "id", None) or ids.chat_completion_id(),
        "object": _either(draft, "object", "chat.completion"),
        "created": _either(draft, "created", None) or int(call.received_at or time.time()),
        "model": model,
        "choices": choices,
        "usage": chat_usage.complete(draft.get("usage"), choices, call),
        "service_tier": draft.get("service_tier", _service_tier(call)),
        "system_fingerprint": draft.get("system_fingerprint", _fingerprint(str(model))),
    }
    for key, value in draft.items():
        if key not in _TOP_KEYS and not (short and key in _SHORT_KEYS):
            body[key] = value
    return body


def breadth(call: Call) -> int:
    """How many times as large as its draft a completion is, roughly."""
    return copies(call) * scored_size(call)


def _either(draft: Body, key: str, default: Any) -> Any:
    value = draft.get(key)
    return default if value is None else value


def _service_tier(call: Call) -> str:
    asked = call.data.get("service_tier")
    return asked if isinstance(asked, str) and asked != "auto" else "default"


@lru_cache(maxsize=512)
def _fingerprint(model: str) -> str:
    return "fp_" + blake2s(model.encode("utf-8", "replace"), digest_size=5).hexdigest()


def _repeated(items: list[Any], call: Call) -> list[Any]:
    """A single choice stands for each of the n that were asked for, each with ids of its own."""
    count = copies(call)
    if len(items) != 1 or count == 1:
        return items
    item = items[0]
    if isinstance(item, dict):
        item = {key: value for key, value in item.items() if key != "index"}
    return [item] * count


def copies(call: Call) -> int:
    """How many choices a call asks for."""
    n = call.data.get("n")
    return min(max(n, 1), N_MAX) if isinstance(n, int) and not isinstance(n, bool) else 1


def _choice(item: Any, position: int, scores: Scores) -> Body:
    item = item if isinstance(item, dict) else {"text": item}
    message = message_of(item)
    index = item.get("index")
    choice = {
        "index": index if isinstance(index, int) and not isinstance(index, bool) else position,
        "message": message,
        "logprobs": _either(item, "logprobs", None) or scores.of(message),
        "finish_reason": _either(item, "finish_reason", finish_reason(message)),
    }
    consumed = _MESSAGE_KEYS if "message" not in item and "delta" not in item else frozenset[str]()
    for key, value in item.items():
        if key not in choice and key not in consumed and key not in ("text", "delta"):
            choice[key] = value
    return choice


def finish_reason(message: Body) -> str:
    """Why an answer ends whose author did not say."""
    if message.get("tool_calls"):
        return "tool_calls"
    return "function_call" if message.get("function_call") else "stop"


def _source(item: Body) -> Body:
    """What the author wrote as the message: an object, a text, or the keys of a short form."""
    given = item.get("message", item.get("delta"))
    if isinstance(given, dict):
        return given
    if given is not None:
        return {"content": given}
    source = {key: value for key, value in item.items() if key in _MESSAGE_KEYS}
    return source or {"content": item.get("text", "")}


def message_of(item: Body) -> Body:
    """The whole message of a choice, or of a short form."""
    source = _source(item)
    tool_calls = _tool_calls(source.get("tool_calls"))
    function_call = _function(source.get("function_call"))
    refusal = as_text(source.get("refusal"))
    silent = tool_calls or function_call or refusal is not None or source.get("audio")
    role = source.get("role")
    message: Body = {
        "role": role if isinstance(role, str) else "assistant",
        "content": _content(source.get("content", None if silent else "")),
    }
    if tool_calls:
        message["tool_calls"] = tool_calls
    if function_call:
        message["function_call"] = function_call
    message["refusal"] = refusal
    annotations = source.get("annotations")
    message["annotations"] = annotations if isinstance(annotations, list) else []
    for key, value in source.items():
        if key not in message and key not in ("tool_calls", "function_call"):
            message[key] = value
    return message


def _content(value: Any) -> str | None:
    """The text; parts that are texts, as a request or a response has them, are one."""
    if isinstance(value, list) and value and all(_is_text_part(part) for part in value):
        return "".join(part["text"] for part in value)
    return as_text(value)


def _is_text_part(part: Any) -> bool:
    is_one = isinstance(part, dict) and part.get("type") in ("text", "output_text")
    return is_one and isinstance(part.get("text"), str)


def as_text(value: Any) -> str | None:
    """A text as it is; anything else (an object for response_format) as its JSON text."""
    return value if value is None or isinstance(value, str) else orjson.dumps(value).decode()


def _tool_calls(value: Any) -> list[Body]:
    items = value if isinstance(value, list) else [value]
    return [_tool_call(item) for item in items if item and isinstance(item, (dict, str))]


def _tool_call(item: Body | str) -> Body:
    """One call of a tool; short forms are its name, or {"name", "arguments"}."""
    if isinstance(item, str):
        item = {"name": item}
    call_id = item.get("id")
    call: Body = {"id": call_id if isinstance(call_id, str) else ids.tool_call_id()}
    custom = item.get("custom")
    if isinstance(custom, dict):
        call["type"] = "custom"
        call["custom"] = {
            "name": as_text(custom.get("name")) or "",
            "input": as_text(custom.get("input")) or "",
        }
    else:
        call["type"] = "function"
        call["function"] = _function(item.get("function", item)) or {"name": "", "arguments": "{}"}
    short = {"name", "arguments"} if "function" not in item and "custom" not in item else set()
    return call | {key: value for key, value in item.items() if key not in call and key not in short}


def _function(value: Any) -> Body | None:
    """A function's name and its arguments as JSON text."""
    if isinstance(value, str):
        return {"name": value, "arguments": "{}"}
    if not isinstance(value, dict) or not value:
        return None
    arguments = value.get("arguments")
    text = "{}" if arguments is None else as_text(arguments)
    return {"name": as_text(value.get("name")) or "", "arguments": text}
