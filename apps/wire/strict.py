"""The schemas that a request wants followed to the letter, and those of its functions, by OpenAI's rules."""

import re
from collections.abc import Iterator
from typing import Any

from apps.wire.errors import WireError, out_of_range

_NAME = re.compile(r"[a-zA-Z0-9_-]+")
_EMPTY = "empty string. Expected a string with minimum length 1, but got an empty string instead."
_STRANGE = "string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'."
_OPEN = "'additionalProperties' is required to be supplied and to be false."
_OPTIONAL = (
    "'required' is required to be supplied and to be an array including every key in properties. "
    "Missing '{}'."
)
_NO_OBJECT = "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{}\"'."
_NAMED = ("properties", "$defs", "definitions")  # schemas by name
_INNER = frozenset((*_NAMED, "items", "anyOf"))
TOOLS_MAX = 128  # more are refused for that alone

Context = tuple[str, ...]


def functions(data: dict[str, Any]) -> Iterator[WireError]:
    """The names and parameters of all that are offered, in either endpoint's form."""
    tools = data.get("tools")
    for index, tool in enumerate(tools[:TOOLS_MAX] if isinstance(tools, list) else ()):
        if not isinstance(tool, dict) or tool.get("type") != "function":
            continue
        inner, place = tool.get("function"), f"tools[{index}]"
        if isinstance(inner, dict):
            yield from _function(inner, f"{place}.function")
        else:
            yield from _function(tool, place)


def chat_shape(data: dict[str, Any]) -> Iterator[WireError]:
    shape = data.get("response_format")
    about = shape.get("json_schema") if isinstance(shape, dict) else None
    yield from _shape(about, "response_format", None)


def response_shape(data: dict[str, Any]) -> Iterator[WireError]:
    text = data.get("text")
    shape = text.get("format") if isinstance(text, dict) else None
    yield from _shape(shape, "text.format.schema", "invalid_json_schema")


def _function(about: dict[str, Any], place: str) -> Iterator[WireError]:
    name, schema = about.get("name"), about.get("parameters")
    if name == "":
        yield out_of_range(f"{place}.name", _EMPTY, code="empty_string")
    elif isinstance(name, str) and not _NAME.fullmatch(name):
        yield out_of_range(f"{place}.name", _STRANGE, code="invalid_value")
    if isinstance(schema, dict) and schema:
        for flaw in _flaws(schema, is_strict=about.get("strict") is True):
            message = f"Invalid schema for function '{str(name)[:100]}': {flaw}"
            yield WireError(400, message, param=f"{place}.parameters", code="invalid_function_parameters")


def _shape(about: Any, param: str, code: str | None) -> Iterator[WireError]:
    schema = about.get("schema") if isinstance(about, dict) and about.get("strict") is True else None
    if isinstance(schema, dict):
        for flaw in _flaws(schema, is_strict=True):
            message = f"Invalid schema for response_format '{str(about.get('name'))[:100]}': {flaw}"
            yield WireError(400, message, param=param, code=code)


def _flaws(schema: dict[str, Any], *, is_strict: bool) -> Iterator[str]:
    kind = schema.get("type")
    if kind != "object" and not isinstance(kind, list) and not (kind is None and "$ref" in schema):
        yield _NO_OBJECT.format(str(kind)[:100])
    elif is_strict:
        yield from _lax(schema, ())


def _lax(schema: Any, context: Context) -> Iterator[str]:
    """Where objects leave anything open; `context` is the way to the schema."""
    if not isinstance(schema, dict):
        return
    properties, kinds = schema.get("properties"), schema.get("type")
    if kinds != "object" and _INNER.isdisjoint(schema) and not isinstance(kinds, list):
        return  # as most are
    if isinstance(kinds, list) and "object" in kinds:
        yield from _of_object(schema, (*context, "type", str(kinds.index("object"))))
    elif kinds == "object" or (kinds is None and isinstance(properties, dict)):
        yield from _of_object(schema, context)
    for keyword in _NAMED:
        named = schema.get(keyword)
        for name, inner in named.items() if isinstance(named, dict) else ():
            yield from _lax(inner, (*context, keyword, name))
    yield from _lax(schema.get("items"), (*context, "items"))
    branches = schema.get("anyOf")
    for index, inner in enumerate(branches if isinstance(branches, list) else ()):
        yield from _lax(inner, (*context, "anyOf", str(index)))


def _of_object(schema: dict[str, Any], context: Context) -> Iterator[str]:
    if schema.get("additionalProperties") is not False:
        yield f"In context={context}, {_OPEN}"
        return
    properties, required = schema.get("properties"), schema.get("required")
    named = {name for name in required if isinstance(name, str)} if isinstance(required, list) else set()
    missing = [name for name in properties if name not in named] if isinstance(properties, dict) else ()
    if missing:
        yield f"In context={context}, {_OPTIONAL.format(missing[0])}"
