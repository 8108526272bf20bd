"""A paused queue gives no presets, and is otherwise a queue like any other."""

from typing import Any

import pytest

from apps.journal.writer import writer
from apps.queues.take import Wanted, take
from apps.queues.taken import Taken
from tests.callers import callers
from tests.conftest import Server
from tests.queues.conftest import Queues

HI = {"content": "hi"}
CALL = Wanted("a", "chat.completions", "text")


def taken_from(count: int = 1) -> list[str | None]:
    """The queues that answer so many calls of caller `a`."""
    found: list[Taken | None] = writer.call(lambda: take([CALL] * count, []))
    return [one.queue if one else None for one in found]


def test_a_paused_queue_counts_as_empty_until_it_goes_on(queues: Queues) -> None:
    queues.add("a", HI, HI)
    assert queues.post("/a/pause", {"paused": True}) == (200, {"success": True, "paused": True})
    assert taken_from() == [None]
    assert queues.post("/a/pause", {"paused": False}) == (200, {"success": True, "paused": False})
    assert taken_from() == ["a"]


def test_calls_of_a_paused_queue_fall_to_the_shared_one(queues: Queues) -> None:
    queues.add("a", HI)
    queues.add("*", HI)
    queues.post("/a/pause", {"paused": True})
    assert taken_from(2) == ["*", None]


def test_the_shared_queue_can_be_paused_alone(queues: Queues) -> None:
    queues.add("a", HI)
    queues.add("*", HI)
    queues.post("/*/pause", {"paused": True})
    assert taken_from(2) == ["a", None]


def test_a_queue_stays_paused_whatever_is_added_or_cleared(queues: Queues) -> None:
    queues.post("/a/pause", {"paused": True})
    queues.post("/a/pause", {"paused": True})  # twice is as good as once
    queues.add("a", HI)
    assert taken_from() == [None]
    queues.delete("/a")
    queues.delete()
    queues.add("a", HI)
    assert taken_from() == [None]


def test_every_list_says_which_queues_are_paused(queues: Queues) -> None:
    queues.add("a", HI)
    queues.add("b", HI)
    for caller in ("a", "empty"):
        queues.post(f"/{caller}/pause", {"paused": True})
    found = queues.client.get("/api/callers").json()["callers"]
    assert [(one["caller"], one["paused"]) for one in found] == [("a", True), ("b", False), ("empty", True)]
    assert {name: one["paused"] for name, one in queues.get()[1]["queues"].items()} == {"a": True, "b": False}
    for path in ("", "/entries"):
        assert [queues.get(f"/{caller}{path}")[1]["paused"] for caller in ("a", "b")] == [True, False]


@pytest.mark.parametrize(
    "body", [{}, {"paused": 1}, {"paused": "true"}, {"paused": None}, [], None, {"paused": True, "x": 1}]
)
def test_what_is_no_switch_is_refused(queues: Queues, body: Any) -> None:
    assert queues.post("/a/pause", body)[0] == 400
    assert not queues.get("/a")[1]["paused"]


def test_no_queue_that_cannot_be_is_paused(queues: Queues) -> None:
    for name in ("export", "a b", "x" * 101):
        status, body = queues.post(f"/{name}/pause", {"paused": True})
        assert (status, bool(body["detail"])) == (400, True)


async def test_a_call_that_waits_or_is_refused_says_that_its_queue_is_paused(server: Server) -> None:
    server.queue("still", HI)
    server.api.post("/api/preset-queue/still/pause", json={"paused": True})
    try:
        async with callers(server.url, "still", 2) as [one, two]:
            await one.send()
            [item] = server.waiting(1)
            assert item["note"] == "The queue 'still' is paused."
            server.api.put("/api/fallback", json={"text": "refuse"})
            message = (await two.call()).json["error"]["message"]
        assert "The queue 'still' is paused." in message
        assert "is for endpoint" not in message
    finally:
        server.api.post("/api/preset-queue/still/pause", json={"paused": False})
