"""The rules that are in force, as their rows say them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FaultLine:
    """A row of FaultRule that is on."""

    id: int
    caller: str
    endpoint: str
    fault: str
    seed: int


@dataclass(frozen=True, slots=True)
class LatencyLine:
    """A row of LatencyRule."""

    id: int
    caller: str
    model: str
    spread: str


@dataclass(frozen=True, slots=True)
class LimitLine:
    """A row of Limit."""

    id: int
    per: str
    name: str
    requests_per_minute: int | None
    tokens_per_minute: int | None
