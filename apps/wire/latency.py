"""Latency: the waits of a reply by name or by how they are spread, drawn for one call."""

from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from random import Random
from typing import Any, NamedTuple

import orjson

from apps.wire.reply import INSTANT, Pace
from apps.wire.spread import Fixed, LogNormal, Normal, Spread, Uniform

FIRST_TOKEN_MAX_MS = 600_000  # of the total, too
TOKEN_MAX_MS = 60_000
DRAWN_MAX = 1000  # waits drawn for a reply that leaves whole; more of them are as long on the average


class Latency(NamedTuple):
    """The wait before the first token, that between tokens, and how long all of it takes instead."""

    first: Spread = Fixed()
    token: Spread = Fixed()
    total: Spread | None = None

    def first_ms(self, random: Random) -> float:
        return _within(self.first.draw(random), FIRST_TOKEN_MAX_MS)

    def token_ms(self, random: Random) -> float:
        return _within(self.token.draw(random), TOKEN_MAX_MS)

    def total_ms(self, random: Random) -> float | None:
        return None if self.total is None else _within(self.total.draw(random), FIRST_TOKEN_MAX_MS)


# What a pace may be called. The figures are those of an ordinary day, rounded, and promised by no service.
NAMED: dict[str, dict[str, Any]] = {
    "instant": {},
    "gpt-4o-mini-like": {
        "first_token_ms": {"lognormal": {"median": 400, "p95": 900}},
        "token_ms": {"lognormal": {"median": 20, "p95": 45}},
    },
    "o-series-like": {
        "first_token_ms": {"lognormal": {"median": 6000, "p95": 12000}},
        "token_ms": {"lognormal": {"median": 10, "p95": 25}},
    },
    "slow-network": {
        "first_token_ms": {"normal": {"mean": 1500, "sd": 300}},
        "token_ms": {"uniform": {"from": 50, "to": 250}},
    },
}
# The kinds of spread, and what each wants to know.
KINDS: dict[str, tuple[str, str]] = {
    "uniform": ("from", "to"),
    "normal": ("mean", "sd"),
    "lognormal": ("median", "p95"),
}
_MADE: dict[str, type[Uniform] | type[Normal] | type[LogNormal]] = {
    "uniform": Uniform,
    "normal": Normal,
    "lognormal": LogNormal,
}


def _within(ms: float, highest: int) -> float:
    return min(max(ms, 0.0), float(highest))


# --- drawn for one call ------------------------------------------------------------------------


@lru_cache(maxsize=256)
def latency_of(spread: str) -> Latency:
    """What a `Pace.spread` says."""
    value = orjson.loads(spread)
    value = NAMED[value] if isinstance(value, str) else value
    first, token = _made(value.get("first_token_ms", 0)), _made(value.get("token_ms", 0))
    return Latency(first, token, _made(value["total_ms"]) if "total_ms" in value else None)


def _made(wait: Any) -> Spread:
    if not isinstance(wait, dict):
        return Fixed(wait)
    [(kind, figures)] = wait.items()
    return _MADE[kind](*(figures[name] for name in KINDS[kind]))


def drawn(pace: Pace, seed: int) -> Pace:
    """The pace of one reply; the same seed gives the same waits, whoever asks for them and when."""
    latency = latency_of(pace.spread)
    if latency == Latency():
        return INSTANT
    seed = seed or 1
    first_ms = latency.first_ms(_random(seed, 0))
    total_ms = latency.total_ms(_random(seed, 1))
    if total_ms is not None:
        first_ms = min(first_ms, total_ms)
    token_ms = round(latency.token.ms) if isinstance(latency.token, Fixed) else 0
    return Pace(round(first_ms), token_ms, pace.spread, seed)


def total_ms(pace: Pace) -> float | None:
    """How long all of a reply with a drawn pace takes, where it says so."""
    return latency_of(pace.spread).total_ms(_random(pace.seed, 1)) if pace.seed else None


def waits_ms(pace: Pace) -> Iterator[float] | None:
    """The waits between the tokens of a reply with a drawn pace; None where all are `pace.token_ms`."""
    latency = latency_of(pace.spread) if pace.seed else Latency()
    return None if isinstance(latency.token, Fixed) else _each(latency, _random(pace.seed, 2))


def whole_ms(pace: Pace, tokens: int) -> float:
    """How long a reply of so many tokens takes that leaves whole: as long as if it were streamed."""
    total = total_ms(pace)
    if total is not None:
        return total
    waits = waits_ms(pace)
    if waits is None:
        return pace.first_token_ms + tokens * pace.token_ms
    few = min(tokens, DRAWN_MAX)
    return pace.first_token_ms + (sum(islice(waits, few)) * tokens / few if few else 0.0)


def _each(latency: Latency, random: Random) -> Iterator[float]:
    while True:
        yield latency.token_ms(random)


def _random(seed: int, what: int) -> Random:
    """One for each kind of wait, so that nobody has to draw the others first."""
    return Random(seed * 4 + what)
