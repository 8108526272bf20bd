"""The first words of a reply's body: one line that tells it from others in a list."""

from typing import Any

import orjson

from apps.wire.said import as_chat

WORDS_MAX = 120
_LOOKED_AT = 4 * WORDS_MAX  # characters of a text that are searched for its first line's worth


def first_words(body: bytes) -> str:
    """What the body says: its text, its refusal, the tools that it calls, its error; else how it begins."""
    try:
        data = orjson.loads(body)
    except orjson.JSONDecodeError:
        data = None
    said = _said(data) if isinstance(data, dict) else ""
    return said or _line(body[: 4 * _LOOKED_AT].decode(errors="replace"))


def _said(data: dict[str, Any]) -> str:
    if "output" in data or "output_text" in data:
        data = as_chat(data)
    choices = data.get("choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    inner = choice.get("message") if isinstance(choice, dict) else data.get("message")
    message = inner if isinstance(inner, dict) else {}
    error = data.get("error")
    for found in (
        data.get("content"),
        message.get("content"),
        choice.get("text") if isinstance(choice, dict) else None,
        data.get("refusal"),
        message.get("refusal"),
        _calls(data.get("tool_calls") or message.get("tool_calls")),
        error.get("message") if isinstance(error, dict) else error,
    ):
        if isinstance(found, str) and (line := _line(found)):
            return line
    return ""


def _calls(calls: Any) -> str:
    """get_order({"id": 17}), …"""
    known = [call for call in calls if isinstance(call, dict)] if isinstance(calls, list) else []
    functions = [call["function"] if isinstance(call.get("function"), dict) else call for call in known]
    return ", ".join(f"{one.get('name', '?')}({_arguments(one.get('arguments'))})" for one in functions[:5])


def _arguments(value: Any) -> str:
    if value is None:
        return ""
    return (value if isinstance(value, str) else orjson.dumps(value).decode())[:WORDS_MAX]


def _line(text: str) -> str:
    """On one line; U+0000, which no database takes in a text, goes with the spaces."""
    line = " ".join(text[:_LOOKED_AT].replace("\0", " ").split())
    return line if len(line) <= WORDS_MAX else line[: WORDS_MAX - 1] + "…"
