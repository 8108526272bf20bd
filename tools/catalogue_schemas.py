"""JSON schemas of the types in the openai package, with everything that a mock has no use for left out."""

import sys
import typing
from collections.abc import Iterable
from typing import Any, Union

from openai._types import FileTypes
from openai._utils import PropertyInfo
from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

Schema = dict[str, Any]
PREFIX = "#/$defs/"
_FILES = set(typing.get_args(FileTypes))
_NOISE = ("title", "description", "default", "deprecated", "$schema")


class _Generator(GenerateJsonSchema):
    """Knows the package's own names on the wire, which pydantic does not."""

    def typed_dict_schema(self, schema: Any) -> JsonSchemaValue:
        made = super().typed_dict_schema(schema)
        for name, wire_name in _wire_names(schema.get("cls")).items():
            if name in made.get("properties", {}):
                made["properties"][wire_name] = made["properties"].pop(name)
                made["required"] = [wire_name if key == name else key for key in made.get("required", [])]
        return made


def _wire_names(type_: Any) -> dict[str, str]:
    """{"async_": "async"} of a TypedDict's annotations."""
    names: dict[str, str] = {}
    for name, hint in typing.get_type_hints(type_, include_extras=True).items() if type_ else ():
        while typing.get_origin(hint) in (typing.Required, typing.NotRequired):
            [hint] = typing.get_args(hint)
        for info in getattr(hint, "__metadata__", ()):
            if isinstance(info, PropertyInfo) and info.alias:
                names[name] = info.alias
    return names


def schemas(types: Iterable[tuple[str, Any]]) -> tuple[dict[str, Schema], dict[str, Schema]]:
    """({name: schema} of the types, {name: schema} of what they refer to)."""
    for name, module in list(sys.modules.items()):
        if name.startswith("openai.types."):
            for attribute, value in list(vars(module).items()):
                if set(typing.get_args(value)) >= _FILES:
                    others = [member for member in typing.get_args(value) if member not in _FILES]
                    setattr(module, attribute, Union[bytes, *others])  # what a file is on the wire
    inputs = [(name, "validation", TypeAdapter(type_)) for name, type_ in types]
    made, whole = TypeAdapter.json_schemas(inputs, schema_generator=_Generator)  # type: ignore[arg-type]
    shared = {_plain(name): _slim(schema) for name, schema in whole.get("$defs", {}).items()}
    return {str(name): _slim(schema) for (name, _), schema in made.items()}, shared


def _plain(name: str) -> str:
    """A name that stays the same when a type of the same name comes along elsewhere: without the modules."""
    return name.removeprefix("openai__types__")


def _slim(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_slim(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    slim: Schema = {}
    for key, value in schema.items():
        if key == "properties":
            slim[key] = {name: _slim(inner) for name, inner in sorted(value.items())}
        elif key == "$ref":
            slim[key] = PREFIX + _plain(value.removeprefix(PREFIX))
        elif key == "required":
            slim[key] = sorted(value)
        elif key not in _NOISE and not (key == "additionalProperties" and value is True):
            slim[key] = _slim(value)
    return _without_examples(slim)


def _without_examples(schema: Schema) -> Schema:
    """A union of any text with some texts is any text: the names of all models are no news to a mock."""
    branches = schema.get("anyOf")
    if not branches or {"type": "string"} not in branches:
        return schema
    kept = [b for b in branches if b == {"type": "string"} or b.get("type") != "string" or "format" in b]
    if len(kept) > 1:
        return {**schema, "anyOf": kept}
    return {**{key: value for key, value in schema.items() if key != "anyOf"}, **kept[0]}


def merged(schema: Schema, shared: dict[str, Schema]) -> Schema:
    """One object of a union's variants that differ in `stream` only, as create methods have them."""
    branches = [_resolved(branch, shared) for branch in schema.get("anyOf", [])]
    if not branches or any("properties" not in branch for branch in branches):
        return schema
    first, *others = ({k: v for k, v in b["properties"].items() if k != "stream"} for b in branches)
    if any(other != first for other in others):
        return schema
    required = set.intersection(*(set(branch.get("required", [])) for branch in branches))
    properties = {**first, "stream": {"anyOf": [{"type": "boolean"}, {"type": "null"}]}}
    return {"type": "object", "properties": dict(sorted(properties.items())), "required": sorted(required)}


def narrowed(schema: Schema, keys: frozenset[str], shared: dict[str, Schema]) -> Schema:
    """The parameters that go into this part of the request."""
    schema = _resolved(schema, shared)
    if "anyOf" in schema:
        return {"anyOf": [narrowed(branch, keys, shared) for branch in schema["anyOf"]]}
    properties = {name: value for name, value in schema.get("properties", {}).items() if name in keys}
    if not keys or not properties:
        return schema
    required = [name for name in schema.get("required", []) if name in properties]
    return {"type": "object", "properties": properties, **({"required": required} if required else {})}


def _resolved(schema: Schema, shared: dict[str, Schema]) -> Schema:
    return shared[schema["$ref"].removeprefix(PREFIX)] if "$ref" in schema else schema
