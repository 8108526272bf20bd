"""Brings the tables up to date, once, however many processes and hosts start at the same moment."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

# Any number that others who use the same PostgreSQL are unlikely to lock by: "mockopen" as bytes.
ADVISORY_LOCK = int.from_bytes(b"mockopen", "big")


def is_up_to_date() -> bool:
    """Whether no migration is left to apply."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())


def migrate_once() -> bool:
    """Applies what is left while all others who start wait; whether there was anything to apply."""
    with _alone():
        if is_up_to_date():  # looked at under the lock: somebody else may just have done it
            return False
        call_command("migrate", interactive=False, verbosity=0)
        return True


@contextmanager
def _alone() -> Iterator[None]:
    """One process at a time. The lock is the system's or the server's: it ends with whoever held it."""
    if connection.vendor == "postgresql":
        # A connection of its own, so that nothing in a migration can let go of it.
        guard = connection.copy()
        try:
            with guard.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
            yield
        finally:
            guard.close()
    else:
        name = Path(connection.settings_dict["NAME"])
        with name.with_name(f"{name.name}.migrating").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
