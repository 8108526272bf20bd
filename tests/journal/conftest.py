"""A journal with rows in it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from apps.journal.models import Body, Exchange, Source, State
from apps.wire.ids import exchange_id

BODY_FIELDS = {"request_headers", "request_body", "reply_headers", "reply_body", "reply_extras"}


def add_exchanges(*rows: dict) -> list[str]:
    """Write exchanges with these fields, each newer than the one before; returns their ids."""
    exchanges, bodies = [], []
    for row in rows:
        texts = {name: row[name] for name in BODY_FIELDS & row.keys()}
        fields = {
            "id": exchange_id(),
            "caller": "ci-42",
            "endpoint": "chat.completions",
            "method": "POST",
            "path": "/v1/chat/completions",
            "state": State.DELIVERED,
            "source": Source.PRESET,
            "status_code": 200,
            "created_at": datetime.now(UTC),
            **{name: value for name, value in row.items() if name not in BODY_FIELDS},
        }
        exchanges.append(Exchange(**fields))
        bodies.append(Body(exchange_id=fields["id"], **texts))
    Exchange.objects.bulk_create(exchanges, batch_size=500)
    Body.objects.bulk_create(bodies, batch_size=500)
    return [exchange.id for exchange in exchanges]


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
