"""Plausible values for a JSON schema, from a message where that says them: arguments, structured answers."""

import math
import re
from collections.abc import Iterator
from itertools import chain, islice
from typing import Any

import orjson

from apps.wire.endpoint import Body
from apps.wire.others import Others, key_of
from apps.wire.pattern import LENGTH_MAX, Patterns
from apps.wire.plausible import of_format, of_name
from apps.wire.schema_reader import DEPTH_MAX, SchemaReader
from apps.wire.schema_words import LEAST, bounds, kind_of, step_of, whole

_OPTIONAL_DEPTH = 4
_ITEMS_MAX = 50
_OTHERS_MAX = 4 * _ITEMS_MAX  # that are tried for one list without equal items
_NO_OTHER = object()
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
        self._reader, self._patterns = SchemaReader(root), Patterns()
        self._text = text
        self._everything = everything
        self._values, self._letters = VALUES_MAX, TEXT_MAX  # what may still be made
        self._words = [*_QUOTED.findall(text), *_PROPER.findall(_QUOTED.sub(" ", text))]
        self._numbers = [float(number) for number in _NUMBER.findall(text)]

    def value(self, schema: Any, name: str = "", depth: int = 0) -> Any:
        if self._is_spent:
            return LEAST.get(kind_of(schema) if isinstance(schema, dict) else "", "")
        self._values -= 1
        schema = self._reader.resolved(schema, depth)
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
        least = min(whole(schema.get("minProperties"), 0), _ITEMS_MAX)
        spare = [name for name in properties if name not in wanted]
        wanted |= dict.fromkeys(spare[: max(0, least - len(wanted))])
        made = {name: self.value(properties.get(name), name, depth + 1) for name in wanted}
        for name, one in islice(self._unnamed(schema, made, depth), max(0, least - len(made))):
            made[name] = self.value(one, name, depth + 1)
        return made

    def _unnamed(self, schema: Body, made: Body, depth: int) -> Iterator[tuple[str, Any]]:
        """(name, schema) of members that the schema does not name."""
        names, rest = schema.get("propertyNames"), schema.get("additionalProperties")
        names = names if isinstance(names, dict) else {"default": "key"}
        patterns = schema.get("patternProperties")
        if isinstance(patterns, dict) and patterns:
            pattern, rest = next(iter(patterns.items()))
            names = {"pattern": pattern}
        if rest is not False:
            names = self._items({"type": "string", **names}, "key", depth, list(made))
            yield from ((name, rest) for name in names if isinstance(name, str))

    def _array(self, schema: Body, name: str, depth: int) -> list[Any]:
        if depth > DEPTH_MAX:
            return []
        first, items, part = schema.get("prefixItems"), schema.get("items"), schema.get("contains")
        made = [self.value(item, name, depth + 1) for item in first] if isinstance(first, list) else []
        low, high = whole(schema.get("minItems"), 0), whole(schema.get("maxItems"), _ITEMS_MAX)
        high = max(0, min(high, _ITEMS_MAX) - len(made))
        taken = made if schema.get("uniqueItems") is True else None
        if isinstance(part, dict):
            both = {"allOf": [items, part]} if isinstance(items, dict) else part
            count = min(whole(schema.get("minContains"), 1), high)
            made += islice(self._items(both, name, depth, taken), count)
            high -= count
        count = max(low - len(made), 1 if depth <= _OPTIONAL_DEPTH and not made else 0)
        return made + list(islice(self._items(items, name, depth, taken), min(count, high)))

    def _items(self, schema: Any, name: str, depth: int, taken: list[Any] | None) -> Iterator[Any]:
        """Values of a schema, without end; beside some that are taken only others, as long as it has any."""

        def make(schema: Any) -> Any:
            return self.value(schema, name.removesuffix("s"), depth + 1)

        keys = {key_of(item) for item in taken or ()}
        others: Iterator[Any] | None = None
        while not self._is_spent:
            item = make(schema)
            if taken is not None:
                if others is None:
                    found = Others(self._reader, self._patterns, make).of(schema, item)
                    others = map(self._given, islice(found, _OTHERS_MAX))
                item = next((one for one in chain([item], others) if key_of(one) not in keys), _NO_OTHER)
                if item is _NO_OTHER:
                    return
                keys.add(key_of(item))
            yield item

    def _number(self, schema: Body, name: str, *, is_whole: bool) -> float | int:
        low, high = bounds(schema)
        step = step_of(schema)
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
        low = min(whole(schema.get("minLength"), 0), self._letters)
        high = whole(schema.get("maxLength"), low + LENGTH_MAX)
        if made is None and isinstance(pattern, str):
            accepts = self._patterns.accepting(pattern)
            said = [word for word in self._words if low <= len(word) <= high and accepts(word)]
            return next(iter(said or self._patterns.matching(pattern, low, high)), "a")
        if made is None:
            made = of_name(name, text=self._text) or (self._words.pop(0) if self._words else None)
        made = made or of_name(name, fallback=True)
        high = high if "maxLength" in schema else len(made)
        return made.ljust(low, ".")[: max(low, high)]
