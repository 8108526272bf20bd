"""Reads a condition on a text, as an author writes it."""

from collections.abc import Callable
from typing import Any

from apps.wire.expression import PatternError
from apps.wire.jsongate import kind
from apps.wire.match.text import Kind, TextTest

TEXT_MAX = 2000
PATTERN_MAX = 1000
PROGRAM_MAX = 2000  # instructions; `.{0,200}` is 1,800 of them

_TESTS: tuple[Kind, ...] = ("contains", "equals", "regex")
# Compiles an expression to see whether it can be; None: it was seen to be.
Try = Callable[..., Any] | None


class Wrong(ValueError):
    """What is wrong with a condition; `inside` is where in it, such as ".regex"."""

    def __init__(self, error: str, inside: str = "") -> None:
        super().__init__(error)
        self.inside = inside


def read_test(value: Any, attempt: Try, *, beside: tuple[str, ...] = ()) -> TextTest:
    """A text condition: TEXT, or one of contains, equals and regex with its text, and maybe `case`."""
    if isinstance(value, str):
        value = {"contains": value}
    if not isinstance(value, dict):
        raise Wrong(f"must be a text, or an object with {', '.join(_TESTS)}, not {kind(value)}")
    for name in value:
        if name not in (*_TESTS, "case", *beside):
            known = ", ".join([*_TESTS, "case", *beside])
            raise Wrong(f"is not known here; known: {known}", f".{name[:100]}")
    given: list[Kind] = [name for name in _TESTS if name in value]
    if len(given) != 1:
        raise Wrong(f"needs one of {', '.join(_TESTS)}" + (", not several" if given else ""))
    how = given[0]
    text, case = value[how], value.get("case", True)
    if not isinstance(case, bool):
        raise Wrong(f"must be true or false, not {kind(case)}", ".case")
    longest = PATTERN_MAX if how == "regex" else TEXT_MAX
    if not isinstance(text, str) or len(text) > longest or (not text and how != "equals"):
        found = f"{len(text):,} characters" if isinstance(text, str) else kind(text)
        raise Wrong(f"must be a text of 1 to {longest:,} characters, not {found}", f".{how}")
    if how == "regex" and attempt is not None:
        try:
            size = attempt(text, case=case).programsize
        except PatternError as error:
            raise Wrong(f"is not a regular expression that re2 takes: {error}", ".regex") from None
        if size > PROGRAM_MAX:
            unrolled = f"is too large when it is unrolled ({size:,} steps of at most {PROGRAM_MAX:,})"
            raise Wrong(f"{unrolled}: lower what {{n,m}} repeats", ".regex")
    return TextTest(how, text, case=case)
