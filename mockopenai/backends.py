"""Turns the addresses of the database and of Redis into what Django and Channels want to be told."""

import contextlib
import os
import socket
import sqlite3
import tempfile
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from mockopenai import environment as env

# After 10 s of silence probes go out, every 5 s; the third without an answer ends the connection.
KEEPALIVE = {
    getattr(socket, name): value
    for name, value in {"TCP_KEEPIDLE": 10, "TCP_KEEPINTVL": 5, "TCP_KEEPCNT": 3}.items()
    if hasattr(socket, name)
}

CONNECT_S = 5


class PrivateConnection(sqlite3.Connection):
    """Makes its file for this user alone (0600) where there is none; one that is there keeps its mode.

    SQLite gives the files beside it, -wal and -shm, the same mode.
    """

    def __init__(self, database: Any, *args: Any, **options: Any) -> None:
        file = Path(database)
        if not file.exists():
            with contextlib.suppress(OSError):  # SQLite says itself what is wrong
                file.touch(mode=0o600, exist_ok=False)
        super().__init__(database, *args, **options)


def database(url: str, *, sqlite_sync: str) -> dict[str, Any]:
    """The database from DATABASE_URL; SQLite gets WAL and IMMEDIATE transactions (law 9)."""
    try:
        with warnings.catch_warnings(
            action="ignore"
        ):  # it shows all of an unknown address; we refuse it below
            found: dict[str, Any] = environ.Env.db_url_config(url)
    except (ValueError, ImproperlyConfigured):
        raise env.refuse("DATABASE_URL", url, "a database address") from None
    engine = found.get("ENGINE", "")
    if engine == "django.db.backends.sqlite3":
        found["OPTIONS"] = {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "factory": PrivateConnection,
            "init_command": (
                # A row with its texts is 3 kB: larger pages are fewer writes (a file keeps those it has).
                f"PRAGMA page_size=8192; PRAGMA journal_mode=WAL; PRAGMA synchronous={sqlite_sync.upper()};"
                "PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=1000;"
                "PRAGMA journal_size_limit=67108864"  # a log that a slow reader made large shrinks again
            ),
        }
        if found["NAME"] == ":memory:":
            raise env.refuse("DATABASE_URL", url, "a database file: each thread has a connection of its own")
        env.make_folder("DATABASE_URL", Path(found["NAME"]).parent)
        # A file, not memory: the writer is a thread of its own and needs a connection of its own.
        found["TEST"] = {"NAME": str(Path(tempfile.gettempdir(), f"mockopenai-test-{os.getpid()}.sqlite3"))}
    elif engine != "django.db.backends.postgresql":
        raise env.refuse("DATABASE_URL", url, "a sqlite:/// or postgres:// address")
    else:
        # A host that does not even refuse: else a call would wait two minutes for its 503.
        found.setdefault("OPTIONS", {}).setdefault("connect_timeout", CONNECT_S)
    found["CONN_MAX_AGE"] = 0
    return found


def unusable(error: Exception) -> str:
    """What to say, on one line, when the database cannot be used."""
    from django.conf import settings

    shown = env.without_password(settings.DATABASE_URL)
    return f"DATABASE_URL={shown!r} cannot be used: {' '.join(str(error).split())}"


def channel_layer(url: str) -> dict[str, Any]:
    """In memory, or Redis pub/sub, which survives a restart of Redis (the core layer does not)."""
    if not url:
        return {"BACKEND": "channels.layers.InMemoryChannelLayer"}
    if not _is_redis(url):
        raise env.refuse("REDIS_URL", url, "a redis:// address")
    host = {
        "address": url,
        # A subscriber waits for ever; a timeout would end its idle receive.
        "socket_timeout": None,
        # But a host that does not answer any more is noticed.
        "socket_connect_timeout": 2,
        "socket_keepalive": True,
        "socket_keepalive_options": KEEPALIVE,
    }
    return {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [host], "prefix": "mockopenai"},
    }


def _is_redis(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("redis", "rediss", "unix") and (parts.port or 0) >= 0
    except ValueError:  # its port is no number
        return False
