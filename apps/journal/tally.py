"""Counts values in buckets, for whoever reads them later: an addition costs half a microsecond."""

from bisect import bisect_left
from collections.abc import Sequence


class Histogram:
    """How many values were at most each of the bounds; the last bucket has those beyond them all.

    Not locked: each is added to by one thread.
    """

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def row(self) -> list[float]:
        """The counts, then the sum of the values."""
        return [*self.counts, self.total]


GROUP_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
GROUP_JOBS = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)


class Groups:
    """The groups that one thread has committed: how long each took, how many jobs it had."""

    __slots__ = ("jobs", "seconds")

    def __init__(self) -> None:
        self.seconds = Histogram(GROUP_S)
        self.jobs = Histogram(GROUP_JOBS)

    def add(self, jobs: int, seconds: float) -> None:
        self.jobs.add(jobs)
        self.seconds.add(seconds)


on_loop = Groups()
on_thread = Groups()
