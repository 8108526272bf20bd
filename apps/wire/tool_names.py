"""The names of the tools that a request offers, and that a request or a reply calls."""

from collections.abc import Iterator
from typing import Any


def tool_names(data: dict[str, Any]) -> Iterator[str]:
    """The names in a request's or a reply's body, whatever it holds; some may come twice."""
    named = [*_objects(data.get("tools")), *_objects(data.get("functions"))]
    for items in (data.get("input"), data.get("output")):  # of requests for responses, and of those
        named += [item for item in _objects(items) if str(item.get("type")).endswith("_call")]
    for message in (data, *_objects(data.get("messages")), *_messages(data.get("choices"))):
        named += [*_objects(message.get("tool_calls")), *_objects([message.get("function_call")])]
    for one in named:
        # {"function": {"name"}} in chat completions, {"custom": {"name"}}; {"name"} in responses
        inner = one.get("function", one.get("custom", one))
        if isinstance(inner, dict) and isinstance(inner.get("name"), str):
            yield inner["name"]


def _messages(choices: Any) -> Iterator[dict[str, Any]]:
    for choice in _objects(choices):
        yield from _objects([choice.get("message")])


def _objects(values: Any) -> Iterator[dict[str, Any]]:
    """The objects of what should be a list of them."""
    return (one for one in values if isinstance(one, dict)) if isinstance(values, list) else iter(())
