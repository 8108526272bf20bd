"""Plausible values for a JSON schema, from a message where that says them: arguments, structured answers."""

import math
import re
from typing import Any

import orjson

from apps.wire.endpoint import Body
from apps.wire.pattern import accepting, matching
from apps.wire.plausible import of_format, of_name
from apps.wire.schema_words import LEAST, bounds, kind_of, whole

DEPTH_MAX = 12  # of what is made; deeper than that only what has to be
_OPTIONAL_DEPTH = 4
_NULL_DEPTH = 2  # where what may be null is: schemas of trees hold themselves
_ITEMS_MAX = 50
VALUES_MAX = 5_000  # in one answer: arrays of arrays of arrays would have no end
TEXT_MAX = 64 * 1024  # characters of all its texts: as much as a model writes

_QUOTED = re.compile(r"[\"“«'‘]([^\"”»'’]{1,80})[\"”»'’]")
_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.]*\w)")
_PROPER = re.compile(r"(?<=[^.!?\s] )(?!I\b)[A-Z][\w'-]+(?: [A-Z][\w'-]+)*")


def arguments(schema: Body, text: str) -> str:
    """The arguments of a tool as JSON: what its schema requires; where it requires nothing, all it names."""
    maker = _Maker(schema, text, everything=not schema.get("required"))
    made = maker.value(schema)
    return orjson.dumps(made if isinstance(made, dict) else {}).decode()


def structured(schema: Body, text: str) -> Any:
    """An answer that follows the schema; for {} any object."""
    if not schema:
        return {"answer": f'This is a mock answer to: "{text}"'}
    return _Maker(schema, text, everything=True).value(schema)


