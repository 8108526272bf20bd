"""Histograms of latencies: drawn by the code that has replies wait, so they say what it does."""

import pytest

from apps.wire.histogram import BARS, counted, waits_shown
from apps.wire.latency import NAMED, latency_of
from apps.wire.pace import read_pace
from apps.wire.reply import Pace


@pytest.mark.parametrize("name", sorted(NAMED.keys() - {"instant"}))
def test_the_picture_of_a_name_promises_what_the_name_does(name: str) -> None:
    shown, promised = waits_shown(read_pace(name)[0]), latency_of(f'"{name}"')
    for picture, spread in ((shown["first"], promised.first), (shown["token"], promised.token)):
        assert picture.median_ms == pytest.approx(spread.median_ms, rel=0.1)
        assert picture.p95_ms == pytest.approx(spread.p95_ms, rel=0.1)
        assert len(picture.bars) == BARS
        assert max(picture.bars) == 1


def test_a_fixed_wait_is_one_bar_and_a_total_takes_the_place_of_tokens() -> None:
    fixed = waits_shown(Pace(300, 20))
    assert sorted(fixed["first"].bars)[-2:] == [0, 1]
    assert fixed["token"].median_ms == 20
    total = waits_shown(read_pace({"total_ms": {"uniform": {"from": 100, "to": 200}}})[0])
    assert total.keys() == {"first", "total"}
    assert 140 < total["total"].median_ms < 160


def test_a_long_tail_does_not_flatten_the_rest() -> None:
    shown = counted([*range(100), 1_000_000])
    assert shown.until_ms < 200
    assert sum(bar > 0.3 for bar in shown.bars) > BARS / 2
