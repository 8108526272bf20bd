"""A text that a regular expression accepts: the simplest one, where the expression is simple."""

import re
from collections.abc import Callable
from typing import Any

from apps.wire.expression import PatternError, compiled

_REPEATS_MAX = 64
_LENGTH_MAX = 4096  # of what one repeat makes: repeats of repeats of repeats would have no end


def accepting(pattern: str) -> Callable[[str], bool]:
    """Whether a text fits, in linear time: who wrote the expression may be anybody."""
    try:
        search = compiled(pattern).search
    except PatternError:
        return lambda text: False
    return lambda text: search(text.encode("utf-8", "surrogatepass")) is not None


def matching(pattern: str) -> str | None:
    """The text; None for an expression that looks around or back, or that cannot be read."""
    try:
        parsed: Any = re._parser.parse(pattern)  # type: ignore[attr-defined]  # the only reader there is
        found = "".join([_one(operation, about) for operation, about in parsed])
        return found if accepting(pattern)(found) else None
    except (re.error, RecursionError, OverflowError, ValueError):
        return None


def _one(operation: Any, about: Any) -> str:
    """What one operation of a parsed expression accepts; raises ValueError for those that are not known."""
    match str(operation):
        case "LITERAL":
            return chr(about)
        case "NOT_LITERAL":
            return "a" if about != ord("a") else "b"
        case "ANY":
            return "a"
        case "AT":
            return ""
        case "IN":
            return _among(about)
        case "MAX_REPEAT" | "MIN_REPEAT" | "POSSESSIVE_REPEAT":
            low, high, inner = about
            times = int(min(max(low, min(1, high)), _REPEATS_MAX))
            once = "".join([_one(*step) for step in inner])
            if len(once) * times > _LENGTH_MAX:
                raise ValueError(operation)
            return once * times
        case "SUBPATTERN":
            return "".join([_one(*step) for step in about[-1]])
        case "ATOMIC_GROUP":
            return "".join([_one(*step) for step in about])
        case "BRANCH":
            return "".join([_one(*step) for step in about[1][0]])
    raise ValueError(operation)


def _among(members: Any) -> str:
    """A character of a class."""
    if str(members[0][0]) == "NEGATE":
        refused = re.compile("[" + "".join([_spelt(*one) for one in members[1:]]) + "]")
        return next(chr(code) for code in range(33, 0x3000) if not refused.match(chr(code)))
    operation, about = members[0]
    match str(operation):
        case "LITERAL":
            return chr(about)
        case "RANGE":
            return chr(about[0])
    return {"CATEGORY_DIGIT": "1", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " "}.get(str(about), "a")


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