class _Maker:
    """Makes values of one schema; the texts, names and numbers of the message are used up in their order."""

    def __init__(self, root: Body, text: str, *, everything: bool) -> None:
        self._root = root
        self._text = text
        self._everything = everything
        self._values, self._letters = VALUES_MAX, TEXT_MAX  # what may still be made
        self._words = [*_QUOTED.findall(text), *_PROPER.findall(_QUOTED.sub(" ", text))]
        self._numbers = [float(number) for number in _NUMBER.findall(text)]

    def value(self, schema: Any, name: str = "", depth: int = 0) -> Any:
        if self._is_spent:
            return LEAST.get(kind_of(schema) if isinstance(schema, dict) else "", "")
        self._values -= 1
        schema = self._resolved(schema, depth)
        choices = schema.get("enum")
        if "const" in schema:
            return self._given(schema["const"])
        if isinstance(choices, list) and choices:
            return self._given(self._chosen(choices))
        if "default" in schema and schema["default"] is not None:
            return self._given(schema["default"])
        match kind_of(schema):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "boolean":
                return True
            case "integer" | "number" as kind:
                return self._number(schema, name, is_whole=kind == "integer")
            case "null":
                return None
        return self._string(schema, name)

    @property
    def _is_spent(self) -> bool:
        return self._values <= 0 or self._letters <= 0

    def _given(self, value: Any) -> Any:
        """A value that stands in the schema."""
        self._letters -= len(orjson.dumps(value))
        return value

    def _resolved(self, schema: Any, depth: int) -> Body:
        """The schema without references and alternatives: of these the first that is not null."""
        for _ in range(DEPTH_MAX):
            if not isinstance(schema, dict):
                return {}
            if isinstance(schema.get("$ref"), str):
                rest = {key: value for key, value in schema.items() if key != "$ref"}
                schema = {**self._at(schema["$ref"]), **rest}
            elif isinstance(schema.get("allOf"), list):
                schema = self._merged(schema, depth)
            elif any(isinstance(schema.get(key), list) and schema[key] for key in ("anyOf", "oneOf")):
                schema = self._alternative(schema, depth)
            else:
                return schema
        return schema if isinstance(schema, dict) else {}

    def _alternative(self, schema: Body, depth: int) -> Body:
        key = "anyOf" if isinstance(schema.get("anyOf"), list) and schema["anyOf"] else "oneOf"
        known = [one for one in schema[key] if isinstance(one, dict)]
        nulls = [one for one in known if one.get("type") == "null"]
        others = [one for one in known if one.get("type") != "null"]
        picked = (nulls if nulls and depth > _NULL_DEPTH else others or nulls or [{}])[0]
        rest = {name: value for name, value in schema.items() if name not in (key, "default")}
        return {**rest, **picked}

    def _merged(self, schema: Body, depth: int) -> Body:
        merged = {key: value for key, value in schema.items() if key != "allOf"}
        for part in schema["allOf"] if depth <= DEPTH_MAX and not self._is_spent else ():
            self._values -= 1
            for key, value in self._resolved(part, depth + 1).items():
                known = merged.get(key)
                if isinstance(known, dict) and isinstance(value, dict):
                    merged[key] = {**known, **value}
                elif key == "required" and isinstance(known, list) and isinstance(value, list):
                    merged[key] = known + value
                else:
                    merged[key] = value
        return merged

    def _at(self, reference: str) -> Body:
        place: Any = self._root
        for step in reference.removeprefix("#").strip("/").split("/"):
            step = step.replace("~1", "/").replace("~0", "~")
            place = place.get(step) if isinstance(place, dict) and step else place
        return place if isinstance(place, dict) else {}

    def _chosen(self, choices: list[Any]) -> Any:
        """The first that the message names, else the first that says something."""
        lower = self._text.casefold()
        named = [one for one in choices if isinstance(one, str) and one and one.casefold() in lower]
        return next(iter(named), next((one for one in choices if one is not None), choices[0]))

    def _object(self, schema: Body, depth: int) -> Body:
        properties = schema.get("properties")
        properties = properties if isinstance(properties, dict) else {}
        required = schema.get("required")
        required = [name for name in required if isinstance(name, str)] if isinstance(required, list) else []
        wanted = dict.fromkeys(required)
        if depth <= DEPTH_MAX and self._everything and (depth < _OPTIONAL_DEPTH or not required):
            wanted = {**dict.fromkeys(properties), **wanted}
        if depth > DEPTH_MAX:
            return {}
        return {name: self.value(properties.get(name), name, depth + 1) for name in wanted}

    def _array(self, schema: Body, name: str, depth: int) -> list[Any]:
        if depth > DEPTH_MAX:
            return []
        first = schema.get("prefixItems")
        made = [self.value(item, name, depth + 1) for item in first] if isinstance(first, list) else []
        low, high = whole(schema.get("minItems"), 0), whole(schema.get("maxItems"), _ITEMS_MAX)
        count = max(low, 1 if depth <= _OPTIONAL_DEPTH and not made else 0)
        singular = name.removesuffix("s")
        while len(made) < min(count, high, _ITEMS_MAX) and not self._is_spent:
            item = self.value(schema.get("items"), singular, depth + 1)
            if schema.get("uniqueItems") is True and item in made and isinstance(item, str | int | float):
                item = f"{item}{len(made)}" if isinstance(item, str) else item + len(made)
            made.append(item)
        return made

    def _number(self, schema: Body, name: str, *, is_whole: bool) -> float | int:
        low, high = bounds(schema)
        given: Any = schema.get("multipleOf")
        step = given if type(given) in (int, float) and given > 0 else (1 if is_whole else 0)
        fits = [n for n in self._numbers if low <= n <= high and (not step or n % step == 0)]
        if fits:
            self._numbers.remove(fits[0])
        value = fits[0] if fits else min(max(of_name(name, number=True), low), high)
        if step and not fits:
            value = math.ceil(value / step) * step
            value = value if value <= high else math.floor(high / step) * step
        if is_whole or (value == int(value) and isinstance(step, int) and step):
            return min(max(int(value), -(2**63)), 2**63 - 1)
        return value

    def _string(self, schema: Body, name: str) -> str:
        made = self._text_of(schema, name)
        self._letters -= len(made)
        return made

    def _text_of(self, schema: Body, name: str) -> str:
        named = schema.get("format")
        made = of_format(named) if isinstance(named, str) else None
        pattern = schema.get("pattern")
        if made is None and isinstance(pattern, str):
            accepts = accepting(pattern)
            return next(filter(accepts, self._words), None) or matching(pattern) or "a"
        if made is None:
            made = of_name(name, text=self._text) or (self._words.pop(0) if self._words else None)
        made = made or of_name(name, fallback=True)
        low, high = whole(schema.get("minLength"), 0), whole(schema.get("maxLength"), len(made) + 4096)
        return made.ljust(min(low, self._letters), ".")[: max(low, high)]
