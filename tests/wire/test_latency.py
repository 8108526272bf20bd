"""Latency: what a spread promises it keeps, the same seed gives the same waits, and nonsense is refused."""

from itertools import islice
from random import Random
from typing import Any

import orjson
import pytest

from apps.wire.draft import DraftError, read_draft
from apps.wire.latency import NAMED, drawn, latency_of, total_ms, waits_ms, whole_ms
from apps.wire.pace import read_pace, written
from apps.wire.reply import INSTANT, Pace
from apps.wire.spread import Fixed, LogNormal, Normal, Spread, Uniform

DRAWS = 20_000
SPREAD = {
    "first_token_ms": {"normal": {"mean": 300, "sd": 50}},
    "token_ms": {"uniform": {"from": 5, "to": 9}},
}
TOTAL = {"first_token_ms": 100, "total_ms": {"lognormal": {"median": 500, "p95": 900}}}


def read(value: Any) -> Pace:
    pace, wrong = read_pace(value)
    assert not wrong
    return pace


@pytest.mark.parametrize("spread", [Fixed(20), Uniform(10, 90), Normal(300, 50), LogNormal(400, 900)])
def test_median_and_p95_of_what_is_drawn_are_those_that_are_promised(spread: Spread) -> None:
    random = Random(7)
    found = sorted(spread.draw(random) for _ in range(DRAWS))
    assert found[DRAWS // 2] == pytest.approx(spread.median_ms, rel=0.03)
    assert found[DRAWS * 95 // 100] == pytest.approx(spread.p95_ms, rel=0.03)


@pytest.mark.parametrize("value", [*NAMED, SPREAD, TOTAL, {"first_token_ms": 300, "token_ms": 20}])
def test_a_pace_is_written_back_as_it_was_read(value: Any) -> None:
    assert written(read(value)) == value
    assert read_draft({"response": {}, "pace": value}).pace == read(value)


def test_two_numbers_are_two_numbers() -> None:
    assert read({"first_token_ms": 300, "token_ms": 20}) == Pace(300, 20)
    assert read({"token_ms": None}) == INSTANT


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ("fast", "pace"),
        (5, "pace"),
        ({"total_ms": 5, "token_ms": 1}, "pace.total_ms"),
        ({"first_token_ms": 1.5}, "pace.first_token_ms"),
        ({"token_ms": {}}, "pace.token_ms"),
        ({"token_ms": {"poisson": {"mean": 1}}}, "pace.token_ms"),
        ({"token_ms": {"normal": {"mean": 1}}}, "pace.token_ms.normal"),
        ({"token_ms": {"normal": {"mean": 1, "sd": -1}}}, "pace.token_ms.normal.sd"),
        ({"token_ms": {"normal": {"mean": 60_001, "sd": 1}}}, "pace.token_ms.normal.mean"),
        ({"token_ms": {"normal": {"mean": True, "sd": 1}}}, "pace.token_ms.normal.mean"),
        ({"token_ms": {"uniform": {"from": 2, "to": 1}}}, "pace.token_ms.uniform.to"),
        ({"token_ms": {"lognormal": {"median": 0, "p95": 1}}}, "pace.token_ms.lognormal.median"),
        ({"token_ms": {"lognormal": {"median": 2, "p95": 1}}}, "pace.token_ms.lognormal.p95"),
        ({"total_ms": {"uniform": {"from": 0, "to": 600_001}}}, "pace.total_ms.uniform.to"),
    ],
)
def test_what_is_no_pace_is_refused_by_the_name_of_its_field(value: Any, field: str) -> None:
    with pytest.raises(DraftError) as caught:
        read_draft({"response": {}, "pace": value})
    assert [error["field"] for error in caught.value.errors] == [field]


def test_the_same_seed_draws_the_same_waits_and_another_one_others() -> None:
    def waits(seed: int) -> list[float]:
        pace = drawn(read(SPREAD), seed)
        return [float(pace.first_token_ms), *islice(waits_ms(pace) or (), 20)]

    assert waits(1) == waits(1) != waits(2)
    assert len(set(waits(1))) > 15
    assert drawn(read(SPREAD), 0).seed  # 0 would mean: not drawn


def test_no_wait_is_negative_nor_longer_than_is_allowed() -> None:
    random = Random(1)
    low, high = ({"token_ms": {"normal": {"mean": mean, "sd": 60_000}}} for mean in (0, 60_000))
    for value in (low, high):
        found = [latency_of(orjson.dumps(value).decode()).token_ms(random) for _ in range(100)]
        assert min(found) >= 0 and max(found) <= 60_000


def test_instant_by_name_is_instant_once_it_is_drawn_and_a_pace_of_its_own_before() -> None:
    assert read("instant") != INSTANT
    assert drawn(read("instant"), 5) == INSTANT


def test_a_whole_reply_takes_as_long_as_its_stream() -> None:
    assert whole_ms(Pace(100, 20), 5) == 200
    assert whole_ms(INSTANT, 5) == 0
    spread = drawn(read(SPREAD), 3)
    gaps = list(islice(waits_ms(spread) or (), 5))
    assert whole_ms(spread, 5) == pytest.approx(spread.first_token_ms + sum(gaps))
    assert whole_ms(spread, 100_000) == pytest.approx(700_000, rel=0.05)
    total = drawn(read(TOTAL), 3)
    assert whole_ms(total, 5) == total_ms(total)
