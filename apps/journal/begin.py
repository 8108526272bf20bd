"""Begins the writer's transactions, in turn with other processes that write the same SQLite file.

SQLite's own way of waiting for a lock is to look again after pauses that grow to 100 ms. Beside a
process that takes the lock every few milliseconds that means seconds; looking every 2 ms means its turn.
"""

import contextlib
import sqlite3
import time
from collections.abc import Iterator

from django.db import OperationalError, connection, transaction

from apps.journal.rows import IS_SQLITE

PATIENCE_S = 20.0
LOOK_S = 0.002


@contextlib.contextmanager
def begun() -> Iterator[None]:
    """A transaction, begun; raises OperationalError when somebody else holds the lock for too long."""
    until = time.monotonic() + PATIENCE_S
    atomic = transaction.atomic()
    while True:
        try:
            if IS_SQLITE:
                _look_only()
            atomic.__enter__()
            break
        except OperationalError as error:
            if not is_locked(error) or time.monotonic() > until:
                raise
            time.sleep(LOOK_S)  # noqa: TID251 - on the thread of the writer, which has nothing else to do
    with contextlib.ExitStack() as stack:
        stack.push(atomic)
        yield


def is_locked(error: BaseException) -> bool:
    """Whether SQLite says that somebody else is writing."""
    code = getattr(error.__cause__, "sqlite_errorcode", None)
    return code is not None and code & 0xFF == sqlite3.SQLITE_BUSY


def _look_only() -> None:
    """Of this connection's waits only that for the begin can come, and that one is ours."""
    connection.ensure_connection()
    connection.connection.execute("PRAGMA busy_timeout=0")
