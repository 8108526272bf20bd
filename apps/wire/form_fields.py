"""The fields of a multipart form as the JSON object that they stand for."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import orjson

from apps.wire.call import Upload
from apps.wire.catalogue import Schema, resolved
from apps.wire.errors import invalid_type
from apps.wire.jsongate import kind

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)", re.S)
_STEP = re.compile(r"\[([^\[\]]*)\]", re.S)
_INTEGER = re.compile(r"-?\d{1,18}")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
DEPTH_MAX = 10


def is_form(content_type: str) -> bool:
    return content_type[:19].lower() == "multipart/form-data"


def is_file(value: Any) -> bool:
    """Whether this member of the data is what `describe` gave, or a list of it."""
    one = value[0] if isinstance(value, list) and value else value
    return isinstance(one, dict) and one.keys() == {"filename", "content_type", "bytes", "sha256"}


def as_sent(data: dict[str, Any]) -> dict[str, Any]:
    """The request as its schema has it: a form's file is a text there."""
    return {name: _as_sent(value) for name, value in data.items()}


def _as_sent(value: Any) -> Any:
    if isinstance(value, dict) and is_file(value):
        return ""
    if isinstance(value, list) and any(isinstance(one, dict) and is_file(one) for one in value):
        return [_as_sent(one) for one in value]
    return value


def check_file(data: dict[str, Any], name: str) -> None:
    """Raises WireError for a text where a file is wanted: `-F file=ferry.txt` lacks its @."""
    value = data.get(name)
    if value is not None and not is_file(value):
        raise invalid_type(name, expected="a file", got=kind(value))


def describe(upload: Upload) -> dict[str, Any]:
    """What the journal, and `Call.data`, have of a file."""
    return {
        "filename": upload.filename,
        "content_type": upload.content_type,
        "bytes": len(upload.data),
        "sha256": sha256(upload.data).hexdigest(),
    }


def data_of(fields: Iterable[tuple[str, Any]], schema: Schema | None) -> dict[str, Any]:
    """The object of (name, value) pairs in their order: `a[b]` is a member, `a[]` and a repeated `a` a list.

    A text becomes a number or a boolean where the schema has one and no text; other values stay.
    """
    data: dict[str, Any] = {}
    for name, value in fields:
        found = _NAME.fullmatch(name)
        steps = [found[1], *_STEP.findall(found[2])] if found else [name]
        _set(data, steps[:DEPTH_MAX], value, schema)
    return data


def parts_of(data: dict[str, Any]) -> list[tuple[str, Any]]:
    """The fields that stand for such an object: what `data_of` takes; a file as `describe` has it."""
    parts: list[tuple[str, Any]] = []
    ahead = list(data.items())
    while ahead:
        name, value = ahead.pop(0)
        if isinstance(value, dict) and not is_file(value):
            ahead = [(f"{name}[{inner}]", one) for inner, one in value.items()] + ahead
        elif isinstance(value, list):
            ahead = [(f"{name}[]", one) for one in value] + ahead
        else:
            text = value if isinstance(value, str | dict) else orjson.dumps(value).decode()
            parts.append((name, text))
    return parts


def first_word(name: str) -> str:
    """The member of the object that a field belongs to: "image" of `image[]`."""
    return name.partition("[")[0]


def _set(box: dict[str, Any], steps: list[str], value: Any, schema: Schema | None) -> None:
    for index, step in enumerate(steps):
        schema = _member(schema, step)
        ahead = steps[index + 1 :]
        if not ahead:
            kept = _converted(value, schema)
            if _is_list(schema) and not isinstance(kept, list):
                kept = [_converted(value, _items(schema))]
            _add(box, step, kept)
            return
        if ahead[0] == "":  # a list; of objects when more follows, which OpenAI's package never sends
            values = box.setdefault(step, [])
            if isinstance(values, list):
                values.append(_converted(value, _items(schema)))
            return
        inner = box.setdefault(step, {})
        if not isinstance(inner, dict):
            return
        box = inner


def _add(box: dict[str, Any], name: str, value: Any) -> None:
    if name not in box:
        box[name] = value
    elif isinstance(box[name], list):
        box[name] += value if isinstance(value, list) else [value]
    else:
        box[name] = [box[name], value]


def _converted(value: Any, schema: Schema | None) -> Any:
    if not isinstance(value, str) or schema is None:
        return value
    types = _types(schema)
    if "boolean" in types and value in ("true", "false"):
        return value == "true"
    if "string" in types:
        return value
    if "integer" in types and _INTEGER.fullmatch(value):
        return int(value)
    if "number" in types and _NUMBER.fullmatch(value):
        return float(value)
    return value


def _types(schema: Schema) -> set[str]:
    schema = resolved(schema)
    if "enum" in schema or "const" in schema:
        return {"string"}
    found = {schema["type"]} if isinstance(schema.get("type"), str) else set(schema.get("type", ()))
    return found.union(*(_types(one) for one in _branches(schema)))


def _branches(schema: Schema) -> list[Schema]:
    return [*schema.get("anyOf", ()), *schema.get("oneOf", ())]


def _member(schema: Schema | None, name: str) -> Schema | None:
    if schema is None:
        return None
    schema = resolved(schema)
    found: Schema | None = schema.get("properties", {}).get(name)
    if found is None:
        inner = (_member(one, name) for one in _branches(schema))
        found = next((one for one in inner if one is not None), None)
    return found


def _items(schema: Schema | None) -> Schema | None:
    if schema is None:
        return None
    schema = resolved(schema)
    inner = (_items(one) for one in _branches(schema))
    own: Schema | None = schema.get("items")
    return own or next((one for one in inner if one is not None), None)


def _is_list(schema: Schema | None) -> bool:
    return schema is not None and _types(schema) == {"array"}
