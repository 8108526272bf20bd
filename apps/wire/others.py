"""Other values of a JSON schema than one that it takes: for lists without equal ones."""

import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from apps.wire.endpoint import Body
from apps.wire.pattern import LENGTH_MAX, Patterns
from apps.wire.plausible import of_format
from apps.wire.schema_reader import DEPTH_MAX, SchemaReader, alternatives
from apps.wire.schema_words import bounds, kind_of, step_of, whole

_MOST = 64  # of what is counted
_COUNTED = re.compile(r"^[0-9]{4}(?=-)|[0-9]{1,9}(?=[^0-9]*$)")  # the year of a date, else the last number


def key_of(value: Any) -> bytes:
    """Equal for equal JSON: 1 is 1.0, and not true."""
    return orjson.dumps(float(value) if type(value) is int else value, option=orjson.OPT_SORT_KEYS)


class Others:
    """Finds the values; `make` makes the first one of a schema."""

    def __init__(self, reader: SchemaReader, patterns: Patterns, make: Callable[[Any], Any]) -> None:
        self._reader, self._patterns, self._make = reader, patterns, make

    def of(self, schema: Any, value: Any, depth: int = 0) -> Iterator[Any]:
        """Values near this one, which may be among them."""
        rest, known = alternatives(self._reader.referred(schema, depth))
        if not known:
            yield from self._of_one(rest, value, depth)
        for one in known if depth < DEPTH_MAX else ():
            made = self._make({**rest, **one})
            yield made
            yield from self.of({**rest, **one}, made, depth + 1)

    def _of_one(self, schema: Body, value: Any, depth: int) -> Iterator[Any]:
        """Those of a schema without alternatives."""
        choices = schema.get("enum")
        if "const" in schema:
            return
        if isinstance(choices, list) and choices:
            yield from choices
            return
        kinds = schema.get("type")
        if kind_of(schema) == "boolean":
            yield from (True, False)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            yield from _numbers(schema, value)
        elif isinstance(value, str):
            yield from self._texts(schema, value)
        elif isinstance(value, dict | list) and depth < DEPTH_MAX:
            yield from self._changed(schema, value, depth)
        if isinstance(kinds, list) and "null" in kinds:
            yield None

    def _changed(self, schema: Body, value: Any, depth: int) -> Iterator[Any]:
        """With one of its members changed."""
        is_list = isinstance(value, list)
        inner, first = schema.get("properties"), schema.get("prefixItems")
        rest = schema.get("items" if is_list else "additionalProperties")
        members = inner if isinstance(inner, dict) else {}
        if is_list:
            members = dict(enumerate(first)) if isinstance(first, list) else {}
        for name, one in list(enumerate(value) if is_list else value.items()):
            for other in self.of(members.get(name, rest), one, depth + 1):
                changed = value.copy()
                changed[name] = other
                yield changed

    def _texts(self, schema: Body, value: str) -> Iterator[str]:
        low = min(whole(schema.get("minLength"), 0), len(value))  # which is as long as it can be
        high = whole(schema.get("maxLength"), low + LENGTH_MAX)
        named, pattern = schema.get("format"), schema.get("pattern")
        has_form = isinstance(named, str) and of_format(named) is not None
        if isinstance(pattern, str) and not has_form:
            yield from self._patterns.matching(pattern, low, high, _MOST)
            return
        for number in range(1, _MOST):
            counted = _counted(value, number)
            cut = value[: max(0, high - len(str(number)))] + str(number)
            yield from [one for one in (counted, cut) if len(one) <= high][:1]
        if not has_form:
            yield from self._patterns.matching("^[a-z0-9]+$", low, high, _MOST)


def _counted(text: str, number: int) -> str:
    """The text with its number counted up; of one without a number, with this one."""
    if found := _COUNTED.search(text):
        counted = f"{int(found[0]) + number:0{len(found[0])}}"
        return text[: found.start()] + counted + text[found.end() :]
    name, dot, ending = text.rpartition(".")  # an address ends with its domain
    return f"{name}{number}{dot}{ending}" if name and ending.isalpha() else f"{text}{number}"


def _numbers(schema: Body, value: float) -> Iterator[float]:
    """Up, then down, then between the bounds."""
    low, high = bounds(schema)
    step, is_whole = step_of(schema), kind_of(schema) == "integer"
    for way in (1, -1):
        for number in range(1, _MOST):
            other = value + way * number * (step or 1)
            if not low <= other <= high or abs(other) >= 2**63:
                break
            yield int(other) if is_whole else round(other, 9)
    if not step and math.isfinite(high - low):
        yield from (low + (high - low) * number / _MOST for number in range(1, _MOST))
