"""What a response cost: its `usage`, counted where its author did not say."""

from typing import Any

from apps.wire import usage
from apps.wire.call import Call
from apps.wire.chat_form import chat_form
from apps.wire.chat_usage import TOOL_CALL_TOKENS
from apps.wire.endpoint import Body

END_TOKENS = 1  # of a message that is not cut short (from recorded answers)
_NAMES = {"prompt_tokens": "input_tokens", "completion_tokens": "output_tokens"}


def complete(given: Any, output: list[Body], call: Call) -> Body:
    """The usage with all its keys; a number that the author gave stays, under either name, and the total
    follows it."""
    given = _renamed(given) if isinstance(given, dict) else {}
    read, reasoning = given.get("input_tokens"), _reasoned(given, output, call.model)
    written = given.get("output_tokens")
    read = read if type(read) is int else input_tokens(call.data)
    written = written if type(written) is int else output_tokens(output, call.model) + reasoning
    made: Body = {
        "input_tokens": read,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": written,
        "output_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": read + written,
    }
    for key, value in given.items():
        if key.endswith("_details") and isinstance(value, dict):
            made[key] = {**made.get(key, {}), **value}
        elif value is not None:
            made[key] = value
    return made


def _reasoned(given: Body, output: list[Body], model: str) -> int:
    details = given.get("output_tokens_details")
    said = details.get("reasoning_tokens") if isinstance(details, dict) else None
    return said if type(said) is int else reasoning_tokens(output, model)


def input_tokens(data: Body) -> int:
    """The tokens of a request, counted like those of the same chat request."""
    form = chat_form(data)
    offered = form.get("tools")
    tools = [{"function": tool} for tool in offered] if isinstance(offered, list) else []
    return usage.chat_prompt_tokens({**form, "tools": tools})


def output_tokens(output: list[Body], model: str) -> int:
    texts: list[Any] = []
    flat = 0
    for item in output:
        if item.get("type") in ("function_call", "custom_tool_call"):
            flat += TOOL_CALL_TOKENS
            texts += [item.get("name"), item.get("arguments"), item.get("input")]
        elif item.get("type") == "message":
            texts += _spoken(item.get("content"))
            flat += END_TOKENS if item.get("status") == "completed" else 0
    return flat + sum(usage.count([text for text in texts if text and isinstance(text, str)], model))


def reasoning_tokens(output: list[Body], model: str) -> int:
    texts = [text for item in output if item.get("type") == "reasoning" for text in _thought(item)]
    return sum(usage.count(texts, model)) if texts else 0


def _thought(item: Body) -> list[str]:
    return _spoken(item.get("content")) or _spoken(item.get("summary"))


def _spoken(parts: Any) -> list[str]:
    if not isinstance(parts, list):
        return []
    found = [part.get("text", part.get("refusal")) for part in parts if isinstance(part, dict)]
    return [text for text in found if isinstance(text, str)]


def _renamed(given: Body) -> Body:
    details = {f"{ours}_details": f"{theirs}_details" for ours, theirs in _NAMES.items()}
    return {{**_NAMES, **details}.get(key, key): value for key, value in given.items()}
