"""Texts that a regular expression accepts: the simplest ones, where the expression is simple."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import count, islice
from typing import Any, TypeVar

from apps.wire.expression import PatternError, compiled

_One = TypeVar("_One")

LENGTH_MAX = 4096
_STEPS_MAX = 100_000  # some 50 ms
_TRIES = 8  # texts that are not what was meant


def accepting(pattern: str) -> Callable[[str], bool]:
    """Whether a text fits, in linear time: who wrote the expression may be anybody."""
    try:
        search = compiled(pattern).search
    except PatternError:
        return lambda text: False
    return lambda text: search(text.encode("utf-8", "surrogatepass")) is not None


class Patterns:
    """The texts of all expressions of one schema: together they are worked at for so long and no longer."""

    def __init__(self) -> None:
        self._steps = _STEPS_MAX
        self._known: dict[tuple[str, int, int, int], list[str]] = {}
        self.accepting = cache(accepting)

    def matching(self, pattern: str, low: int = 0, high: int = LENGTH_MAX, most: int = 1) -> list[str]:
        """Up to so many texts of `low` to `high` characters, no two alike; none for an expression that looks
        around or back, or that cannot be read."""
        key = (pattern, low, high, most)
        if key not in self._known:
            writer = _Writer(self._steps // 2)  # something is left for the others
            self._known[key] = self._matching(writer, *key)
            self._steps -= self._steps // 2 - max(0, writer.steps)
        return self._known[key]

    def _matching(self, writer: "_Writer", pattern: str, low: int, high: int, most: int) -> list[str]:
        found: dict[str, None] = {}
        try:
            parsed: Any = re._parser.parse(pattern)  # type: ignore[attr-defined]  # the only reader there is
            accepts = self.accepting(pattern)
            for text in islice(_written(writer, parsed, low, high), most + _TRIES):
                writer.steps -= low // 16  # to look at it is work, too
                for one in (text, text.ljust(low, "a"), text.rjust(low, "a")):  # not all say how they end
                    if low <= len(one) <= high and accepts(one):
                        found[one] = None
                        break
                if len(found) >= most:
                    break
        except (re.error, RecursionError, OverflowError, ValueError):
            pass  # of what comes too late, there is what came before
        return list(found)


def _written(writer: "_Writer", parsed: Any, low: int, high: int) -> Iterator[str]:
    """Texts of a parsed expression: all of one length, then longer ones."""
    text, is_short = writer.write(parsed), False
    if len(text) > high:
        text, is_short = writer.write(parsed, is_short=True), True
    more = max(0, low - len(text))
    while True:
        for number in count():
            text = writer.write(parsed, number, more, is_short=is_short)
            if writer.number:
                break  # there are no more of them
            yield text
        if writer.more > 0 or len(text) > high:
            return
        more += 1


class _Writer:
    """Writes what a parsed expression accepts. Raises ValueError for operations that are not known, and when
    it has taken all its steps: repeats of repeats of repeats would have no end."""

    def __init__(self, steps: int) -> None:
        self.steps = steps
        self._classes: dict[int, str] = {}

    def write(self, parsed: Any, number: int = 0, more: int = 0, *, is_short: bool = False) -> str:
        """The text with that number, which its choices use up one after the other, and with so many more
        characters than it needs, which its repeats use up; where something is left, there is no such text."""
        self.number, self.more, self._is_short = number, more, is_short
        return self._text(parsed)

    def _text(self, parsed: Any) -> str:
        self.steps -= 1
        if self.steps < 0:
            raise ValueError("endless")
        return "".join([self._one(operation, about) for operation, about in parsed])

    def _one(self, operation: Any, about: Any) -> str:
        self.steps -= 1
        match str(operation):
            case "LITERAL":
                return chr(about)
            case "NOT_LITERAL":
                return self._drawn(_LETTERS.replace(chr(about), ""))
            case "ANY":
                return self._drawn(_LETTERS)
            case "AT":
                return ""
            case "IN":
                if id(about) not in self._classes:
                    self._classes[id(about)] = _members(about)
                return self._drawn(self._classes[id(about)])
            case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
                return self._repeated(*about)
            case "SUBPATTERN":
                return self._text(about[-1])
            case "ATOMIC_GROUP":
                return self._text(about)
            case "BRANCH":
                return self._text(self._drawn(about[1]))
        raise ValueError(operation)

    def _drawn(self, choices: Sequence[_One]) -> _One:
        self.number, place = divmod(self.number, len(choices))
        return choices[place]

    def _repeated(self, low: int, high: int, inner: Any) -> str:
        parts: list[str] = []
        times = low if self._is_short else max(low, min(1, high))
        while len(parts) < times or (self.more > 0 and len(parts) < high):
            more = self.more
            part = self._text(inner)
            parts.append(part)
            if len(parts) > times:
                self.more = more - len(part)
                if not part:
                    break
        return "".join(parts)


def _members(about: Any) -> str:
    """Some characters of a class."""
    if str(about[0][0]) == "NEGATE":
        refused = re.compile("[" + "".join([_spelt(*one) for one in about[1:]]) + "]")
        codes = (code for code in range(33, 0x3000) if not refused.match(chr(code)))
        return "".join(map(chr, islice(codes, len(_LETTERS)))) or "a"
    found: dict[str, None] = {}
    for operation, member in about:
        match str(operation):
            case "LITERAL":
                found[chr(member)] = None
            case "RANGE":
                first, last = member
                found |= dict.fromkeys(map(chr, range(first, min(last + 1, first + len(_LETTERS)))))
            case _:
                found |= dict.fromkeys(_SOME.get(str(member), _LETTERS))
    return "".join(found)


_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_SOME = {"CATEGORY_DIGIT": "1234567890", "CATEGORY_SPACE": " "}
_CLASSES = {
    "CATEGORY_DIGIT": r"\d",
    "CATEGORY_NOT_DIGIT": r"\D",
    "CATEGORY_WORD": r"\w",
    "CATEGORY_NOT_WORD": r"\W",
    "CATEGORY_SPACE": r"\s",
    "CATEGORY_NOT_SPACE": r"\S",
}


def _spelt(operation: Any, about: Any) -> str:
    """A member of a class, as it is written."""
    match str(operation):
        case "LITERAL":
            return re.escape(chr(about))
        case "RANGE":
            return f"{re.escape(chr(about[0]))}-{re.escape(chr(about[1]))}"
    return _CLASSES[str(about)]
