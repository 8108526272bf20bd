"""Makes a value that is valid by a JSON schema, and plausible."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from apps.wire import catalogue
from apps.wire import sample_words as words
from apps.wire.catalogue import Schema
from apps.wire.mismatch import mismatches
from apps.wire.sample_scalar import number_for, text_for

_DEEP = 4  # from here on lists are empty and nothing is there that need not be
_LEVELS, _MANY = 50, 10_000
_EMPTY = (
    *("tools", "annotations", "tool_calls", "logprobs", "top_logprobs", "errors", "file_ids", "attachments"),
    *("result_files", "include", "event_types", "safety_checks", "pending_safety_checks", "integrations"),
)
# Filled also where null, or nothing at all, would do.
_USEFUL = (
    *(
        "id",
        "object",
        "created_at",
        "status",
        "name",
        "metadata",
        "model",
        "usage",
        "url",
        "b64_json",
        "text",
    ),
    *("content", "data", "has_more", "filename", "bytes", "purpose", "role"),
)
_TELLING = (("properties", "object"), ("items", "array"), ("minimum", "number"))  # of a schema without type
_KINDS = ("message", "output_text", "input_text", "text", "message_creation")  # the plainest of a union


@dataclass(frozen=True, slots=True)
class Place:
    path: str = ""
    name: str = ""
    kind: str = ""  # what an id here is of
    within: tuple[str, ...] = ()  # the references that led here

    def at(self, name: str) -> "Place":
        return replace(self, path=f"{self.path}.{name}", name=name)


class Sampler:
    """Makes values for one request. `seed` is what tells requests apart, `now` unix seconds.

    `look_up` finds what a reference means; `given` are values that the answer takes over where they fit,
    by the names at its top.
    """

    def __init__(
        self, *, seed: bytes, now: int, look_up: Callable[[str], Schema], given: dict[str, Any] | None = None
    ) -> None:
        self._seed, self._now, self._look_up, self._given = seed, now, look_up, given or {}
        self._left = _MANY

    def value(self, schema: Schema, place: Place) -> Any:
        self._left -= 1
        if self._left < 0 or len(place.within) > _LEVELS:
            return None  # what a caller sent asks for a value without end
        schema, place = self._resolved(schema, place)
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return next((state for state in words.STATES if state in schema["enum"]), schema["enum"][0])
        for union in ("anyOf", "oneOf"):
            if schema.get(union):
                return self.value(self._simplest(schema[union], place), place)
        if "allOf" in schema:
            schema = self._merged(schema, place)
        type_ = schema.get("type") or next((kind for key, kind in _TELLING if key in schema), "string")
        if isinstance(type_, list):
            type_ = next(name for name in type_ if name != "null" or type_ == ["null"])
        match type_:
            case "object":
                return self._object(schema, place)
            case "array":
                return self._array(schema, place)
            case "string":
                return text_for(schema, self._seed, self._now, place.path, place.name, place.kind)
            case "boolean":
                return place.name in words.TRUE
            case "integer" | "number":
                return number_for(
                    schema, self._seed, self._now, place.path, place.name, whole=type_ == "integer"
                )
        return None

    def _object(self, schema: Schema, place: Place) -> dict[str, Any]:
        properties = schema.get("properties", {})
        kind = self._kind(properties) or place.kind
        made: dict[str, Any] = {}
        for name, inner in properties.items():
            below = replace(place.at(name), kind=kind if name in ("id", "object") else "")
            if place.path == "" and self._fits(name, inner):
                made[name] = self._given[name]
            elif name in schema.get("required", ()):
                is_idle = name not in _USEFUL and self._takes_null(inner)
                made[name] = None if is_idle else self.value(inner, below)
            elif name in _USEFUL and place.path.count(".") < _DEEP and not self._is_within(inner, place):
                made[name] = self.value(inner, below)
        if {"total_tokens"} < made.keys():
            ends = ("prompt_tokens", "completion_tokens", "input_tokens", "output_tokens")
            made["total_tokens"] = sum(made.get(name) or 0 for name in ends)
        return made

    def _fits(self, name: str, schema: Schema) -> bool:
        if self._given.get(name) is None or self._look_up is not catalogue.definition:
            return False
        return not next(iter(mismatches(self._given[name], schema, closed=False)), None)

    def _kind(self, properties: dict[str, Schema]) -> str:
        for name in ("object", "type"):
            known = self._resolved(properties.get(name, {}), Place())[0]
            if "const" in known or "enum" in known:
                return str(known["const"] if "const" in known else known["enum"][0])
        return ""

    def _array(self, schema: Schema, place: Place) -> list[Any]:
        items, least = schema.get("items", {}), schema.get("minItems", 0)
        fixed = [self.value(item, place.at(str(i))) for i, item in enumerate(schema.get("prefixItems", []))]
        is_short = place.name in _EMPTY or place.path.count(".") >= _DEEP or self._is_within(items, place)
        count = max(least - len(fixed), 0 if is_short or fixed or items is False else 1)
        # An item's own id differs from its neighbours'.
        name = place.name.removesuffix("s")
        return fixed + [
            self.value(items, replace(place, path=f"{place.path}.{i}", name=name)) for i in range(count)
        ]

    # --- references and unions -----------------------------------------------------------------

    def _resolved(self, schema: Schema, place: Place) -> tuple[Schema, Place]:
        while isinstance(schema, dict) and "$ref" in schema and len(place.within) <= _LEVELS:
            place = replace(place, within=(*place.within, schema["$ref"]))
            schema = self._look_up(schema["$ref"])
        return (schema if isinstance(schema, dict) else {}), place

    def _is_within(self, schema: Schema, place: Place) -> bool:
        return isinstance(schema, dict) and schema.get("$ref") in place.within

    def _takes_null(self, schema: Schema, level: int = 0) -> bool:
        schema, _ = self._resolved(schema, Place())
        if schema.get("type") == "null" or "null" in (schema.get("type") or ()):
            return True
        return any(
            self._takes_null(branch) for union in ("anyOf", "oneOf") for branch in schema.get(union, ())
        )

    def _simplest(self, branches: list[Schema], place: Place) -> Schema:
        """The branch that asks for the least, and does not lead back to where it came from."""

        def cost(branch: Schema) -> tuple[bool, bool, bool, int]:
            plain, _ = self._resolved(branch, place)
            is_null = plain.get("type") == "null"
            properties = plain.get("properties", {})
            is_plain = plain.get("type") == "string" and place.path != ""  # an answer is rather an object
            is_plain = is_plain or self._kind(properties) in _KINDS
            return self._is_within(branch, place), is_null, not is_plain, len(plain.get("required", ()))

        return min(branches, key=cost)

    def _merged(self, schema: Schema, place: Place) -> Schema:
        made = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"]:
            plain, there = self._resolved(part, place)
            plain = self._merged(plain, there) if "allOf" in plain and len(there.within) < _LEVELS else plain
            both = {"properties": {**made.get("properties", {}), **plain.get("properties", {})}}
            both["required"] = [*made.get("required", ()), *plain.get("required", ())]  # type: ignore[assignment]
            made |= plain | both
        return made
