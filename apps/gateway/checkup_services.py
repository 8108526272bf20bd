"""Looks at what a deployment stands on: database, Redis, the processes that serve."""

import contextlib
import platform
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime

import django
import redis
from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from apps.desk.models import Worker
from apps.desk.workers import LEASE_S, living
from apps.gateway.finding import Finding, error, ok, warning
from apps.journal.rows import IS_SQLITE

CLOCK_S = 2.0
REDIS_MIN = (6, 0)
POSTGRES_MIN = 13
TIMEOUT_S = 3.0


def service_findings() -> Iterator[Finding]:
    yield ok(
        "versions",
        f"mockopenai {settings.VERSION}, Django {django.__version__}, Python {platform.python_version()}.",
    )
    found = _database()
    yield found
    if found.level == "ok":
        yield _migrated()
        yield _write_ahead() if IS_SQLITE else _postgres()
        if not IS_SQLITE:
            yield _encoding()
            yield _clock()
        with contextlib.suppress(Error):  # its tables are missing: told above
            yield from _workers()
    yield _redis()


def _database() -> Finding:
    if not IS_SQLITE:
        connection.settings_dict.setdefault("OPTIONS", {})["connect_timeout"] = round(TIMEOUT_S)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error as problem:
        return error(
            "database",
            f"The database cannot be used: {' '.join(str(problem).split())}",
            why="Every call is written to it before it is answered.",
            mend="See DATABASE_URL, and that the server which it names runs and lets this user in.",
        )
    return ok("database", f"The database answers ({connection.vendor}).")


def _migrated() -> Finding:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if not plan:
        return ok("migrations", "The tables are those of this version.")
    return error(
        "migrations",
        f"{len(plan)} migrations are missing.",
        why="The server refuses to start.",
        mend="Run manage.py migrate.",
    )


def _write_ahead() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
    told = f"SQLite {sqlite3.sqlite_version}, journal mode {mode}."
    if mode == "wal":
        return ok("sqlite", told)
    return error(
        "sqlite",
        told,
        why="Without a write-ahead log whoever reads stands in the way of whoever writes.",
        mend="Keep the file on a local disk: a network file system cannot have a write-ahead log.",
    )


def _postgres() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        version = int(cursor.fetchone()[0]) // 10_000
    if version >= POSTGRES_MIN:
        return ok("postgresql", f"PostgreSQL {version}.")
    return error(
        "postgresql",
        f"PostgreSQL {version} is too old.",
        why="Django does not support it.",
        mend=f"Use {POSTGRES_MIN} or newer.",
    )


def _encoding() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_encoding")
        encoding = str(cursor.fetchone()[0])
    if encoding == "UTF8":
        return ok("encoding", "The database holds texts in UTF-8.")
    return error(
        "encoding",
        f"The database holds texts in {encoding}.",
        why="Texts are refused that it has no letters for, or their bytes are counted, not their letters.",
        mend="Dump it, make it anew with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and restore.",
    )


def _clock() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        apart_s = abs((datetime.now(UTC) - cursor.fetchone()[0]).total_seconds())
    told = f"The clocks of this host and of the database are {apart_s:.1f} s apart."
    if apart_s < CLOCK_S:
        return ok("clock", told)
    kind = error if apart_s > LEASE_S / 2 else warning
    return kind(
        "clock",
        told,
        why=f"A process whose sign of life is {LEASE_S} s old is taken for dead; deadlines are moments, too.",
        mend="Have both follow the same time server (chrony, systemd-timesyncd).",
    )


def _workers() -> Iterator[Finding]:
    alive = living()
    dead = Worker.objects.count() - len(alive)
    if alive:
        named = ", ".join(f"{one.host}:{one.pid}" for one in alive)
        yield ok("workers", f"{len(alive)} serve on this database: {named}.")
    else:
        yield ok("workers", "No process serves on this database now.")
    if dead and not alive:
        yield warning(
            "dead_workers",
            f"{dead} ended without a word.",
            why="What their callers waited for is open until somebody settles it.",
            mend="Start the server: it does so first. And look into its log for why they ended.",
        )
    if len(alive) > 1 and not settings.REDIS_URL:
        yield error(
            "redis_missing",
            f"{len(alive)} processes serve, and there is no Redis.",
            why="Dashboards of one do not hear of the other's calls, and answers between them are late.",
            mend="Set REDIS_URL for all of them, or stop all but one.",
        )


def _redis() -> Finding:
    if not settings.REDIS_URL:
        return ok("redis", "None is set: events stay within one process.")
    try:
        with redis.Redis.from_url(
            settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
        ) as client:
            version = str(client.info("server")["redis_version"])
    except (redis.RedisError, OSError, KeyError, ValueError) as problem:
        return error(
            "redis",
            f"Redis cannot be used: {' '.join(str(problem).split())}",
            why="Dashboards hear nothing of other processes, and answers reach them late.",
            mend="See REDIS_URL, and that the server which it names runs and lets us in.",
        )
    if tuple(int(part) for part in version.split(".")[:2] if part.isdigit()) >= REDIS_MIN:
        return ok("redis", f"Redis {version} answers.")
    return error(
        "redis",
        f"Redis {version} is too old.",
        why="It lacks what the channel layer uses.",
        mend="Use 6 or newer.",
    )
