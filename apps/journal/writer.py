"""The writer: one thread a process through which every write goes, many calls in one transaction.

Why: one commit for a group costs a tenth of a commit each (9 µs against 72 µs on SQLite), two
threads never contend for SQLite's write lock, and a waiting call holds no connection.
"""

import asyncio
import logging
import queue
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

T = TypeVar("T")
I = TypeVar("I")  # noqa: E741 - the item of a batch

WORKER_ID = secrets.token_hex(8)  # names this process in rows; random, so that no restart inherits it
GROUP_MAX = 256
LAZY_S = 0.02  # how long a job that nobody waits for may wait for company

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Job:
    """One piece of work: `batch(items)` for all jobs of a group that share the batch function."""

    batch: Callable[[list[Any]], list[Any]]
    item: Any
    done: Callable[[Any, BaseException | None], None] | None = None
    outcome: Any = None
    error: BaseException | None = field(default=None)


def _one_by_one(items: list[Callable[[], Any]]) -> list[Any]:
    return [item() for item in items]
