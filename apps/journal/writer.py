"""The writer: one thread a process through which every write goes, many jobs in one transaction.

Why: one commit for a group costs a tenth of a commit each (9 µs against 72 µs on SQLite), threads
never contend for SQLite's write lock, and a waiting call holds neither thread nor connection.
"""

import asyncio
import contextlib
import queue
import secrets
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from django.db import connection

from apps.journal.group import Batch, Job, Then, into, settle, tell
from apps.journal.inline import Inline

T = TypeVar("T")

WORKER_ID = secrets.token_hex(8)  # names this process in rows; random, so that no restart inherits it
GROUP_MAX = 512  # jobs in one transaction; a call brings two, its opening and its ending
STOP_S = 3.0  # for what is left when the process ends
RETRY_S = 1.0  # until a posted job that failed is tried again
LAZY_S = 0.02  # how long a job that nobody waits for may wait for company


class Writer:
    """Runs jobs inside transactions on its own thread and its own lasting connection."""

    def __init__(self) -> None:
        self._inbox: queue.SimpleQueue[list[Job] | None] = queue.SimpleQueue()
        self._turns: dict[asyncio.AbstractEventLoop, list[Job]] = {}
        self._lazy: deque[Job] = deque()
        self._lazy_timer = False
        self._working = False  # the thread has a group in hand
        self._inline = Inline() if Inline.is_possible() else None
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    def submit(self, batch: Batch, item: Any) -> "asyncio.Future[Any]":
        """Joins the next group from the event loop; the future is done after the commit."""
        loop = asyncio.get_running_loop()
        future = loop.create_future()
        self.ask(batch, item, into(future), loop)
        return future

    def ask(self, batch: Batch, item: Any, then: Then, loop: asyncio.AbstractEventLoop) -> None:
        """The same without a future: `then` hears the outcome, on the (running) loop.

        All jobs of one loop turn go over together.
        """
        turn = self._turns.get(loop)
        if turn is None:
            turn = self._turns[loop] = []
            loop.call_soon(self._hand_over, loop)
        turn.append(Job(batch, item, then, loop))

    async def run(self, work: Callable[[], T]) -> T:
        """Runs `work()` inside a group's transaction; returns its result after the commit."""
        result: T = await self.submit(_one_by_one, work)
        return result

    def call(self, work: Callable[[], T]) -> T:
        """The same for a thread without an event loop: blocks until the commit."""
        future: Future[T] = Future()
        self._send([Job(_one_by_one, work, into(future))])
        return future.result()

    def post(self, batch: Batch, item: Any, then: Then | None = None) -> None:
        """Joins a group soon, from the event loop; nobody waits for the outcome, but `then` may hear it.

        When the database is away it is tried again, for minutes.
        """
        self._lazy.append(Job(batch, item, then, asyncio.get_running_loop() if then else None, lasts=True))
        if not self._lazy_timer:
            self._lazy_timer = True
            asyncio.get_running_loop().call_later(LAZY_S, self._end_lazy)

    def stop(self) -> None:
        """Does what was handed over so far, then ends the thread and closes its connection.

        What comes afterwards, from threads that have not ended yet, is done by another one.
        """
        left = self._company(len(self._lazy))
        if left:
            self._send(left)
        with self._starting:
            thread, inbox = self._thread, self._inbox
            self._thread, self._inbox = None, queue.SimpleQueue()
        if thread is not None:
            inbox.put(None)
            thread.join(timeout=STOP_S)

    def hurry(self) -> None:
        """What was posted joins the next group now: somebody does wait for it."""
        asyncio.get_running_loop().call_soon(self._give, [])

    def _end_lazy(self) -> None:
        self._lazy_timer = False
        self._give([])

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        self._give(self._turns.pop(loop))

    def _give(self, jobs: list[Job]) -> None:
        """Commits these jobs, and the company that waits for some, here and now if possible; else there."""
        is_idle = not self._working and self._inbox.empty() and len(jobs) <= GROUP_MAX
        company = self._company(GROUP_MAX) if is_idle else []
        if is_idle and self._inline is not None and self._inline.attempt(jobs + company):
            tell(jobs + company)
        elif jobs or company or self._lazy:
            self._send(jobs + company)

    def _company(self, room: int) -> list[Job]:
        """At most so many of the jobs that nobody waits for; both threads take from them."""
        found: list[Job] = []
        with contextlib.suppress(IndexError):
            while len(found) < room:
                found.append(self._lazy.popleft())
        return found

    def _send(self, jobs: list[Job]) -> None:
        with self._starting:
            self._inbox.put(jobs)
            if self._thread is None:
                thread = threading.Thread(target=self._work, args=(self._inbox,), name="writer", daemon=True)
                thread.start()
                self._thread = thread

    def _work(self, inbox: "queue.SimpleQueue[list[Job] | None]") -> None:
        more = inbox.get()
        while more is not None:
            self._working = True
            jobs = more
            more = []
            while len(jobs) < GROUP_MAX and not inbox.empty():
                more = inbox.get()
                if more is None:
                    break
                jobs = jobs + more
            jobs = jobs + self._company(GROUP_MAX - len(jobs))
            for start in range(0, len(jobs), GROUP_MAX):
                self._again(settle(jobs[start : start + GROUP_MAX]))
            self._working = False
            if more is not None:
                more = inbox.get()
        connection.close()

    def _again(self, jobs: list[Job]) -> None:
        """What nobody waits for is not lost with a database that is away for a while."""
        if jobs:
            timer = threading.Timer(RETRY_S, self._send, (jobs,))
            timer.daemon = True
            timer.start()


def apart(look: Callable[[], T]) -> T:
    """Looks something up that takes long, on this thread and outside any transaction: nobody waits for it."""
    try:
        return look()
    finally:
        if not connection.in_atomic_block:  # a test's own
            connection.close()


def _one_by_one(items: list[Callable[[], Any]]) -> list[Any]:
    return [item() for item in items]


writer = Writer()
