"""Conditions that are made of conditions: all of them, any of them, none."""

from apps.wire.match.condition import Condition, Need
from apps.wire.match.subject import Subject


class All:
    """Every one of some conditions."""

    def __init__(self, parts: tuple[Condition, ...]) -> None:
        self.parts = parts
        self.is_slow = any(part.is_slow for part in parts)
        known = [part.needs for part in parts if part.needs]
        # The key that fewest calls will have: a long text says more than a model.
        self.needs = max(known, key=lambda needs: min(_worth(need) for need in needs), default=None)

    @property
    def line(self) -> str:
        return " · ".join([part.line for part in self.parts])

    def accepts(self, subject: Subject) -> bool:
        return all(part.accepts(subject) for part in self.parts)

    def why_not(self, subject: Subject) -> str:
        return next((part.why_not(subject) for part in self.parts if not part.accepts(subject)), "")


class AnyOf:
    """At least one of some conditions."""

    def __init__(self, parts: tuple[Condition, ...]) -> None:
        self.parts = parts
        self.is_slow = any(part.is_slow for part in parts)
        known = [part.needs for part in parts]
        self.needs = None if None in known else tuple([need for needs in known for need in needs or ()])

    @property
    def line(self) -> str:
        return "(" + " or ".join([part.line for part in self.parts]) + ")"

    def accepts(self, subject: Subject) -> bool:
        return any(part.accepts(subject) for part in self.parts)

    def why_not(self, subject: Subject) -> str:
        return "none of these: " + "; ".join([part.why_not(subject) for part in self.parts])


class Not:
    """A condition that must not hold."""

    needs: tuple[Need, ...] | None = None

    def __init__(self, part: Condition) -> None:
        self.part = part
        self.is_slow = part.is_slow

    @property
    def line(self) -> str:
        return f"not ({self.part.line})"

    def accepts(self, subject: Subject) -> bool:
        return not self.part.accepts(subject)

    def why_not(self, subject: Subject) -> str:
        return f"it must not be so, but is: {self.part.line}"


def _worth(need: Need) -> int:
    return max(map(len, need.key.texts)) if need.field != "model" else 1
