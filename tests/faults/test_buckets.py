"""Buckets over clocks that differ: of two machines, or of one that is set back."""

import time

import pytest

from apps.faults.buckets import Buckets, Pot
from apps.journal.writer import writer

POT = Pot("1/requests/a", "requests", 60)


@pytest.mark.django_db(transaction=True)
def test_clocks_that_differ_give_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    now_s = time.time()

    def taken(at_s: float) -> float:
        monkeypatch.setattr("apps.faults.buckets.time.time", lambda: at_s)

        def work() -> float:
            buckets = Buckets([POT])
            buckets.add(POT, 1)
            buckets.write()
            return buckets.level(POT).used

        return writer.call(work)

    used = [taken(now_s - (5 if turn % 2 else 0)) for turn in range(10)]
    assert used == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
