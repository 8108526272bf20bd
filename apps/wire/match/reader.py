"""Reads `match`: strictly, within bounds, with the path of everything that is wrong."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import orjson

from apps.wire.expression import compiled
from apps.wire.jsongate import kind
from apps.wire.match.condition import Condition
from apps.wire.match.groups import All, AnyOf, Not
from apps.wire.match.kinds import KINDS
from apps.wire.match.text import short
from apps.wire.match.text_reader import Wrong

DEPTH_MAX = 8
CONDITIONS_MAX = 50
LENGTH_MAX = 20_000  # characters of all of it, as JSON
LINE_MAX = 160  # characters
KEPT_LENGTH = 1000  # characters of a match whose line is kept
GROUPS = ("all", "any", "not")
NAMES = (*KINDS, *GROUPS)


class MatchError(ValueError):
    """A match that cannot be used; `errors` has every problem: [{"field", "error"}, …]."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{error['field']} {error['error']}" for error in errors))
        self.errors = errors


def read_match(given: Any) -> str:
    """The match as it is kept: JSON text, "" for one without conditions. Raises MatchError."""
    if given is None or given == {}:
        return ""
    reader = _Reader(is_strict=True)
    reader.conditions(given, "match", 1)
    text = orjson.dumps(given).decode()
    if len(text) > LENGTH_MAX:
        reader.wrong("match", f"has {len(text):,} characters as JSON; at most {LENGTH_MAX:,}")
    if reader.errors:
        raise MatchError(reader.errors)
    return text


def match_of(text: str) -> Condition:
    """The condition in a text that `read_match` gave; expressions are compiled when they are needed.

    One that an earlier version took and this one does not accepts no call.
    """
    reader = _Reader(is_strict=False)
    read = reader.conditions(orjson.loads(text), "match", 1)
    return AnyOf(()) if reader.errors else read


def line_of(text: str) -> str:
    """Such a text in a few words, as lists show it; "" for none."""
    return _kept_line(text) if len(text) <= KEPT_LENGTH else _line(text)


def _line(text: str) -> str:
    return short(match_of(text).line, LINE_MAX) if text else ""


_kept_line = lru_cache(maxsize=2000)(_line)


class _Reader:
    """Reads conditions one by one and gathers what is wrong with them."""

    def __init__(self, *, is_strict: bool) -> None:
        self.is_strict = is_strict
        self.errors: list[dict[str, str]] = []
        self.count = 0

    def wrong(self, path: str, error: str) -> None:
        self.errors.append({"field": path, "error": error})

    def conditions(self, given: Any, path: str, depth: int) -> Condition:
        """All conditions of an object."""
        if not isinstance(given, dict) or not given:
            found = "an empty object" if given == {} else kind(given)
            self.wrong(path, f"must be an object of conditions by name, not {found}")
            return All(())
        if depth > DEPTH_MAX:
            self.wrong(path, f"is nested too deeply; at most {DEPTH_MAX} levels")
            return All(())
        parts = tuple([self._one(name, value, f"{path}.{name}", depth) for name, value in given.items()])
        return parts[0] if len(parts) == 1 else All(parts)

    def _one(self, name: str, value: Any, path: str, depth: int) -> Condition:
        self.count += 1
        if self.count == CONDITIONS_MAX + 1:
            self.wrong("match", f"has more than {CONDITIONS_MAX} conditions")
        if self.count > CONDITIONS_MAX:
            return All(())
        if name == "not":
            return Not(self.conditions(value, path, depth + 1))
        if name in GROUPS:
            return self._group(All if name == "all" else AnyOf, value, path, depth)
        read = KINDS.get(name)
        if read is None:
            self.wrong(path[:200], f"is not a condition; known: {', '.join(NAMES)}")
            return All(())
        try:
            return read(value, compiled if self.is_strict else None)
        except Wrong as wrong:
            self.wrong(f"{path}{wrong.inside}", str(wrong))
            return All(())

    def _group(
        self, group: Callable[[tuple[Condition, ...]], Condition], value: Any, path: str, depth: int
    ) -> Condition:
        if not isinstance(value, list) or not value:
            found = "an empty array" if value == [] else kind(value)
            self.wrong(path, f"must be an array of objects of conditions, not {found}")
            return All(())
        if len(value) > CONDITIONS_MAX:
            self.wrong(path, f"has {len(value):,} objects; at most {CONDITIONS_MAX}")
            return All(())
        found_all = [self.conditions(one, f"{path}[{at}]", depth + 1) for at, one in enumerate(value)]
        return group(tuple(found_all))
