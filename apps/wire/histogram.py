"""What a latency looks like: its waits, drawn by the very code that has replies wait, counted in bars."""

from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from apps.wire.latency import drawn, total_ms, waits_ms
from apps.wire.reply import Pace

DRAWN = 2_000  # waits: the shape is plain with so many, and they take some milliseconds
BARS = 32
_ALL_BUT = 0.985  # the share of the waits that is shown: a long tail would make one bar of everything else


class Histogram(NamedTuple):
    """Of one kind of wait: shares from 0 to 1 of the highest bar, all as wide, from 0 ms on."""

    bars: tuple[float, ...]
    until_ms: float  # where the last bar ends
    median_ms: float
    p95_ms: float


@lru_cache(maxsize=128)
def waits_shown(pace: Pace) -> dict[str, Histogram]:
    """{"first", and "token" or "total"}: how long a reply with that pace waits for what."""
    if not pace.spread:
        return {"first": counted([pace.first_token_ms]), "token": counted([pace.token_ms])}
    paces = [drawn(pace, seed) for seed in range(1, DRAWN + 1)]
    first = counted([one.first_token_ms for one in paces])
    totals = [total for one in paces if (total := total_ms(one)) is not None]
    if totals:
        return {"first": first, "total": counted(totals)}
    spread = waits_ms(paces[0])
    waits = [paces[0].token_ms] if spread is None else list(islice(spread, DRAWN))
    return {"first": first, "token": counted(waits)}


def counted(waits: Sequence[float]) -> Histogram:
    """The waits, counted by how long they are; the longest of them fall into the last bar."""
    ordered = sorted(waits)
    shown = _at(ordered, _ALL_BUT)
    # Room behind a wait that is always the same: it stands in the middle, not at the edge.
    until = (shown * 2 if ordered[0] == ordered[-1] else shown) or 1.0
    counts = [0] * BARS
    for wait in ordered:
        counts[min(BARS - 1, int(wait / until * BARS))] += 1
    highest = max(counts)
    return Histogram(tuple(count / highest for count in counts), until, _at(ordered, 0.5), _at(ordered, 0.95))


def _at(ordered: Sequence[float], share: float) -> float:
    return float(ordered[min(len(ordered) - 1, int(len(ordered) * share))])
