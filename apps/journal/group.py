"""A group of the writer's jobs: one transaction, then one wake-up for each event loop that waits."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Iterable
from enum import Enum
from time import perf_counter
from typing import Any

from django.db import Error, IntegrityError, connection

from apps.journal import tally
from apps.journal.begin import begun, is_locked
from apps.journal.ended import ended

Batch = Callable[[list[Any]], list[Any]]  # all items of a group at once → their results, in order

TRIES_MAX = 3
TRIES_AGAIN_MAX = 120  # of a job that lasts, a second or more apart
# PostgreSQL: serialization failure, deadlock, what a row names has gone; the other transaction went on.
BEATEN = ("40001", "40P01", "23503")

log = logging.getLogger(__name__)


Then = Callable[[Any, Exception | None], None]  # hears a job's result, or its error


class Job:
    """One item for a batch function, and who hears of the outcome (nobody when it was posted).

    `loop` is where `then` has to be called; None: on whatever thread did the work. A job that `lasts` is
    not over when the database was away: it is tried again, and nobody hears of it until then.
    """

    __slots__ = ("batch", "error", "item", "lasts", "loop", "result", "then", "tries")

    def __init__(
        self, batch: Batch, item: Any, then: Then | None = None, loop: Any = None, *, lasts: bool = False
    ) -> None:
        self.batch = batch
        self.item = item
        self.then = then
        self.lasts = lasts
        self.loop: asyncio.AbstractEventLoop | None = loop
        self.result: Any = None
        self.error: Exception | None = None
        self.tries = 0

    def begin_again(self) -> bool:
        """Whether it is to be tried again, with its error forgotten."""
        if not self.lasts or not isinstance(self.error, Error) or self.tries >= TRIES_AGAIN_MAX:
            return False
        self.error = None
        self.tries += 1
        return True

    def tell(self) -> None:
        """Hands the outcome over."""
        if self.then is not None:
            self.then(self.result, self.error)
        elif self.error is not None:
            log.error("A posted job failed: %r", self.batch, exc_info=self.error)


def into(future: Any) -> Then:
    """Hands the outcome to a future; one whose waiter was cancelled takes none."""

    def then(result: Any, error: Exception | None) -> None:
        if future.done():
            return
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(result)

    return then


def settle(jobs: list[Job]) -> list[Job]:
    """One transaction for the group, then one wake-up for each event loop that waits for it.

    Returns the jobs that are to be tried again.
    """
    began_s = perf_counter()
    _commit(jobs)
    tally.on_thread.add(len(jobs), perf_counter() - began_s)
    again: list[Job] = []
    loops: dict[asyncio.AbstractEventLoop, list[Job]] = {}
    for job in jobs:
        if job.begin_again():
            again.append(job)
        elif job.loop is None:
            tell([job])
        else:
            loops.setdefault(job.loop, []).append(job)
    for loop, told in loops.items():
        with contextlib.suppress(RuntimeError):  # closed: its test or command has ended, nothing waits
            loop.call_soon_threadsafe(tell, told)
    return again


def tell(jobs: Iterable[Job]) -> None:
    """Hands over what became of each job."""
    for job in jobs:
        try:
            job.tell()
        except Exception:
            log.exception("Hearing of %r failed.", job.batch)


class _End(Enum):
    """How one transaction ended."""

    COMMITTED = "committed"
    FAILED = "failed"  # nothing of it was written
    BEATEN = "beaten"  # the same, and it was nobody's fault: the same may work again
    NOT_BEGUN = "not begun"  # somebody else wrote for too long, or the database cannot be reached
    UNKNOWN = "unknown"  # the connection broke during the commit: it may be written, it must not be twice


def _commit(jobs: list[Job]) -> None:
    """Runs the group; when it fails, each job alone, so that one bad job fails alone."""
    for _ in range(TRIES_MAX):
        end, error = _attempt(jobs)
        if end is not _End.BEATEN:
            break
    if end is _End.COMMITTED:
        return
    if len(jobs) == 1 or end in (_End.UNKNOWN, _End.NOT_BEGUN):
        for job in jobs:
            job.error = error
    else:
        for job in jobs:
            _commit([job])


def _attempt(jobs: list[Job]) -> tuple[_End, Exception | None]:
    """One transaction: how it ended, and its error."""
    used, applied = None, False
    try:
        with begun():
            used = connection.connection
            ended.begin()
            _apply(jobs)
            applied = True
    except Exception as error:  # noqa: BLE001 - the error belongs to whoever submitted the job
        if used is not None:
            ended.undo()  # where it was the commit that failed
        if not isinstance(error, Error):
            return _End.FAILED, error
        if used is None and (is_locked(error) or connection.connection is None):
            return _End.NOT_BEGUN, error  # to ask again for each job would take as long each time
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
    """The same; where it fails, what remembers rows hears of it before anybody else can write."""
    try:
        apply(jobs)
    except Exception:
        ended.undo()
        raise


def apply(jobs: list[Job]) -> None:
    """Runs each batch function once, with all of its items. In a transaction."""
    batches: dict[Batch, list[Job]] = {}
    for job in jobs:
        batches.setdefault(job.batch, []).append(job)
    for batch, members in batches.items():
        results = batch([job.item for job in members])
        for job, result in zip(members, results, strict=True):
            job.result = result
