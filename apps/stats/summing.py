"""Adds exchanges up: by minute, endpoint, model, caller and class of status, within bounds."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from apps.stats.models import BUCKETS_MS, SUM_COLUMNS

MINUTE_S, HOUR_S = 60, 3600
BEYOND_MS = float(BUCKETS_MS[-1])  # of what took longer nobody knows how much longer
OTHER = "(other)"  # no name of a caller has brackets
CALLERS_MAX = 100  # different ones in one minute or hour; the rest is OTHER
MODELS_MAX = 30

READ = (
    "id",
    "state",
    "created_at",
    "endpoint",
    "model",
    "caller",
    "status_code",
    "prompt_tokens",
    "completion_tokens",
    "duration_ms",
)


class Ended(NamedTuple):
    """An exchange, as far as the figures want to know it; the columns of READ."""

    id: str
    state: str
    created_at: datetime
    endpoint: str
    model: str
    caller: str
    status_code: int | None
    prompt_tokens: int | None
    completion_tokens: int | None
    duration_ms: int | None


class Key(NamedTuple):
    """What the exchanges of one rollup agree in; `at` is its start in unix seconds."""

    span_s: int
    at: int
    endpoint: str
    model: str
    caller: str
    status: str


class Names(NamedTuple):
    """The different names in one minute or hour."""

    callers: set[str]
    models: set[str]


Sums = dict[Key, list[int]]  # the values of SUM_COLUMNS


def status_class(status_code: int | None) -> str:
    return f"{status_code // 100}xx" if status_code else "none"


def summed(exchanges: Iterable[Ended]) -> Sums:
    """The sums by minute."""
    found: Sums = {}
    for one in exchanges:
        at = int(one.created_at.timestamp())
        key = Key(
            MINUTE_S, at - at % MINUTE_S, one.endpoint, one.model, one.caller, status_class(one.status_code)
        )
        sums = found.get(key)
        if sums is None:
            sums = found[key] = [0] * len(SUM_COLUMNS)
        took_ms = one.duration_ms or 0
        sums[0] += 1
        sums[1] += one.prompt_tokens or 0
        sums[2] += one.completion_tokens or 0
        sums[3] += took_ms
        sums[4 + bisect_left(BUCKETS_MS, took_ms)] += 1
    return found


def merged(sums: Sums, more: Sums) -> Sums:
    """Both together; `sums` is changed."""
    for key, row in more.items():
        _add(sums, key, row)
    return sums


def by_hour(minutes: Sums) -> Sums:
    """The same by hour."""
    found: Sums = {}
    for key, sums in minutes.items():
        _add(found, key._replace(span_s=HOUR_S, at=key.at - key.at % HOUR_S), sums)
    return found


def bounded(sums: Sums, known: Mapping[tuple[int, int], Names]) -> Sums:
    """The same with no more names a minute (or hour) than there is room for.

    `known` are the names that (span_s, at) has already. Whoever calls most comes first.
    """
    names = {when: Names(set(have.callers), set(have.models)) for when, have in known.items()}
    found: Sums = {}
    for key, row in sorted(sums.items(), key=lambda one: -one[1][0]):
        have = names.setdefault((key.span_s, key.at), Names(set(), set()))
        caller = _admit(key.caller, have.callers, CALLERS_MAX)
        model = _admit(key.model, have.models, MODELS_MAX)
        _add(found, key._replace(caller=caller, model=model), row)
    return found


def percentile_ms(buckets: list[int], share: float) -> float | None:
    """How long the given share of exchanges took at most, interpolated within its bucket; None of none.

    BEYOND_MS says "longer than that"; what is known to be within it is less.
    """
    total = sum(buckets)
    if not total:
        return None
    wanted, below = share * total, 0
    for (low, high), count in zip(_bounds(), buckets, strict=True):
        if count and below + count >= wanted:
            if low == BEYOND_MS:
                break
            return min(low + (high - low) * (wanted - below) / count, BEYOND_MS - 0.1)
        below += count
    return BEYOND_MS


def _bounds() -> Iterator[tuple[float, float]]:
    low = 0.0
    for bound in BUCKETS_MS:
        yield low, float(bound)
        low = float(bound)
    yield low, low


def _admit(name: str, have: set[str], limit: int) -> str:
    if name in have:
        return name
    if len(have) >= limit:
        return OTHER
    have.add(name)
    return name


def _add(found: Sums, key: Key, row: list[int]) -> None:
    before = found.get(key)
    found[key] = list(row) if before is None else [a + b for a, b in zip(before, row, strict=True)]
