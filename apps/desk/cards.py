"""A call's body as cards that a person can read: one a message, each made of pieces."""

from dataclasses import dataclass
from typing import Any

import orjson

from apps.desk.pictures import is_picture
from apps.wire.chat_form import chat_form

TEXT_SHOWN = 3_000  # characters of a text that are shown at once; the rest is fetched when asked for
RULES_SHOWN = 600  # of instructions, which are the same for each call
ROLES = ("system", "developer", "user", "assistant", "tool", "function")
_WEB = ("https://", "http://")
_IMAGES = ("image_url", "input_image")


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a card.

    `kind`: "text", "code" for what a machine wrote, "picture" for one that came along (`text` is its
    data: URL), "link" for one that lies elsewhere and is never fetched, "media" for what is no text.
    """

    kind: str
    text: str
    title: str = ""
    shown_max: int = TEXT_SHOWN

    @property
    def shown(self) -> str:
        return self.text[: self.shown_max]

    @property
    def is_cut(self) -> bool:
        return len(self.text) > self.shown_max

    @property
    def size_bytes(self) -> int:
        """Of a picture, near enough: base64 writes three bytes as four characters."""
        return len(self.text) * 3 // 4


@dataclass(frozen=True, slots=True)
class Card:
    """One message; `index` is its place in the call, `call_id` the tool call that it answers."""

    index: int
    role: str
    name: str
    pieces: tuple[Piece, ...]
    call_id: str = ""

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
    messages = chat_form(data).get("messages")
    known = [item for item in messages if isinstance(item, dict)] if isinstance(messages, list) else []
    asked = {str(call.get("id")): _function_name(call) for item in known for call in tool_calls(item)}
    return [_card(index, item, asked) for index, item in enumerate(known)]


def read_settings(data: dict[str, Any]) -> list[tuple[str, str]]:
    """What else the call asks for, as far as it is one short value each: temperature, tool_choice, …"""
    hidden = ("model", "stream", "input", "instructions", "prompt")
    plain = [(name, value) for name, value in data.items() if name not in hidden]
    return [(name, _scalar(value)) for name, value in plain if not isinstance(value, dict | list)][:12]


def tool_calls(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The tool calls that a message holds."""
    calls = message.get("tool_calls")
    return [item for item in calls if isinstance(item, dict)] if isinstance(calls, list) else []


def called_names(data: dict[str, Any]) -> list[str]:
    """The names of the tools that were called until now, one for each time."""
    messages = chat_form(data).get("messages")
    known = [item for item in messages if isinstance(item, dict)] if isinstance(messages, list) else []
    return [_function_name(call) for item in known for call in tool_calls(item)]


def _card(index: int, message: dict[str, Any], asked: dict[str, str]) -> Card:
    pieces = [*_content(message), *_calls(message)]
    refusal = message.get("refusal")
    if isinstance(refusal, str):
        pieces.append(Piece("text", refusal, "refusal"))
    call_id = str(message.get("tool_call_id") or "")
    name = message.get("name") or asked.get(call_id, "")
    return Card(index, str(message.get("role", "?")), str(name), tuple(pieces), call_id)


def _content(message: dict[str, Any]) -> list[Piece]:
    content, role = message.get("content"), message.get("role")
    kind = "code" if role in ("tool", "function") else "text"
    shown_max = RULES_SHOWN if role in ("system", "developer") else TEXT_SHOWN
    if isinstance(content, str):
        return [Piece(kind, content, shown_max=shown_max)] if content else []
    parts = content if isinstance(content, list) else []
    return [_part(part, kind, shown_max) for part in parts if isinstance(part, dict)]


def _part(part: dict[str, Any], kind: str, shown_max: int) -> Piece:
    text = part.get("text", part.get("refusal"))
    if isinstance(text, str):
        return Piece(kind, text, shown_max=shown_max)
    form = str(part.get("type", "part"))
    if form in _IMAGES:
        return _image(part)
    return Piece("media", orjson.dumps(part.get(form, part)).decode(), form)


def _image(part: dict[str, Any]) -> Piece:
    image = part.get("image_url")
    about = image if isinstance(image, dict) else {"url": image}
    url, detail = str(about.get("url") or ""), about.get("detail")
    title = f"image, {detail} detail" if isinstance(detail, str) else "image"
    if is_picture(url):
        return Piece("picture", url, title)
    return Piece("link" if url.startswith(_WEB) else "media", url, title)


def _calls(message: dict[str, Any]) -> list[Piece]:
    functions = [call.get("function") for call in tool_calls(message)] + [message.get("function_call")]
    return [
        Piece("code", _scalar(function.get("arguments")), str(function.get("name", "")))
        for function in functions
        if isinstance(function, dict)
    ]


def _function_name(call: dict[str, Any]) -> str:
    function = call.get("function")
    return str(function.get("name", "")) if isinstance(function, dict) else ""


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
