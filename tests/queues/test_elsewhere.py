"""Where presets lie, and what it costs to say so."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from apps.queues.elsewhere import COUNT_MAX, first_queues
from apps.queues.entry import read_entry
from apps.queues.models import Preset
from apps.queues.storage import STEP, add
from tests.callers import callers
from tests.conftest import Server, start_server
from tests.databases import KINDS, fresh

ENTRY = read_entry({"response": {"content": "x"}})


@pytest.mark.django_db(transaction=True)
def test_it_names_the_first_queues_that_hold_something_and_how_much() -> None:
    for caller, count in (("b", 2), ("a", 3), ("d", 4), ("spent", 1), ("c", 1)):
        add(caller=caller, entries=[ENTRY] * count)
    Preset.objects.filter(caller="spent").update(uses=0)
    Preset.objects.filter(caller="c").update(uses=None)
    Preset.objects.filter(caller="b", position=STEP).update(uses=0)
    assert first_queues(9) == [("d", "4"), ("a", "3"), ("b", "1"), ("c", "1")]
    assert first_queues(2) == [("a", "3"), ("b", "1")]


@pytest.mark.django_db(transaction=True)
def test_without_presets_there_is_nowhere() -> None:
    assert first_queues(9) == []


@pytest.mark.django_db(transaction=True)
def test_it_does_not_read_a_queue_to_its_end() -> None:
    for caller in "abcdefgh":
        add(caller=caller, entries=[ENTRY] * 10_000)
    add(caller="few", entries=[ENTRY] * COUNT_MAX)
    took_s = []
    for _ in range(5):
        began = time.process_time()  # its own: the machine may be busy with something else
        for _ in range(20):
            found = first_queues(7)
        took_s.append(time.process_time() - began)
    assert min(took_s) < 0.1
    assert found == [(caller, f"{COUNT_MAX}+") for caller in "abcdef"] + [("few", str(COUNT_MAX))]


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Server]:
    started = start_server(tmp_path / "data", **fresh(request.param))
    yield started
    started.stop()


async def test_a_call_hears_of_the_queues_of_others_alone(server: Server) -> None:
    """Of five at most, whether its own and the shared one come first by name or not."""
    server.api.put("/api/fallback", json={"text": "refuse"})
    for name in ("*", "0", *"abcdefg"):
        server.queue(name, {"data": []}, endpoint="models.list")
    async with callers(server.url, "0") as [caller]:
        message = (await caller.call()).json["error"]["message"]
    assert message.endswith("presets lie in the queues of 'a' (1), 'b' (1), 'c' (1), 'd' (1), 'e' (1).")
    assert "in queue '*' is for endpoint 'models.list'" in message
    assert "in queue '0' is for endpoint 'models.list'" in message
