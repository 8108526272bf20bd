"""The writer: one thread a process through which every write goes, many jobs in one transaction.

Why: one commit for a group costs a tenth of a commit each (9 µs against 72 µs on SQLite), threads
never contend for SQLite's write lock, and a waiting call holds neither thread nor connection.
"""

import asyncio
import contextlib
import logging
import queue
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from typing import Any, TypeVar

from django.db import Error, connection, transaction

T = TypeVar("T")
Batch = Callable[[list[Any]], list[Any]]  # all items of a group at once → their results, in order

WORKER_ID = secrets.token_hex(8)  # names this process in rows; random, so that no restart inherits it
GROUP_MAX = 512  # jobs in one transaction; a call brings two, its opening and its ending
TRIES_MAX = 3
BEATEN = ("40001", "40P01")  # PostgreSQL: serialization failure, deadlock; the other transaction went on
LAZY_S = 0.02  # how long a job that nobody waits for may wait for company

log = logging.getLogger(__name__)


class _Job:
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


class Writer:
    """Runs jobs inside transactions on its own thread and its own lasting connection."""

    def __init__(self) -> None:
        self._inbox: queue.SimpleQueue[list[_Job] | None] = queue.SimpleQueue()
        self._turns: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
        self._lazy: deque[_Job] = deque()
        self._lazy_timer = False
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def submit(self, batch: Batch, item: Any) -> "asyncio.Future[Any]":
        """Joins the next group from the event loop; all jobs of one loop turn go over together."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        turn = self._turns.get(loop)
        if turn is None:
            turn = self._turns[loop] = []
            loop.call_soon(self._hand_over, loop)
        turn.append(_Job(batch, item, future, loop))
        return future

    async def run(self, work: Callable[[], T]) -> T:
        """Runs `work()` inside a group's transaction; returns its result after the commit."""
        result: T = await self.submit(_one_by_one, work)
        return result

    def call(self, work: Callable[[], T]) -> T:
        """The same for a thread without an event loop: blocks until the commit."""
        future: Future[T] = Future()
        self._send([_Job(_one_by_one, work, future)])
        return future.result()

    def post(self, batch: Batch, item: Any) -> None:
        """Joins a group soon, from the event loop; nobody waits for the outcome."""
        self._lazy.append(_Job(batch, item))
        if not self._lazy_timer:
            self._lazy_timer = True
            asyncio.get_running_loop().call_later(LAZY_S, self._end_lazy)

    def stop(self) -> None:
        """Does what is left, then ends the thread and closes its connection."""
        thread = self._thread
        if thread is not None:
            self._send([self._lazy.popleft() for _ in range(len(self._lazy))])
            self._inbox.put(None)
            thread.join(timeout=30)
            self._thread = None

    def _end_lazy(self) -> None:
        self._lazy_timer = False
        if self._lazy:
            self._send([])

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        self._send(self._turns.pop(loop))

    def _send(self, jobs: list[_Job]) -> None:
        self._inbox.put(jobs)
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
                    self._thread.start()

    def _work(self) -> None:
        more: list[_Job] | None = self._inbox.get()
        while more is not None:
            jobs = more
            more = []
            while len(jobs) < GROUP_MAX and not self._inbox.empty():
                more = self._inbox.get()
                if more is None:
                    break
                jobs = jobs + more
            while self._lazy and len(jobs) < GROUP_MAX:
                jobs.append(self._lazy.popleft())
            for start in range(0, len(jobs), GROUP_MAX):
                _settle(jobs[start : start + GROUP_MAX])
            if more is not None:
                more = self._inbox.get()
        connection.close()


def _settle(jobs: list[_Job]) -> None:
    """One transaction for the group, then one wake-up for each event loop that waits for it."""
    _commit(jobs)
    loops: dict[asyncio.AbstractEventLoop, list[_Job]] = {}
    for job in jobs:
        if job.loop is None:
            job.tell()
        else:
            loops.setdefault(job.loop, []).append(job)
    for loop, told in loops.items():
        with contextlib.suppress(RuntimeError):  # closed: its test or command has ended, nothing waits
            loop.call_soon_threadsafe(_tell, told)


def _tell(jobs: Iterable[_Job]) -> None:
    for job in jobs:
        job.tell()


def _commit(jobs: list[_Job]) -> None:
    """Runs the group; when it fails, each job alone, so that one bad job fails alone."""
    error, passes = _attempt(jobs)
    tries = 1
    while error is not None and passes and tries < TRIES_MAX:
        error, passes = _attempt(jobs)
        tries += 1
    if error is None:
        return
    if len(jobs) == 1:
        jobs[0].error = error
    else:
        for job in jobs:
            _commit([job])


def _attempt(jobs: list[_Job]) -> tuple[Exception | None, bool]:
    """One transaction: its error, and whether that is nobody's fault, so that the same may work again."""
    applied = False
    try:
        with transaction.atomic():
            _apply(jobs)
            applied = True
    except Exception as error:  # noqa: BLE001 - the error belongs to whoever submitted the job
        if not isinstance(error, Error):
            return error, False
        if not connection.is_usable():
            connection.close()  # the next transaction connects anew
            return error, not applied  # lost while it committed: it may have, and must not happen twice
        return error, getattr(error.__cause__, "sqlstate", "") in BEATEN
    return None, False


def _apply(jobs: list[_Job]) -> None:
    batches: dict[Batch, list[_Job]] = {}
    for job in jobs:
        batches.setdefault(job.batch, []).append(job)
    for batch, members in batches.items():
        results = batch([job.item for job in members])
        for job, result in zip(members, results, strict=True):
            job.result = result


def _one_by_one(items: list[Callable[[], Any]]) -> list[Any]:
    return [item() for item in items]


writer = Writer()
