"""Pieces: a text cut like a model would send it, a token or so at a time."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from itertools import islice

PIECE_CHARS = 4  # in a piece, about
SLAB_PIECES = 4096


def _extenders() -> str:
    """A character class of what belongs to the character before it: marks, joiners, modifiers.

    The planes that hold scripts are asked one by one (20 ms); the few beyond them are named.
    """
    marks = [n for n in range(0x300, 0x1F000) if unicodedata.category(chr(n)) in ("Mn", "Mc", "Me")]
    jamo = range(0x1160, 0x1200)  # vowels and finals of a Hangul syllable
    ranges: list[list[int]] = []
    for n in sorted({*marks, *jamo}):
        if ranges and ranges[-1][1] == n - 1:
            ranges[-1][1] = n
        else:
            ranges.append([n, n])
    text = "".join(f"{chr(low)}-{chr(high)}" for low, high in ranges)
    return f"[{text}\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f\U000e0100-\U000e01ef]"


@cache
def _wide() -> re.Pattern[str]:
    """For a text with more than ASCII; made when the first one comes: it takes a tenth of a start."""
    rest = rf"(?:{_extenders()}|\u200d.?)*"  # what follows the first code point of a grapheme
    letter, digit = rf"[^\W\d_]{rest}", rf"\d{rest}"
    flag = rf"[\U0001f1e6-\U0001f1ff]{{2}}{rest}"
    mark, space = rf"(?:[^\w\s]|_){rest}", rf"(?:\r\n|\s){rest}"
    return re.compile(
        rf" ?(?:{letter}){{1,6}}| ?(?:{digit}){{1,3}}| ?{flag}| ?(?:{mark}){{1,2}}"
        rf"|(?:{space}){{1,8}}(?= \S)|(?:{space}){{1,8}}",
        re.S,
    )


_ASCII_PIECE = re.compile(
    r" ?[A-Za-z]{1,6}| ?[0-9]{1,3}| ?[^\sA-Za-z0-9]{1,2}|(?:\r\n|\s){1,8}(?= \S)|(?:\r\n|\s){1,8}"
)


def pieces(text: str) -> list[str]:
    """The text in pieces of about four characters, which joined are the text again.

    A space belongs to the word after it. No grapheme (letter with marks, emoji with its modifiers,
    flag) is torn apart, so that no client ever shows half a character.
    """
    return _cutter(text).findall(text)


def slabs(text: str) -> Iterator[list[str]]:
    """The same pieces, some thousands at a time: each slab is cut when it is asked for."""
    if len(text) <= SLAB_PIECES * PIECE_CHARS:
        yield pieces(text)
        return
    found = _cutter(text).finditer(text)
    while slab := [match[0] for match in islice(found, SLAB_PIECES)]:
        yield slab


def _cutter(text: str) -> re.Pattern[str]:
    return _ASCII_PIECE if text.isascii() else _wide()
