"""A group of the writer's jobs: one transaction, then one wake-up for each event loop that waits."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from enum import Enum
from typing import Any

from django.db import Error, IntegrityError, connection, transaction

Batch = Callable[[list[Any]], list[Any]]  # all items of a group at once → their results, in order

TRIES_MAX = 3
BEATEN = ("40001", "40P01")  # PostgreSQL: serialization failure, deadlock; the other transaction went on

log = logging.getLogger(__name__)


class Job:
    """One item for a batch function, and the future that learns the outcome (none when posted)."""

    __slots__ = ("batch", "error", "future", "item", "loop", "result")

    def __init__(self, batch: Batch, item: Any, future: Any = None, loop: Any = None) -> None:
        self.batch = batch
        self.item = item
        self.future = future
        self.loop: asyncio.AbstractEventLoop | None = loop
        self.result: Any = None
        self.error: Exception | None = None

    def tell(self) -> None:
        """Hands the outcome over; a future whose waiter was cancelled takes none."""
        if self.future is None:
            if self.error is not None:
                log.error("A posted job failed: %r", self.batch, exc_info=self.error)
        elif not self.future.done():
            if self.error is not None:
                self.future.set_exception(self.error)
            else:
                self.future.set_result(self.result)


def settle(jobs: list[Job]) -> None:
    """One transaction for the group, then one wake-up for each event loop that waits for it."""
    _commit(jobs)
    loops: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        if job.loop is None:
            job.tell()
        else:
            loops.setdefault(job.loop, []).append(job)
    for loop, told in loops.items():
        with contextlib.suppress(RuntimeError):  # closed: its test or command has ended, nothing waits
            loop.call_soon_threadsafe(_tell, told)


def _tell(jobs: Iterable[Job]) -> None:
    for job in jobs:
        job.tell()


class _End(Enum):
    """How one transaction ended."""

    COMMITTED = "committed"
    FAILED = "failed"  # nothing of it was written
    BEATEN = "beaten"  # the same, and it was nobody's fault: the same may work again
    UNKNOWN = "unknown"  # the connection broke during the commit: it may be written, it must not be twice


def _commit(jobs: list[Job]) -> None:
    """Runs the group; when it fails, each job alone, so that one bad job fails alone."""
    for _ in range(TRIES_MAX):
        end, error = _attempt(jobs)
        if end is not _End.BEATEN:
            break
    if end is _End.COMMITTED:
        return
    if len(jobs) == 1 or end is _End.UNKNOWN:
        for job in jobs:
            job.error = error
    else:
        for job in jobs:
            _commit([job])


def _attempt(jobs: list[Job]) -> tuple[_End, Exception | None]:
    """One transaction: how it ended, and its error."""
    used, applied = None, False
    try:
        with transaction.atomic():
            used = connection.connection
            _apply(jobs)
            applied = True
    except Exception as error:  # noqa: BLE001 - the error belongs to whoever submitted the job
        if not isinstance(error, Error):
            return _End.FAILED, error
        # Where rolling back fails, too, Django has dropped the connection and connected anew already.
        is_usable = connection.connection is used and connection.is_usable()
        if not is_usable:
            connection.close()  # the next transaction connects anew
        if getattr(error.__cause__, "sqlstate", "") in BEATEN:
            return _End.BEATEN, error
        if applied and not isinstance(error, IntegrityError):  # a constraint judged late is an answer
            return _End.UNKNOWN, error
        return _End.FAILED if is_usable else _End.BEATEN, error
    return _End.COMMITTED, None


def _apply(jobs: list[Job]) -> None:
    batches: dict[Batch, list[Job]] = {}
    for job in jobs:
        batches.setdefault(job.batch, []).append(job)
    for batch, members in batches.items():
        results = batch([job.item for job in members])
        for job, result in zip(members, results, strict=True):
            job.result = result
