"""Buckets: how much of a limit is used up.

A bucket is as large as its limit and flows back evenly, so that one number says how full it was at one
moment (GCRA). A group of calls reads all of its buckets with one SELECT and writes them with one statement,
in the writer's transaction: they are right over any number of processes, and after a restart.
"""

import time
from collections.abc import Sequence
from typing import NamedTuple

from apps.faults.models import Bucket
from apps.journal.rows import put_rows, select_rows
from apps.wire.rate_limit import Level

FULL_S = 60  # until whatever was used of a bucket has flowed back
FORGET_S = 86_400  # a bucket that nobody has touched for so long is full again

_TABLE = Bucket._meta.db_table
_COLUMNS = ("name", "used", "at")


class Pot(NamedTuple):
    """A bucket by name, and the limit that it is of."""

    name: str
    kind: str
    limit: int


class Buckets:
    """The buckets of a group of calls, as of now; what was taken is written at the end, all at once."""

    def __init__(self, needed: Sequence[Pot]) -> None:
        self._now = time.time()
        names = sorted({pot.name for pot in needed})
        self._known: dict[str, tuple[float, float]] = {
            name: (used, at) for name, used, at in (_read(names) if names else ())
        }
        self._used: dict[str, float] = {}  # as of now
        self._changed: set[str] = set()

    def level(self, pot: Pot) -> Level:
        """How full it is."""
        used = self._used.get(pot.name)
        if used is None:
            before, at = self._known.get(pot.name, (0.0, self._now))
            used = self._used[pot.name] = flown_back(before, self._now - at, pot.limit)
        return Level(pot.kind, pot.limit, used)

    def add(self, pot: Pot, amount: int) -> None:
        """Takes so much out of it, or puts it back."""
        self._used[pot.name] = max(0.0, self.level(pot).used + amount)
        self._changed.add(pot.name)

    def write(self) -> None:
        rows = [(name, self._used[name], self._moment(name)) for name in sorted(self._changed)]
        put_rows(_TABLE, _COLUMNS, rows)

    def _moment(self, name: str) -> float:
        """Now, or what another machine's clock has said before: between the two nothing flows back twice.

        What lies further ahead was written before a clock was set right.
        """
        _, at = self._known.get(name, (0.0, self._now))
        return at if self._now < at <= self._now + FULL_S else self._now


def _read(names: Sequence[str]) -> list[tuple[str, float, float]]:
    places = ", ".join(["{place}"] * len(names))
    sql = f"SELECT {', '.join(_COLUMNS)} FROM {_TABLE} WHERE name IN ({places})"  # noqa: S608
    return [(name, used, at) for name, used, at in select_rows(sql, names)]


def flown_back(used: float, seconds: float, limit: int) -> float:
    """What is still used of it after so long; a clock that goes back gives nothing back."""
    return max(0.0, used - max(0.0, seconds) * limit / 60)


def forget() -> int:
    """Deletes the buckets that nobody needs any more; in the writer's transaction."""
    deleted, _ = Bucket.objects.filter(at__lt=time.time() - FORGET_S).delete()
    return deleted
