"""What the page Settings shows of the fallbacks: each family of endpoints, in sight or folded."""

from collections.abc import Collection
from dataclasses import dataclass

from apps.desk.shown import Context
from apps.queues.fallback import modes, start_modes
from apps.wire.table import ENDPOINTS

NAMED = 5  # endpoints of a family that are named


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """A family of endpoints, and what happens to its calls when no preset accepts them."""

    name: str
    endpoints: tuple[str, ...]  # the first ones
    more: int  # how many there are beside them
    mode: str


def families(first: Collection[str] = ()) -> Context:
    """All families: those named (else text, and what is not as at the start) before the others.

    `first` goes on with the page's part, so that no row moves away under the hand that switches it.
    """
    every, start = _families(), start_modes()
    ahead = first or {one.name for one in every if one.name == "text" or one.mode != start[one.name]}
    return {
        "families": [one for one in every if one.name in ahead],
        "more_families": [one for one in every if one.name not in ahead],
        "first": " ".join(sorted(ahead)),
    }


def _families() -> list[Family]:
    names: dict[str, list[str]] = {}
    for endpoint in ENDPOINTS:
        names.setdefault(endpoint.family, []).append(endpoint.name)
    return [
        Family(
            name=name,
            endpoints=tuple(names[name][:NAMED]),
            more=max(0, len(names[name]) - NAMED),
            mode=mode,
        )
        for name, mode in modes().items()
        if name in names
    ]
