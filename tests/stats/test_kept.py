"""Counters are the sum of all processes that a host has had, and never go backwards."""

from datetime import timedelta

import orjson
import pytest
from django.utils import timezone

from apps.journal.writer import writer
from apps.stats import kept as module
from apps.stats.counted import added, count_call, counts
from apps.stats.kept import HOST, fold, kept
from apps.stats.models import Counted

pytestmark = pytest.mark.django_db(transaction=True)
KEY = "ended\x1fchat.completions\x1fgone"


def other(worker: str, number: int, *, age: timedelta = timedelta(), pid: int = 1, host: str = HOST) -> None:
    Counted.objects.create(
        host=host,
        worker=worker,
        pid=pid,
        at=timezone.now() - age,
        counts=orjson.dumps({KEY: [number]}).decode(),
    )


def gone() -> float:
    return writer.call(kept).counts.get(KEY, [0])[0]


def test_living_and_dead_processes_of_this_host_are_added_up():
    other("living", 3)
    other("dead", 4, age=timedelta(minutes=5))
    other("elsewhere", 100, host="another")
    assert gone() == 7
    assert len(writer.call(kept).workers) == 2  # the living one, and this one


def test_what_is_long_gone_is_folded_into_one_row_and_still_counts(monkeypatch):
    monkeypatch.setattr(module, "_is_alive", lambda pid: pid == 1)
    for number in range(3):
        other(f"old{number}", number, age=timedelta(hours=2), pid=2)
    other("sleeping", 10, age=timedelta(hours=2), pid=1)
    for _ in range(2):
        writer.call(fold)
        assert gone() == 13
    assert set(Counted.objects.values_list("worker", flat=True)) >= {"past", "sleeping"}
    assert not Counted.objects.filter(worker__startswith="old").exists()


def test_a_host_of_which_nothing_is_heard_is_forgotten_in_the_end():
    other("elsewhere", 1, host="another", age=timedelta(days=8))
    writer.call(fold)
    assert not Counted.objects.filter(host="another").exists()


def test_what_is_counted_here_is_told_once_it_is_written():
    before = writer.call(kept).counts
    count_call("chat.completions", 299, "preset", 0.002)
    key = "calls\x1fchat.completions\x1f299\x1fpreset"
    after = writer.call(kept).counts
    assert key not in before
    assert sum(after[key][:-1]) == 1
    assert counts()[key] == after[key]


def test_counts_of_another_version_begin_anew():
    assert added([{"a": [1, 2]}, {"a": [1, 2, 3]}, {"b": [5]}]) == {"a": [1, 2, 3], "b": [5]}
