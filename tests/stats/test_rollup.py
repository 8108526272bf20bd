"""Every exchange is counted exactly once: over processes, after a failure, late, or erased."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.journal.models import Exchange, State
from apps.journal.prune import erase, prune
from apps.journal.writer import writer
from apps.stats import rollup
from apps.stats.models import Late, Rollup
from apps.stats.rollup import forget, roll

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("at_once")]


def counted(span_s: int = 60) -> int:
    return sum(Rollup.objects.filter(span_s=span_s).values_list("calls", flat=True))


def test_what_has_ended_is_counted_by_minute_and_by_hour(add):
    moment = datetime(2026, 3, 1, 12, 34, 56, tzinfo=UTC)
    tokens = {"prompt_tokens": 10, "completion_tokens": 4}
    for duration_ms in (1, 2, 3, 400_000):
        add(created_at=moment, duration_ms=duration_ms, **tokens)
    add(created_at=moment, status_code=429)
    assert roll() == 5
    minute = Rollup.objects.get(span_s=60, status="2xx")
    assert minute.at == int(moment.replace(second=0).timestamp())
    assert (minute.calls, minute.prompt_tokens, minute.completion_tokens) == (4, 40, 16)
    assert (minute.le_2, minute.le_5, minute.le_inf, minute.duration_ms) == (2, 1, 1, 400_006)
    hour = Rollup.objects.get(span_s=3600, status="4xx")
    assert (hour.at, hour.calls) == (int(moment.replace(minute=0, second=0).timestamp()), 1)


def test_nothing_is_counted_twice(add):
    add()
    assert roll() == 1
    assert roll() == 0
    add()
    assert roll() == 1
    assert counted() == counted(3600) == 2


def test_of_two_processes_that_look_at_the_same_rows_one_counts_them(add):
    add()
    mine, theirs = rollup._look(), rollup._look()
    assert mine and theirs
    assert writer.call(lambda: rollup._write(theirs)) == 1
    assert writer.call(lambda: rollup._write(mine)) == 0
    assert counted() == 1


def test_a_turn_that_fails_half_way_has_counted_nothing(add, monkeypatch):
    add()
    with monkeypatch.context() as broken:
        broken.setattr(rollup, "_add", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            roll()
    assert counted() == 0
    assert roll() == 1


def test_a_call_that_ends_late_is_counted_when_it_has(add):
    waiting = add(state=State.WAITING, status_code=None)
    add()
    assert roll() == 1
    assert Late.objects.count() == 1
    assert roll() == 0
    Exchange.objects.filter(id=waiting).update(state=State.TIMED_OUT, status_code=504)
    assert roll() == 1
    assert Rollup.objects.get(span_s=60, status="5xx").calls == 1
    assert not Late.objects.exists()


def test_what_is_erased_before_its_turn_is_counted_with_its_erasure(add):
    late = add(state=State.WAITING)
    add()
    roll()
    Exchange.objects.filter(id=late).update(state=State.DELIVERED)
    for _ in range(3):
        add()
    assert prune(keep=0, days=7) == 5
    assert counted() == 5
    assert roll() == 0
    assert not Late.objects.exists()


def test_an_erasure_meanwhile_makes_the_rollup_look_again(add):
    add()
    seen = rollup._look()
    assert seen
    erase(Exchange.objects.all())
    assert writer.call(lambda: rollup._write(seen)) == 0
    assert counted() == 1


def test_more_than_one_chunk_is_counted(add, monkeypatch):
    monkeypatch.setattr(rollup, "CHUNK", 3)
    for _ in range(8):
        add()
    assert roll() == 8
    assert counted() == 8


def test_what_is_too_young_waits_for_its_turn(add, monkeypatch):
    monkeypatch.setattr(rollup, "LAG_S", 30.0)
    add()
    assert roll() == 0


def test_minutes_go_after_two_days_and_hours_after_the_setting(add, settings):
    settings.MOCKOPENAI_STATS_DAYS = 5
    now = datetime.now(UTC)
    for days in (0, 3, 6):
        add(created_at=now - timedelta(days=days))
    roll()
    writer.call(forget)
    assert counted(60) == 1
    assert counted(3600) == 2


def test_no_more_names_than_there_is_room_for(add, monkeypatch):
    monkeypatch.setattr("apps.stats.summing.CALLERS_MAX", 3)
    now = datetime.now(UTC)
    for number in range(5):
        add(caller=f"ci-{number}", created_at=now)
    roll()
    add(caller="ci-99", created_at=now)
    add(caller="ci-0", created_at=now)
    roll()
    rows = dict(Rollup.objects.filter(span_s=60).values_list("caller", "calls"))
    assert len(rows) == 4 and rows["(other)"] == 3
    assert sum(rows.values()) == 7
