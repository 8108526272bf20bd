"""The tools that a call offers, with how often each was called already, and the schema of its answer."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

import orjson

from apps.desk.cards import called_names
from apps.wire.chat_form import chat_form

DESCRIPTION_SHOWN = 300


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool that the call offers; `index` is its place."""

    index: int
    name: str
    description: str
    called: int


def read_tools(data: dict[str, Any]) -> list[Tool]:
    """The offered tools in their order."""
    called = Counter(called_names(data))
    return [_tool(index, tool, called) for index, tool in enumerate(_offered(data)) if isinstance(tool, dict)]


def tool_text(data: dict[str, Any], index: int) -> str:
    """A tool's schema as JSON; "" when there is none at that place."""
    offered = _offered(data)
    tool = offered[index] if index < len(offered) else None
    return _json(_named(tool).get("parameters", tool)) if isinstance(tool, dict) else ""


def schema_name(data: dict[str, Any]) -> str:
    """What the answer has to look like: the name of its JSON schema, or "json_object"; "" for any text."""
    shape = chat_form(data).get("response_format")
    kind = shape.get("type") if isinstance(shape, dict) else None
    if not isinstance(shape, dict) or kind not in ("json_schema", "json_object"):
        return ""
    schema = shape.get("json_schema")
    return str(schema.get("name") or kind) if isinstance(schema, dict) else str(kind)


def schema_text(data: dict[str, Any]) -> str:
    """What the answer has to look like, as JSON; "" when the call does not say."""
    return _json(chat_form(data)["response_format"]) if schema_name(data) else ""


def _offered(data: dict[str, Any]) -> list[Any]:
    tools = data.get("tools")
    return tools if isinstance(tools, list) else []


def _tool(index: int, tool: dict[str, Any], called: Counter[str]) -> Tool:
    named = _named(tool)
    name = str(named.get("name") or tool.get("type") or "?")
    return Tool(index, name, str(named.get("description") or "")[:DESCRIPTION_SHOWN], called[name])


def _named(tool: dict[str, Any]) -> dict[str, Any]:
    function = tool.get("function")
    return function if isinstance(function, dict) else tool


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
