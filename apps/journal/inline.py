"""Commits a group where it came up, on the event loop's own thread, when that cannot take long.

A group is some tens of microseconds of SQLite and no wait for the disk (`synchronous=NORMAL`).
Handing it to the writer's thread and back costs more than that: two switches of thread, and an
interpreter lock that both of them want. So the loop commits it itself, over a connection that never
waits. Whenever that does not work (the database is locked, a checkpoint is due, a batch wants
Django's ORM, which refuses to work on the thread of an event loop, a row is refused), nothing has been
done, and the group goes to the thread, which tells the truth of it (docs/decisions/0007).
"""

import sqlite3
from time import perf_counter

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from apps.journal import tally
from apps.journal.ended import ended
from apps.journal.group import Batch, Job, apply
from apps.journal.rows import IS_SQLITE, is_lent, over

CHECKPOINT_JOBS = 1024  # of so many, one group is the thread's, whose commits move the log into the file

_PRAGMAS = ("synchronous=NORMAL", "foreign_keys=ON", "cache_size=-16384", "wal_autocheckpoint=0")


class Heavy(Exception):
    """This would hold the event loop up."""


_plain: set[Batch] = set()


def plain(batch: Batch) -> Batch:
    """Declares a batch function that may be tried here: it changes rows and nothing else."""
    _plain.add(batch)
    return batch


def not_on_the_loop() -> None:
    """Said before what takes long: raises Heavy where it would hold up the loop; the thread then does it."""
    if is_lent():
        raise Heavy


class Inline:
    """The connection of an event loop's thread."""

    def __init__(self) -> None:
        self._database: sqlite3.Connection | None = None
        self._since_checkpoint = 0

    @staticmethod
    def is_possible() -> bool:
        """Not where a commit waits for the disk, nor where the database is another process."""
        return IS_SQLITE and settings.MOCKOPENAI_SQLITE_SYNC == "normal"

    def attempt(self, jobs: list[Job]) -> bool:
        """Whether the group is committed; if not, nothing of it is done."""
        if not {job.batch for job in jobs} <= _plain:
            return False
        self._since_checkpoint += len(jobs)
        if self._since_checkpoint > CHECKPOINT_JOBS:
            self._since_checkpoint = 0
            return False
        began_s = perf_counter()
        try:
            database = self._connected()
            database.execute("BEGIN IMMEDIATE")
            ended.begin()
        except sqlite3.Error:
            return False
        try:
            with over(database):
                apply(jobs)
            database.execute("COMMIT")
        except Exception:  # noqa: BLE001 - it happens again on the thread, which tells of it
            ended.undo()
            if database.in_transaction:
                database.execute("ROLLBACK")
            return False
        tally.on_loop.add(len(jobs), perf_counter() - began_s)
        return True

    def _connected(self) -> sqlite3.Connection:
        if self._database is None:
            name = connections[DEFAULT_DB_ALIAS].settings_dict["NAME"]
            self._database = sqlite3.connect(name, timeout=0, isolation_level=None, cached_statements=256)
            for pragma in _PRAGMAS:
                self._database.execute(f"PRAGMA {pragma}")
        return self._database
