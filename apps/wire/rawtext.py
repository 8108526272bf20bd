"""The original text of the parts of a JSON text, so that number spelling and key order survive."""

import re
from collections.abc import Iterator, Sequence

import orjson

from apps.wire.jsongate import DEPTH_MAX

# Possessive quantifiers: one pass, no way back, so that no input makes it slow.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_FLAT = rb'[^"\[\]{}]++|' + _STRING


def _nested(levels: int) -> bytes:
    """A pattern for arrays and objects down to that many levels, so that a value is one match in C."""
    pattern = rb"[\[{](?:" + _FLAT + rb")*+[\]}]"
    for _ in range(levels - 1):
        pattern = rb"[\[{](?:" + _FLAT + b"|" + pattern + rb")*+[\]}]"
    return pattern


_OPENING = re.compile(rb"[ \t\n\r]*+([\[{])[ \t\n\r]*+")
_SEPARATOR = re.compile(rb"[ \t\n\r]*+[:,\]}][ \t\n\r]*+")
_VALUE = re.compile(_STRING + rb"|[^\s\[\]{},:]++|" + _nested(DEPTH_MAX), re.S)


def raw_member(text: bytes, key: str) -> bytes | None:
    """The text of a member of the JSON object `text`; of a doubled key the last, as parsers do.

    `text` must have passed the gate: nothing is checked again here.
    """
    found = None
    for name, start, end in _members(text, 0):
        if name == key:
            found = text[start:end]
    return found


def raw_members(text: bytes) -> dict[str, bytes]:
    """The texts of all members of the JSON object `text`, by name; likewise."""
    return {name: text[start:end] for name, start, end in _members(text, 0)}


def place_of(text: bytes, path: Sequence[str | int], seen: dict[int, list[int]] | None = None) -> int:
    """Where the value at a path of keys and indexes begins, in a text that has passed the gate.

    Of what is not there, the place of what would hold it. In `seen` is kept, from one path to the next, where
    the elements of arrays begin.
    """
    seen = {} if seen is None else seen
    at = len(text) - len(text.lstrip())
    for step in path:
        if isinstance(step, int):
            if at not in seen:
                seen[at] = [start for start, _ in _elements(text, at)]
            starts = seen[at][step : step + 1]
        else:
            starts = [start for name, start, _ in _members(text, at) if name == step]
        if not starts:
            break
        at = starts[-1]
    return at


def raw_elements(text: bytes) -> list[bytes]:
    """The texts of the elements of the JSON array `text`, which must have passed the gate."""
    return [text[start:end] for start, end in _elements(text, 0)]


def _members(text: bytes, at: int) -> Iterator[tuple[str, int, int]]:
    """The names of the object that begins at `at`, each with where its value stands."""
    at = _inside(text, at, b"{")
    while text[at : at + 1] == b'"':
        name_end = _value_end(text, at)
        start = _after_separator(text, name_end)
        end = _value_end(text, start)
        yield orjson.loads(text[at:name_end]), start, end
        separator = _SEPARATOR.match(text, end)
        if separator is None or b"}" in separator[0]:
            return
        at = separator.end()


def _elements(text: bytes, at: int) -> Iterator[tuple[int, int]]:
    """Where the elements of the array that begins at `at` stand."""
    at = _inside(text, at, b"[")
    while at < len(text) and text[at] != 0x5D:
        end = _value_end(text, at)
        yield at, end
        separator = _SEPARATOR.match(text, end)
        if separator is None or b"]" in separator[0]:
            return
        at = separator.end()


def _inside(text: bytes, at: int, bracket: bytes) -> int:
    """Where the first member of what begins at `at` stands; the text's end when it is no such container."""
    opening = _OPENING.match(text, at)
    return opening.end() if opening and opening[1] == bracket else len(text)


def _after_separator(text: bytes, at: int) -> int:
    separator = _SEPARATOR.match(text, at)
    return separator.end() if separator else len(text)


def _value_end(text: bytes, start: int) -> int:
    value = _VALUE.match(text, start)
    return value.end() if value else len(text)
