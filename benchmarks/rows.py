"""The table of rows: what is measured, and what each figure must reach."""

from collections.abc import Awaitable, Callable

from benchmarks import dashboards, deaf, depth, journal, paced, pair, parked, rates
from benchmarks.figure import Figure, Options, Target

ROWS: dict[str, Callable[[Options], Awaitable[list[Figure]]]] = {
    "auto": rates.auto_reply,
    "stream": rates.streamed,
    "depth": depth.depth,
    "dashboards": dashboards.watched,
    "deaf": deaf.unheard,
    "parked": parked.parked,
    "paced": paced.paced,
    "pair": pair.pair,
    "journal": journal.journal,
}

TARGETS: dict[str, Target] = {
    "auto-1": Target(must=0.40, stretch=0.65),
    "auto-16": Target(must=1.0, stretch=1.6),
    "auto-64": Target(must=1.2, stretch=1.7),
    "auto-256": Target(must=1.2, stretch=2.0),
    "auto-256-p99": Target(must=60, stretch=30, unit="ms", at_most=True),
    "stream-64": Target(must=0.5, stretch=0.9),
    "depth-30000": Target(must=0.9, stretch=1.0),
    "dashboards-1": Target(must=1.0, stretch=1.5),
    "dashboards-20": Target(must=0.6, stretch=1.2),
    "deaf-memory": Target(must=40, unit="MB", at_most=True),
    "parked": Target(must=10_000, unit="calls"),
    "parked-memory": Target(must=30, stretch=16, unit="kB", at_most=True),
    "parked-threads": Target(must=0, unit="more", at_most=True),
    "answer-p50": Target(must=8, stretch=2.5, unit="ms", at_most=True),
    "answer-p99": Target(must=25, stretch=10, unit="ms", at_most=True),
    "paced-gap-p99": Target(must=40, stretch=25, unit="ms", at_most=True),
    "paced-late-p99": Target(must=5, stretch=1.5, unit="ms", at_most=True),
    "two-processes": Target(must=0, unit="wrong", at_most=True),
    "journal-first": Target(must=200, stretch=50, unit="ms", at_most=True),
    "journal-filtered": Target(must=200, stretch=50, unit="ms", at_most=True),
    "journal-text": Target(must=200, stretch=50, unit="ms", at_most=True),
}
