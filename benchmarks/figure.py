"""A figure: what one measurement gave, and what it must reach."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a figure must reach and what would be excellent; `at_most` for figures where less is better."""

    must: float
    stretch: float | None = None
    unit: str = "×"
    at_most: bool = False

    def is_met(self, value: float, wanted: float) -> bool:
        return value <= wanted if self.at_most else value >= wanted


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value. `name` is its key in rows.TARGETS; `faults` are answers that were wrong."""

    name: str
    value: float
    detail: str = ""
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How long and how large: seconds of each measurement, rounds, parked calls, streams."""

    seconds: float = 2.0
    rounds: int = 5
    parked: int = 2000
    streams: int = 1000
