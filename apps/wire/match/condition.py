"""Conditions on a call: each says whether it holds, in words why not, and what a call needs for it."""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import orjson

from apps.wire.match.subject import Subject, Texts
from apps.wire.match.text import Key, TextTest, short


class Need(NamedTuple):
    """A key that one of the texts of a field must have. Fields: last_user, any_message, system, model."""

    field: str
    key: Key


class Condition(Protocol):
    """One condition.

    needs    one of these must be so for the condition to hold; None: nothing is known
    is_slow  it may take more than some microseconds: never on the event loop
    """

    needs: tuple[Need, ...] | None
    is_slow: bool

    @property
    def line(self) -> str:
        """The condition in a few words."""

    def accepts(self, subject: Subject) -> bool:
        """Whether it holds."""

    def why_not(self, subject: Subject) -> str:
        """Why it does not: what was asked, and what was found."""


class OfTexts:
    """One of some texts passes a test."""

    is_slow = False

    def __init__(self, name: str, find: Callable[[Subject], Texts], test: TextTest, tool: str = "") -> None:
        self.name = name
        self.find = find
        self.test = test
        self.tool = tool  # only results of this tool count
        known = name in ("last_user", "any_message", "system") and test.key.texts
        self.needs: tuple[Need, ...] | None = (Need(name, test.key),) if known else None

    @property
    def line(self) -> str:
        return f"{self._name} {self.test.line}"

    def accepts(self, subject: Subject) -> bool:
        holds, tool = self.test.holds, self.tool
        return any(holds(text) and (not tool or text.tool == tool) for text in self.find(subject))

    def why_not(self, subject: Subject) -> str:
        found = [text for text in self.find(subject) if not self.tool or text.tool == self.tool]
        if not found:
            return f"{self._name} {self.test.negated}: the call has none"
        which = "it is" if len(found) == 1 else f"the last of {len(found)} is"
        return f'{self._name} {self.test.negated}: {which} "{short(found[-1].value)}"'

    @property
    def _name(self) -> str:
        return f"{self.name} of {self.tool}" if self.tool else self.name


class OfValue:
    """A value of the call is as it should be: told as `name wanted`, and what it is."""

    is_slow = False

    def __init__(
        self,
        name: str,
        wanted: str,
        holds: Callable[[Subject], bool],
        found: Callable[[Subject], object],
        needs: tuple[Need, ...] | None = None,
    ) -> None:
        self.name = name
        self.wanted = wanted
        self.accepts = holds
        self.found = found
        self.needs = needs

    @property
    def line(self) -> str:
        return f"{self.name} {self.wanted}"

    def why_not(self, subject: Subject) -> str:
        found = self.found(subject)
        told = short(found) if isinstance(found, str) else str(found).lower()
        return f"{self.name} should be {self.wanted}: it is {told or 'none'}"


class OfBody:
    """A JMESPath expression over the body gives something true, or the value that is given."""

    needs: tuple[Need, ...] | None = None
    is_slow = True

    def __init__(self, source: str, search: Callable[[Any], Any], equals: tuple[Any] | None) -> None:
        self.source = source
        self.search = search
        self.equals = equals

    @property
    def line(self) -> str:
        return f"jmespath {short(self.source)}" + (f" = {_json(self.equals[0])}" if self.equals else "")

    def accepts(self, subject: Subject) -> bool:
        try:
            found = self.search(subject.call.data)
        except (ValueError, TypeError, ArithmeticError, RecursionError):
            return False
        if self.equals is None:
            return bool(found) or (found == 0 and type(found) in (int, float))  # as JMESPath has it
        return bool(found == self.equals[0]) and isinstance(found, bool) == isinstance(self.equals[0], bool)

    def why_not(self, subject: Subject) -> str:
        wanted = f"be {_json(self.equals[0])}" if self.equals else "be true"
        try:
            found = _json(self.search(subject.call.data))
        except (ValueError, TypeError, ArithmeticError, RecursionError) as error:
            return f"jmespath {short(self.source)} failed: {short(str(error))}"
        return f"jmespath {short(self.source)} should {wanted}: it is {found}"


def _json(value: Any) -> str:
    return short(orjson.dumps(value).decode())
