"""The messages of a call, whichever endpoint it came to."""

from typing import Any, NamedTuple

from apps.wire.response_asked import CALLS, OUTPUTS

TOOL = ("tool", "function")


class Line(NamedTuple):
    """One message: `role` is that of the request, or "tool" for what a tool answered."""

    role: str
    content: Any
    tool: str = ""


def lines_of(data: dict[str, Any]) -> list[Line]:
    """The messages in a request's body, in their order."""
    instructions, messages = data.get("instructions"), data.get("messages")
    lines = [Line("system", instructions)] if isinstance(instructions, str) else []
    if isinstance(messages, list):
        return lines + _messages(messages)
    if (given := data.get("input")) is not None:
        return lines + _items(given)
    if (prompt := data.get("prompt")) is not None:
        return lines + _prompts(prompt)
    if isinstance(data.get("role"), str) and "content" in data:  # a message that is added to a thread
        return [*lines, Line(data["role"], data["content"])]
    return lines


def _messages(messages: list[Any]) -> list[Line]:
    names: dict[str, str] = {}
    lines = []
    for message in messages:
        if not isinstance(message, dict):
            continue
        calls = message.get("tool_calls")
        for call in calls if isinstance(calls, list) else ():
            inner = call.get("function", call.get("custom")) if isinstance(call, dict) else None
            if isinstance(inner, dict):
                names[str(call.get("id"))] = str(inner.get("name"))
        role = str(message.get("role"))
        if role in TOOL:
            tool = names.get(str(message.get("tool_call_id")), str(message.get("name") or ""))
            lines.append(Line("tool", message.get("content"), tool))
        else:
            lines.append(Line(role, message.get("content")))
    return lines


def _items(given: Any) -> list[Line]:
    """The input of a response, of embeddings, of moderations, …"""
    if not isinstance(given, list):
        return [Line("user", given)]
    names: dict[str, str] = {}
    lines = []
    for item in given:
        if not isinstance(item, dict):
            lines.append(Line("user", item))
        elif item.get("type") in OUTPUTS:
            lines.append(Line("tool", item.get("output"), names.get(str(item.get("call_id")), "")))
        elif item.get("type") in CALLS:
            names[str(item.get("call_id"))] = str(item.get("name"))
        elif "role" in item:
            lines.append(Line(str(item["role"]), item.get("content")))
        elif "text" in item or "image_url" in item:  # a part, as moderations take them
            lines.append(Line("user", [item]))
    return lines


def _prompts(prompt: Any) -> list[Line]:
    if isinstance(prompt, list) and not all(isinstance(one, int) for one in prompt):
        return [Line("user", one) for one in prompt]
    return [Line("user", prompt)] if isinstance(prompt, str | list) else []
