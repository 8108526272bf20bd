"""The original text of the parts of a JSON text, so that number spelling and key order survive."""

import re
from collections.abc import Iterator

import orjson

# Possessive quantifiers: one pass, no way back, so that no input makes it slow.
_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_SPACE = re.compile(rb"[ \t\n\r]*+")
_SEPARATOR = re.compile(rb"[ \t\n\r]*+[:,\]}][ \t\n\r]*+")
_SCALAR = re.compile(_STRING + rb"|[^\s,\]}]++", re.S)
_TO_BRACKET = re.compile(rb'(?:[^"\[\]{}]++|' + _STRING + rb")*+([\[\]{}])", re.S)
_STEP = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}


def raw_member(text: bytes, key: str) -> bytes | None:
    """The text of a member of the JSON object `text`; of a doubled key the last, as parsers do.

    `text` must have passed the gate: nothing is checked again here.
    """
    found = None
    at = _SPACE.match(text).end()  # type: ignore[union-attr]
    if text[at : at + 1] != b"{":
        return None
    at = _SPACE.match(text, at + 1).end()  # type: ignore[union-attr]
    while text[at : at + 1] == b'"':
        name_end = _value_end(text, at)
        start = _after_separator(text, name_end)
        end = _value_end(text, start)
        if orjson.loads(text[at:name_end]) == key:
            found = text[start:end]
        at = _after_separator(text, end)
    return found


def raw_elements(text: bytes) -> list[bytes]:
    """The texts of the elements of the JSON array `text`, which must have passed the gate."""
    return list(_elements(text))


def _elements(text: bytes) -> Iterator[bytes]:
    at = _SPACE.match(text).end()  # type: ignore[union-attr]
    if text[at : at + 1] != b"[":
        return
    at = _SPACE.match(text, at + 1).end()  # type: ignore[union-attr]
    while at < len(text) and text[at] != 0x5D:
        end = _value_end(text, at)
        yield text[at:end]
        separator = _SEPARATOR.match(text, end)
        if separator is None or b"]" in separator[0]:
            return
        at = separator.end()


def _after_separator(text: bytes, at: int) -> int:
    separator = _SEPARATOR.match(text, at)
    return separator.end() if separator else len(text)


def _value_end(text: bytes, start: int) -> int:
    """Where the value that starts at `start` ends."""
    if text[start] not in b"[{":
        scalar = _SCALAR.match(text, start)
        return scalar.end() if scalar else len(text)
    depth = 0
    for bracket in _TO_BRACKET.finditer(text, start):
        depth += _STEP[bracket[1]]
        if not depth:
            return bracket.end()
    return len(text)
