"""Gathers the jobs that an event loop hands to the writer together."""

import asyncio
from collections.abc import Callable

from apps.journal.group import Job

FEW = 2  # after a group of no more, nobody is likely to follow: hand over at once
COMPANY_S = 0.002  # how long the first of many waits for the others at most


class Turn:
    """The jobs of one event loop since it last handed over.

    A group costs as much as several jobs, and under load the callers of the last group come back one
    after the other: without waiting for most of them, every other group would hold two or three.
    """

    def __init__(self, send: Callable[[list[Job]], None]) -> None:
        self._send = send
        self._jobs: list[Job] = []
        self._timer: asyncio.TimerHandle | None = None
        self._soon = False

    def add(self, job: Job, *, loop: asyncio.AbstractEventLoop, expected: int) -> None:
        """`expected`: how many the last group served."""
        self._jobs.append(job)
        if self._soon:
            return
        if expected <= FEW or len(self._jobs) * 4 >= expected * 3:
            self._soon = True
            loop.call_soon(self._hand_over)
        elif self._timer is None:
            self._timer = loop.call_later(COMPANY_S, self._hand_over)

    def _hand_over(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        jobs, self._jobs = self._jobs, []
        self._timer, self._soon = None, False
        self._send(jobs)
