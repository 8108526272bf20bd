"""Writes many rows with few statements.

Each statement gives up the interpreter lock to the event loop and has to wait for it again: one for
64 rows is several times faster than 64. They come in powers of two, so that the database meets the
same few texts and keeps them prepared.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

IS_SQLITE = connection.vendor == "sqlite"  # asked once: the connection is looked up anew each time
ROWS_MAX = 256  # 28 columns of them stay under SQLite's 32,766 and PostgreSQL's 65,535 parameters
Rows = Sequence[Sequence[Any]]
PLACE = "?" if IS_SQLITE else "%s"


class _Here(threading.local):
    """This thread's connection: Django's proxy looks it up anew for each attribute."""

    def __init__(self) -> None:
        self.database = connections[DEFAULT_DB_ALIAS]
        self.lent: sqlite3.Connection | None = None


_here = _Here()


@contextmanager
def over(lent: sqlite3.Connection) -> Iterator[None]:
    """On this thread, meanwhile, rows are written over this connection and not over Django's."""
    _here.lent = lent
    try:
        yield
    finally:
        _here.lent = None


def is_lent() -> bool:
    """Whether rows are written here over a connection that was lent."""
    return _here.lent is not None


def insert_rows(table: str, columns: tuple[str, ...], rows: Rows) -> None:
    """Inserts the rows; each has a value for each column."""
    _execute(_insert, (table, columns), rows)


def put_rows(table: str, columns: tuple[str, ...], rows: Rows) -> None:
    """Inserts the rows, or writes them over those that are there; the first column is the key."""
    _execute(_put, (table, columns), rows)


def update_rows(table: str, columns: tuple[tuple[str, str], ...], rows: Rows, *, only: str) -> None:
    """Updates rows by id, where the condition `only` holds too; each row is (id, value, …).

    `columns` are (name, type) pairs, since PostgreSQL wants to be told what a value in a list is; the
    type `moment` is a time as `record.db_time` gives it.
    """
    _execute(_update, (table, columns, only), rows)


def delete_rows(table: str, ids: Sequence[int]) -> None:
    """Deletes rows by id."""
    _execute(_delete, (table,), [(row_id,) for row_id in ids])


def select_rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of a SELECT, whose places are written `{place}`."""
    return _run(sql.replace("{place}", PLACE), values, fetch=True)


def run_each(sql: str, rows: Rows) -> None:
    """Runs one statement, whose places are written `{place}`, with each of the rows."""
    if not rows:
        return
    sql = sql.replace("{place}", PLACE)
    if _here.lent is not None:
        _here.lent.executemany(sql, rows)
        return
    with _here.database.cursor() as cursor:
        cursor.executemany(sql.replace("?", "%s"), rows)


def _execute(statement: Callable[..., str], what: tuple[Any, ...], rows: Rows) -> None:
    for part in _parts(rows):
        _run(statement(*what, len(part), PLACE), list(chain.from_iterable(part)), fetch=False)


def _run(sql: str, values: Sequence[Any], *, fetch: bool) -> list[tuple[Any, ...]]:
    if _here.lent is not None:
        found = _here.lent.execute(sql, values)
        return found.fetchall() if fetch else []
    database = _here.database
    if IS_SQLITE:
        database.ensure_connection()
        # Past Django's cursor, which searches the whole text for placeholders each time.
        with database.wrap_database_errors:
            cursor = database.connection.execute(sql, values)
            return cursor.fetchall() if fetch else []
    with database.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if fetch else []


def _parts(rows: Rows) -> Iterator[Rows]:
    start, size = 0, ROWS_MAX
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        yield rows[start : start + size]
        start += size


# The texts below hold names of tables and columns only, never a value.


@cache
def _insert(table: str, columns: tuple[str, ...], size: int, place: str) -> str:
    row = f"({', '.join([place] * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * size)}"  # noqa: S608


@cache
def _put(table: str, columns: tuple[str, ...], size: int, place: str) -> str:
    key, *others = columns
    sets = ", ".join(f"{name} = excluded.{name}" for name in others)
    return f"{_insert(table, columns, size, place)} ON CONFLICT ({key}) DO UPDATE SET {sets}"


@cache
def _update(table: str, columns: tuple[tuple[str, str], ...], only: str, size: int, place: str) -> str:
    # SQLite names the columns of a list column1, column2, …; PostgreSQL does, too.
    moment = "text" if place == "?" else "timestamp with time zone"
    sets = ", ".join(
        f"{name} = CAST(given.column{number} AS {moment if kind == 'moment' else kind})"
        for number, (name, kind) in enumerate(columns, 2)
    )
    row = f"({', '.join([place] * (1 + len(columns)))})"
    values = ", ".join([row] * size)
    return (
        f"UPDATE {table} SET {sets} FROM (VALUES {values}) AS given "  # noqa: S608
        f"WHERE {table}.id = given.column1 AND {table}.{only}"
    )


@cache
def _delete(table: str, size: int, place: str) -> str:
    return f"DELETE FROM {table} WHERE id IN ({', '.join([place] * size)})"  # noqa: S608
