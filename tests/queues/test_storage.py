"""What keeping the queues costs the calls that come meanwhile."""

from threading import Thread

import pytest

from apps.journal.writer import writer
from apps.queues.entry import Entry, read_entry
from apps.queues.models import Preset
from apps.queues.storage import STEP, Added, add

pytestmark = pytest.mark.django_db(transaction=True)

ENTRY = read_entry({"response": {"content": "x"}, "headers": {"x-a": "1"}, "x_should_retry": True})


def served_meanwhile(work: Thread) -> int:
    """How many jobs of others the writer did, one after the other, while `work` ran."""
    served = 0
    work.start()
    while work.is_alive():
        writer.call(lambda: None)
        served += 1
    return served


def test_adding_very_many_entries_keeps_no_call_waiting_for_long() -> None:
    entries: list[Entry] = [ENTRY] * 50_000
    assert served_meanwhile(Thread(target=lambda: add(caller="a", entries=entries))) > 10
    assert Preset.objects.count() == 50_000


def test_many_entries_follow_what_is_there_in_their_order() -> None:
    add(caller="b", entries=[ENTRY])
    first = add(caller="a", entries=[ENTRY] * 3)
    second = add(caller="a", entries=[ENTRY] * 600)
    assert first == Added(3, Preset.objects.get(caller="a", position=STEP).pk, 3)
    assert second == Added(600, Preset.objects.get(caller="a", position=4 * STEP).pk, 603)
    positions = Preset.objects.filter(caller="a").order_by("id").values_list("position", flat=True)
    assert list(positions) == [STEP * place for place in range(1, 604)]
