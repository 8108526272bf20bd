"""What keeping the queues costs the calls that come meanwhile."""

import time
from threading import Thread

import pytest

from apps.journal.writer import writer
from apps.queues.entry import Entry, read_entry
from apps.queues.models import Preset
from apps.queues.storage import STEP, Added, add

pytestmark = pytest.mark.django_db(transaction=True)

ENTRY = read_entry({"response": {"content": "x"}, "headers": {"x-a": "1"}, "x_should_retry": True})


def longest_wait_s(work: Thread) -> float:
    """How long the writer kept another job waiting while `work` ran."""
    longest = 0.0
    work.start()
    while work.is_alive():
        began = time.perf_counter()
        writer.call(lambda: None)
        longest = max(longest, time.perf_counter() - began)
    return longest


def test_adding_very_many_entries_keeps_no_call_waiting_for_long() -> None:
    entries: list[Entry] = [ENTRY] * 50_000
    assert longest_wait_s(Thread(target=lambda: add(caller="a", entries=entries))) < 1
    assert Preset.objects.count() == 50_000


def test_many_entries_follow_what_is_there_in_their_order() -> None:
    add(caller="b", entries=[ENTRY])
    first = add(caller="a", entries=[ENTRY] * 3)
    second = add(caller="a", entries=[ENTRY] * 600)
    assert first == Added(3, Preset.objects.get(caller="a", position=STEP).pk, 3)
    assert second == Added(600, Preset.objects.get(caller="a", position=4 * STEP).pk, 603)
    positions = Preset.objects.filter(caller="a").order_by("id").values_list("position", flat=True)
    assert list(positions) == [STEP * place for place in range(1, 604)]
