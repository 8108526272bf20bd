"""A condition on one text: it contains, it equals, or a regular expression is found in it."""

from functools import cached_property
from typing import Any, Literal, NamedTuple

from apps.wire.expression import compiled
from apps.wire.match.judged import is_found
from apps.wire.match.literal import literals_of
from apps.wire.match.subject import Text

Kind = Literal["contains", "equals", "regex"]
_WORDS = {"contains": "contain", "equals": "equal", "regex": "match"}
_HOLD = {"contains": "contains", "equals": "equals", "regex": "matches"}


class TextTest:
    """What is asked of a text."""

    def __init__(self, kind: Kind, text: str, *, case: bool = True) -> None:
        self.kind = kind
        self.text = text
        self.case = case
        self._folded = text.casefold()

    def holds(self, text: Text) -> bool:
        """Whether it is so."""
        if self.kind == "regex":
            return is_found(self._compiled, self.text, text, case=self.case)
        if self.case:
            return self.text in text.value if self.kind == "contains" else self.text == text.value
        return self._folded in text.folded if self.kind == "contains" else self._folded == text.folded

    @cached_property
    def _compiled(self) -> Any:
        """Compiled with the first text: of thousands, most are never asked."""
        return compiled(self.text, case=self.case)

    @property
    def quoted(self) -> str:
        shown = f"/{short(self.text)}/" if self.kind == "regex" else f'"{short(self.text)}"'
        return shown if self.case else f"{shown} (any case)"

    @property
    def line(self) -> str:
        """`contains "refund"`"""
        return f"{_HOLD[self.kind]} {self.quoted}"

    @property
    def negated(self) -> str:
        """`does not contain "refund"`"""
        return f"does not {_WORDS[self.kind]} {self.quoted}"

    @property
    def key(self) -> "Key":
        """What a text must hold or be for this to be so; no texts: nothing is known."""
        if self.kind == "regex":
            return Key("has", literals_of(self.text))
        return Key("has" if self.kind == "contains" else "is", (self._folded,))


class Key(NamedTuple):
    """Folded texts that a text has in it, all of them, or the one that it is."""

    how: Literal["has", "is"]
    texts: tuple[str, ...]


def short(text: str, limit: int = 60) -> str:
    """A text on one line, cut where it is long."""
    line = " ".join(text[: 4 * limit].split())
    return line if len(line) <= limit else line[: limit - 1] + "…"
