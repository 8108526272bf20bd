"""A journal with rows in it, and rollups that do not lag behind."""

from collections.abc import Callable

import pytest

from apps.stats import rollup
from tests.journal.conftest import add_exchanges


@pytest.fixture
def add() -> Callable[..., str]:
    """`add(caller="ci-7")` writes one exchange that has ended, and returns its id."""
    return lambda **fields: add_exchanges({"model": "gpt-4o", "duration_ms": 3, **fields})[0]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has ended is rolled up at once."""
    monkeypatch.setattr(rollup, "LAG_S", -5)
