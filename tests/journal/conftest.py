"""A journal with rows in it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import Field, Model

from apps.journal.models import Body, Exchange, Source, State
from apps.wire.ids import exchange_id

USUAL = {
    "caller": "ci-42",
    "endpoint": "chat.completions",
    "method": "POST",
    "path": "/v1/chat/completions",
    "state": State.DELIVERED,
    "source": Source.PRESET,
    "status_code": 200,
}
BODY_FIELDS = {"request_headers", "request_body", "reply_headers", "reply_body", "reply_extras"}


def add_exchanges(*rows: dict) -> list[str]:
    """Write exchanges with these fields, each newer than the one before; returns their ids."""
    ids, now = [exchange_id() for _ in rows], datetime.now(UTC)
    write(
        Exchange,
        (
            {**USUAL, "id": key, "created_at": now, **without(row, BODY_FIELDS)}
            for key, row in zip(ids, rows, strict=True)
        ),
    )
    bodies = ({name: row[name] for name in BODY_FIELDS & row.keys()} for row in rows)
    write(Body, ({"exchange": key, **texts} for key, texts in zip(ids, bodies, strict=True)))
    return ids


def without(row: dict, names: set[str]) -> dict:
    return {name: value for name, value in row.items() if name not in names}


def write(model: type[Model], rows: Iterable[dict]) -> None:
    """Straight into the table: with a hundred thousand rows Django's own way takes half a minute."""
    fields = {field.name: field for field in model._meta.concrete_fields}
    usual = {name: saved(field, field.get_default()) for name, field in fields.items()}
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields.values())
    places = ", ".join(["%s"] * len(fields))
    moments: dict[datetime, Any] = {}  # the same few come again and again, and are costly to spell

    def spelled(name: str, value: Any) -> Any:
        if not isinstance(value, datetime):
            return value
        if value not in moments:
            moments[value] = saved(fields[name], value)
        return moments[value]

    with connection.cursor() as cursor:
        cursor.executemany(
            f"INSERT INTO {model._meta.db_table} ({columns}) VALUES ({places})",
            [
                tuple({**usual, **{name: spelled(name, value) for name, value in row.items()}}.values())
                for row in rows
            ],
        )


def saved(field: Field, value: Any) -> Any:
    return field.get_db_prep_save(value, connection=connection)


@pytest.fixture
def add():
    """`add(caller="ci-42", state="waiting")` writes one exchange and returns its id."""
    return lambda **fields: add_exchanges(fields)[0]


@pytest.fixture
def add_many():
    """`add_many([{…}, {…}])` writes many and returns their ids."""

    def write(rows: Sequence[dict]) -> list[str]:
        return add_exchanges(*rows)

    return write
