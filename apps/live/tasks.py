"""Starts background tasks that are kept until they end, their errors logged."""

import asyncio
import logging
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError

from apps.live.outage import DATABASE

T = TypeVar("T")

LEAVE_S = 10.0

log = logging.getLogger(__name__)
_running: set[asyncio.Task[Any]] = set()


def spawn(coro: Coroutine[Any, Any, T], *, name: str) -> asyncio.Task[T]:
    """Run `coro` beside the caller; the loop itself only keeps weak references to its tasks."""
    task = asyncio.create_task(coro, name=name)  # noqa: TID251 - this is the place that keeps it
    _running.add(task)
    task.add_done_callback(_ended)
    return task


def _ended(task: asyncio.Task[Any]) -> None:
    _running.discard(task)
    error = None if task.cancelled() else task.exception()
    if isinstance(error, (OperationalError, InterfaceError)):
        DATABASE.met(error)  # once, however many tasks it has ended
    elif error:
        log.error("The task %s failed.", task.get_name(), exc_info=error)


def leave() -> None:
    """Waits until what a command has published is sent: one that just ends takes the way to Redis with it."""
    for thread in threading.enumerate():
        if thread.name == "live":  # see `live.events.publish`
            thread.join(LEAVE_S)
