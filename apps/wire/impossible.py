"""What a request for text asks for that no model could do: automatic answers refuse it, and so does
MOCKOPENAI_VALIDATE=reject; what somebody has queued is answered all the same."""

import re
from collections.abc import Iterator
from typing import Any

from apps.wire.bounds import BOUNDS, out_of_bounds
from apps.wire.errors import WireError
from apps.wire.kept_object import is_sampled

CHAT, RESPONSES, COMPLETIONS = "chat.completions.create", "responses.create", "completions.create"
OF_TOOLS = ("tool_choice", "parallel_tool_calls")
# The members that anything can be wrong with: most requests have none of them.
_WATCHED = {
    operation: frozenset([*(path.partition(".")[0] for path in BOUNDS[operation]), *OF_TOOLS])
    for operation in (CHAT, RESPONSES, COMPLETIONS)
}
_LOADED_LATER = ("namespace", "tool_search")  # tools whose functions the request does not list
_VERSION = re.compile(r"(_use)?(_preview)?(_\d{4}_\d{2}_\d{2})?$")


def refuse_impossible(data: dict[str, Any], operation: str) -> None:
    """Raises the WireError of the first thing that cannot be done."""
    if not _WATCHED[operation].isdisjoint(data) and not is_sampled():
        for error in impossible(data, operation):
            raise error


def impossible(data: dict[str, Any], operation: str) -> Iterator[WireError]:
    """The errors, in OpenAI's words; none for operations that make no text."""
    if operation in _WATCHED:
        yield from out_of_bounds(data, operation)
    if operation == CHAT:
        yield from _without_tools(data)
    if operation in (CHAT, RESPONSES):
        yield from _not_offered(data, operation)


def _without_tools(data: dict[str, Any]) -> Iterator[WireError]:
    for name in OF_TOOLS if not data.get("tools") else ():
        if data.get(name) is not None:
            message = f"Invalid value for '{name}': '{name}' is only allowed when 'tools' are specified."
            yield WireError(400, message, param=name)


def _not_offered(data: dict[str, Any], operation: str) -> Iterator[WireError]:
    """A tool that is to be called, and is not there. A stored prompt may bring tools along."""
    choice, tools = data.get("tool_choice"), data.get("tools") or []
    if data.get("prompt") or not isinstance(tools, list) or (operation == CHAT and not tools):
        return
    if choice == "required" and not tools:
        message = "Tool choice 'required' must be specified with 'tools' parameter."
        yield WireError(400, message, param="tool_choice")
    if not isinstance(choice, dict):
        return
    listed = [tool for tool in tools if isinstance(tool, dict)]
    if any(tool.get("type") in _LOADED_LATER for tool in listed):
        return
    offered = {_stem(_name(tool)) for tool in listed}
    for wanted in _wanted(choice):
        if wanted and _stem(wanted) not in offered:
            message = f"Tool choice '{wanted[:100]}' not found in 'tools' parameter."
            yield WireError(400, message, param="tool_choice")


def _wanted(choice: dict[str, Any]) -> Iterator[str]:
    """The names of the tools that a choice names, in either endpoint's form."""
    if choice.get("type") != "allowed_tools":
        yield _name(choice)
        return
    inner = choice.get("allowed_tools", choice)
    tools = inner.get("tools") if isinstance(inner, dict) else None
    yield from (_name(tool) for tool in tools or () if isinstance(tool, dict))


def _name(tool: dict[str, Any]) -> str:
    """What a tool, or a choice of one, is called: of a hosted one its type."""
    kind = tool.get("type", "function")
    inner = tool.get(kind) if kind in ("function", "custom") else None
    about = inner if isinstance(inner, dict) else tool
    named = {"function": "name", "custom": "name", "mcp": "server_label"}.get(kind, "type")
    name = about.get(named)
    return name if isinstance(name, str) else ""


def _stem(name: str) -> str:
    """A hosted tool without its version: web_search of web_search_preview_2025_03_11."""
    return _VERSION.sub("", name, count=1)
