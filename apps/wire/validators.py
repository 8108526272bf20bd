"""Whether a JSON value is valid by a schema, in microseconds: compiled once, when it is first asked for."""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

import jsonschema_rs
import orjson

from apps.wire.catalogue import Part, Schema, resolved, root, schema_of, standalone

_NULL: Schema = {"type": "null"}
# That many validators are kept: each takes up to 8 MB, all of them 100 MB; what went is compiled again.
_KEPT = 48
_items: dict[tuple[int, bool], Callable[[Any], bool]] = {}


@lru_cache(maxsize=_KEPT)
def validator(operation: str, part: Part, *, closed: bool = False) -> jsonschema_rs.Validator | None:
    """For a part of an operation, or None when it has none; takes 1 to 20 ms for the first time.

    `closed`, for requests: names that a type does not have are not valid; null is as good as absent, and
    so is absent where null would do.
    """
    schema = schema_of(operation, part)
    if schema is None:
        return None
    return _compiled(schema, closed)


@cache
def member_validator(operation: str, name: str) -> Callable[[Any], bool] | None:
    """Whether a member of a request is valid (`closed`), no other one compiled; None for an unknown name."""
    schema = root(operation, "body")
    known = resolved(schema).get("properties", {}).get(name) if schema else None
    return known and item_validator(known, closed=True)


def item_validator(items: Schema, closed: bool) -> Callable[[Any], bool]:
    """The same for the items of a list, by a schema as it stands in the catalogue, which lives for ever."""
    key = (id(items), closed)
    if key not in _items:
        _items[key] = _compiled(standalone(items), closed).is_valid
    return _items[key]


def takes_null(schema: Schema) -> bool:
    schema = resolved(schema)
    if "anyOf" in schema:
        return any(takes_null(branch) for branch in schema["anyOf"])
    return schema.get("type") in (None, "null")


@cache
def answers_null(operation: str, name: str) -> bool:
    """Whether this member of an operation's answer may be null."""
    schema = root(operation, "response")
    known = resolved(schema).get("properties", {}).get(name) if schema else None
    return known is None or takes_null(known)


def _compiled(schema: Schema, closed: bool) -> jsonschema_rs.Validator:
    """One for all operations with the same schema: a response is created, retrieved and cancelled."""
    return _compiled_text(orjson.dumps(schema), closed)


@lru_cache(maxsize=_KEPT)
def _compiled_text(schema: bytes, closed: bool) -> jsonschema_rs.Validator:
    # The only draft by which 1.0 is no integer. It has no const.
    return jsonschema_rs.Draft4Validator(_prepared(orjson.loads(schema), closed))


def _prepared(schema: Any, closed: bool) -> Any:
    if isinstance(schema, list):
        return [_prepared(item, closed) for item in schema]
    if not isinstance(schema, dict):
        return schema
    made: Schema = {}
    for key, value in schema.items():
        if key == "const":
            made["enum"] = [value]
        elif key in ("properties", "$defs"):  # whose keys are names, not keywords
            made[key] = {name: _prepared(inner, closed) for name, inner in value.items()}
        else:
            made[key] = value if key in ("enum", "required") else _prepared(value, closed)
    if closed and "properties" in schema:
        _close(made, schema["properties"])
    return made


def _close(made: Schema, properties: dict[str, Schema]) -> None:
    nullable = {name for name, inner in properties.items() if takes_null(inner)}
    required = [name for name in made.pop("required", ()) if name not in nullable]
    if required:  # the draft wants at least one
        made["required"] = required
    for name, inner in made["properties"].items():
        if name not in nullable and name not in required:
            made["properties"][name] = {"anyOf": [inner, _NULL]}
    made.setdefault("additionalProperties", False)
