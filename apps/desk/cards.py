"""A call's body as cards that a person can read: one a message, each made of texts."""

from dataclasses import dataclass
from typing import Any

import orjson

TEXT_SHOWN = 3_000  # characters of a text that are shown at once; the rest is fetched when asked for
ROLES = ("system", "developer", "user", "assistant", "tool", "function")


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of a card. `kind`: "text", "code" for what a machine wrote, "media" for what is no text."""

    kind: str
    text: str
    title: str = ""

    @property
    def shown(self) -> str:
        return self.text[:TEXT_SHOWN]

    @property
    def is_cut(self) -> bool:
        return len(self.text) > TEXT_SHOWN


@dataclass(frozen=True, slots=True)
class Card:
    """One message; `index` is its place in the call."""

    index: int
    role: str
    name: str
    pieces: tuple[Piece, ...]

    @property
    def style(self) -> str:
        return self.role if self.role in ROLES else "other"


def read_object(text: str) -> dict[str, Any]:
    """A body's JSON object; {} for anything else."""
    try:
        found = orjson.loads(text.encode(errors="replace"))
    except orjson.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def read_cards(data: dict[str, Any]) -> list[Card]:
    """The messages of a call, the oldest first."""
    messages = data.get("messages")
    if not isinstance(messages, list):
        return []
    return [_card(index, item) for index, item in enumerate(messages) if isinstance(item, dict)]


def read_settings(data: dict[str, Any]) -> list[tuple[str, str]]:
    """What else the call asks for, as far as it is one short value each: temperature, tool_choice, …"""
    hidden = ("model", "stream")
    plain = [(name, value) for name, value in data.items() if name not in hidden]
    return [(name, _scalar(value)) for name, value in plain if not isinstance(value, dict | list)][:12]


def tool_names(data: dict[str, Any]) -> list[str]:
    """The names of the tools that the call offers."""
    tools = data.get("tools")
    return [_tool_name(tool) for tool in tools if isinstance(tool, dict)] if isinstance(tools, list) else []


def _card(index: int, message: dict[str, Any]) -> Card:
    pieces = [*_content(message.get("content")), *_calls(message)]
    refusal = message.get("refusal")
    if isinstance(refusal, str):
        pieces.append(Piece("text", refusal, "refusal"))
    name = message.get("name") or message.get("tool_call_id") or ""
    return Card(index, str(message.get("role", "?")), str(name), tuple(pieces))


def _content(content: Any) -> list[Piece]:
    if isinstance(content, str):
        return [Piece("text", content)] if content else []
    parts = content if isinstance(content, list) else []
    return [_part(part) for part in parts if isinstance(part, dict)]


def _part(part: dict[str, Any]) -> Piece:
    text = part.get("text", part.get("refusal"))
    if isinstance(text, str):
        return Piece("text", text)
    kind = str(part.get("type", "part"))
    return Piece("media", orjson.dumps(part.get(kind, part)).decode(), kind)


def _calls(message: dict[str, Any]) -> list[Piece]:
    calls = message.get("tool_calls")
    found = [item for item in calls if isinstance(item, dict)] if isinstance(calls, list) else []
    functions = [item.get("function") for item in found] + [message.get("function_call")]
    return [
        Piece("code", _scalar(function.get("arguments")), str(function.get("name", "")))
        for function in functions
        if isinstance(function, dict)
    ]


def _tool_name(tool: dict[str, Any]) -> str:
    function = tool.get("function")
    named = function if isinstance(function, dict) else tool
    return str(named.get("name") or tool.get("type") or "?")


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
