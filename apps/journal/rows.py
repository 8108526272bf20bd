"""Inserts many rows with few statements."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from django.db.backends.utils import CursorWrapper

ROWS_MAX = 256  # 28 columns of them stay under SQLite's 32,766 and PostgreSQL's 65,535 parameters


def insert_rows(
    cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
) -> None:
    """Inserts all rows, in statements of 256, 128, … 1 rows.

    Fewer statements than rows, because each gives up the interpreter lock to the event loop and has
    to wait for it again; powers of two, so that the database meets the same few texts and keeps
    them prepared.
    """
    start = 0
    size = ROWS_MAX
    while start < len(rows):
        while size > len(rows) - start:
            size //= 2
        values = chain.from_iterable(rows[start : start + size])
        cursor.execute(_statement(table, columns, size), list(values))
        start += size


def _statement(table: str, columns: Sequence[str], size: int) -> str:
    key = (table, size)
    if key not in _statements:
        row = f"({', '.join(['%s'] * len(columns))})"
        names = ", ".join(columns)
        _statements[key] = f"INSERT INTO {table} ({names}) VALUES {', '.join([row] * size)}"  # noqa: S608
    return _statements[key]


_statements: dict[tuple[str, int], str] = {}
