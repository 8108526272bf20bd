"""Names with * and ? as wildcards."""

import re
from fnmatch import translate

WILD = frozenset("*?")


class Globs:
    """Some names, of which one has to fit."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self._exact = frozenset(name for name in names if WILD.isdisjoint(name))
        self._wild = [pattern_of(name) for name in names if not WILD.isdisjoint(name)]

    @property
    def is_wild(self) -> bool:
        return bool(self._wild)

    def holds(self, name: str) -> bool:
        return name in self._exact or any(pattern.match(name) for pattern in self._wild)


def pattern_of(name: str) -> re.Pattern[str]:
    """A name with wildcards; Python's translation of * never looks back, so that no pattern takes long."""
    return re.compile(translate(name.replace("[", "[[]")))
