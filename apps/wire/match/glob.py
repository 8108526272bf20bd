"""Names with * and ? as wildcards."""

import re
from fnmatch import translate


class Globs:
    """Some names, of which one has to fit."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self._exact = frozenset(name for name in names if not _is_wild(name))
        # Python's translation of * never looks back, so that no pattern takes long.
        self._wild = [re.compile(translate(name.replace("[", "[[]"))) for name in names if _is_wild(name)]

    @property
    def is_wild(self) -> bool:
        return bool(self._wild)

    def holds(self, name: str) -> bool:
        return name in self._exact or any(pattern.match(name) for pattern in self._wild)


def _is_wild(name: str) -> bool:
    return "*" in name or "?" in name
