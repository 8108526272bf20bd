"""The figures say what happened, rolled up or not yet, and what it would have cost."""

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from apps.journal.models import State
from apps.stats import rollup
from apps.stats.figures import figures
from apps.stats.models import Price, Rollup
from apps.stats.prices import Rate, cost_usd, rate_of
from apps.stats.rollup import roll
from apps.stats.shown import plain, took
from apps.stats.span import SpanError, read_span
from apps.stats.summing import percentile_ms

RATES = {"gpt-4o": Rate(Decimal("2.5"), Decimal(10)), "gpt-4o-mini": Rate(Decimal("0.15"), Decimal("0.6"))}


@pytest.mark.django_db(transaction=True)
def test_the_same_figures_before_and_after_the_rollup(add, monkeypatch):
    Price.objects.all().delete()
    Price.objects.create(model="gpt-4o", input_usd=2, output_usd=10, as_of=date(2026, 3, 1))
    add(prompt_tokens=1_000_000, completion_tokens=500_000)
    add(caller="dev", model="my-own", status_code=500, prompt_tokens=7, completion_tokens=0)
    add(state=State.WAITING)
    span = read_span({"span": "15m"})
    before = figures(span)
    monkeypatch.setattr(rollup, "LAG_S", -5)
    assert roll() == 2
    assert figures(span) == before
    assert before["totals"]["calls"] == 2
    assert before["totals"]["cost_usd"] == 7
    assert before["totals"]["unpriced_tokens"] == 7
    assert {one["name"]: one["cost_usd"] for one in before["models"]} == {"gpt-4o": 7.0, "my-own": None}
    assert {one["name"]: one["calls"] for one in before["statuses"]} == {"2xx": 1, "5xx": 1}
    assert {one["name"] for one in before["callers"]} == {"ci-42", "dev"}
    assert sum(before["series"]["2xx"]) == sum(before["series"]["5xx"]) == 1
    assert len(before["series"]["p95_ms"]) == len(before["series"]["at"]) in (15, 16)  # 15: at a full minute


@pytest.mark.django_db(transaction=True)
def test_a_span_of_days_is_read_by_the_hour(add, at_once):
    add(created_at=datetime.now(UTC) - timedelta(days=3))
    add()
    roll()
    assert figures(read_span({"span": "24h"}))["totals"]["calls"] == 1
    week = figures(read_span({"span": "7d"}))
    assert week["totals"]["calls"] == 2
    assert week["step_s"] == 3600


@pytest.mark.django_db(transaction=True)
def test_the_top_callers_and_all_others_in_one_row(add):
    for number in range(25):
        add(caller=f"ci-{number}")
    add(caller="ci-7")
    callers = figures(read_span({"span": "15m"}))["callers"]
    assert callers[0]["name"] == "ci-7" and callers[0]["calls"] == 2
    assert len(callers) == 21
    assert (callers[-1]["name"], callers[-1]["calls"]) == (None, 5)


@pytest.mark.django_db(transaction=True)
def test_seven_days_of_rollups_are_told_in_a_moment():
    now = int(time.time())
    now -= now % 3600
    Rollup.objects.bulk_create(
        [
            Rollup(
                span_s=3600,
                at=now - hour * 3600,
                model=f"m{number % 4}",
                caller=f"c{number}",
                status="2xx",
                calls=5,
                le_5=5,
            )
            for hour in range(168)
            for number in range(40)
        ],
        batch_size=1000,
    )
    span = read_span({"span": "7d"})
    took_s = []
    for _ in range(3):
        began = time.process_time()
        assert figures(span)["totals"]["calls"] == 168 * 40 * 5
        took_s.append(time.process_time() - began)
    assert min(took_s) < 0.2


@pytest.mark.parametrize(
    ("model", "known"),
    [
        ("gpt-4o", "gpt-4o"),
        ("gpt-4o-2024-08-06", "gpt-4o"),
        ("gpt-4o-mini-2024-07-18", "gpt-4o-mini"),
        ("gpt-4o-latest", "gpt-4o"),
        ("gpt-4o-audio-preview", None),
        ("ft:gpt-4o:me", None),
        ("", None),
    ],
)
def test_a_version_costs_what_its_model_does(model, known):
    assert rate_of(model, RATES) == (RATES[known] if known else None)


def test_tokens_cost_their_price_for_a_million():
    assert cost_usd(RATES["gpt-4o"], 1000, 100) == pytest.approx(0.0035)
    assert cost_usd(None, 1000, 100) is None


def test_percentiles_lie_within_their_bucket():
    buckets = [0] * 16
    assert percentile_ms(buckets, 0.5) is None
    buckets[3] = 100  # 10 to 20 ms
    assert percentile_ms(buckets, 0.5) == 15
    assert percentile_ms(buckets, 1.0) == 20
    buckets[15] = 900
    assert percentile_ms(buckets, 0.99) == 120_000


def test_what_took_longer_than_the_last_bucket_says_so_and_nothing_else_does():
    assert took(percentile_ms([0] * 15 + [2], 0.5)) == "over 2 min"
    assert took(percentile_ms([0] * 14 + [1, 1], 0.5)) == "120 s"  # of those two one is within it
    assert took(percentile_ms([0] * 14 + [1, 1], 0.95)) == "over 2 min"


def test_spans_begin_at_a_step():
    span = read_span({"span": "1h"}, now=1_800_000_123)
    assert (span.step_s, span.since % 60, span.until) == (60, 0, 1_800_000_123)
    assert 3600 <= span.until - span.since < 3660
    custom = read_span({"since": "2027-01-15T00:00", "until": "2027-01-15T05:00:00Z"}, now=1_800_000_123)
    assert (custom.name, custom.span_s, custom.step_s, len(custom.starts)) == ("custom", 60, 300, 60)


@pytest.mark.parametrize(
    "params",
    [
        {"span": "2h"},
        {"since": "yesterday"},
        {"since": "200", "until": "100"},
        {"since": "1"},
        {"since": "99999999999"},
        {"since": "0001-01-01"},
        {"since": "9999-12-31T23:59:59-12:00"},
    ],
)
def test_a_span_that_is_none_is_refused(params):
    with pytest.raises(SpanError):
        read_span(params, now=1_800_000_000)


@pytest.mark.parametrize(
    ("number", "text"),
    [("30.0000", "30"), ("120", "120"), ("0.1500", "0.15"), ("0", "0"), ("600.0001", "600.0001")],
)
def test_a_price_is_written_as_people_write_one(number, text):
    assert plain(Decimal(number)) == text


@pytest.mark.django_db
def test_the_prices_of_the_start_say_of_when_they_are_and_that_they_are_to_be_checked():
    for price in Price.objects.all():
        assert price.as_of.year >= 2025
        assert "checked" in price.source
        assert 0 <= price.input_usd <= 1000 and 0 <= price.output_usd <= 1000
