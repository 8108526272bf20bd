"""The commonest trap: presets lie in another queue than the one that the call comes to."""

from typing import Any

import pytest

from tests.callers import callers
from tests.conftest import Server, wait_for

WHERE = "presets lie in the queues of '192.168.1.100' (2), 'ci-42' (1)."


@pytest.fixture
def elsewhere(hasty: Server) -> Server:
    """Presets in two queues that nobody calls, and a fallback that waits."""
    hasty.queue("192.168.1.100", {"content": "a"}, {"content": "b"})
    hasty.queue("ci-42", {"content": "c"})
    return hasty


def last_of(server: Server, caller: str) -> dict[str, Any]:
    return server.api.get("/api/exchanges", params={"caller": caller}).json()["items"][0]


async def test_a_waiting_call_says_as_whom_it_came_and_where_presets_lie(elsewhere: Server) -> None:
    async with callers(elsewhere.url, "172.17.0.1") as [caller]:
        answer = await caller.call()
        note = last_of(elsewhere, "172.17.0.1")["note"]
    assert "This call came as caller '172.17.0.1'" in note
    assert sorted(note.partition("queues of ")[2][:-1].split(", ")) == ["'192.168.1.100' (2)", "'ci-42' (1)"]
    assert answer.status == 504 and answer.headers["x-should-retry"] == "false"
    assert note in answer.json["error"]["message"]
    assert "Nobody answered this call within 1 s" in answer.json["error"]["message"]


async def test_no_hint_when_no_other_queue_holds_anything(elsewhere: Server) -> None:
    elsewhere.api.delete("/api/preset-queue")
    async with callers(elsewhere.url, "alone") as [caller]:
        message = (await caller.call()).json["error"]["message"]
    assert "presets lie" not in message and "desk" in message
    assert last_of(elsewhere, "alone")["note"] == ""


async def test_a_refusal_names_the_near_misses_and_the_other_queues(elsewhere: Server) -> None:
    elsewhere.api.put("/api/fallback", json={"text": "refuse"})
    preset = (
        elsewhere.queue("near", {"data": []}, endpoint="models.list")
        and elsewhere.api.get("/api/preset-queue/near").json()["items"][0]["id"]
    )
    async with callers(elsewhere.url, "near") as [caller], callers(elsewhere.url, "empty") as [other]:
        near, empty = await caller.call(), await other.call()
    for answer in (near, empty):
        assert (answer.status, answer.headers["x-should-retry"]) == (404, "false")
        assert answer.json["error"]["code"] == "no_preset"
        assert "'ci-42' (1)" in answer.json["error"]["message"]
    assert f"preset {preset} in queue 'near' is for endpoint 'models.list'" in near.json["error"]["message"]
    assert "the queues 'empty' and '*' are empty" in empty.json["error"]["message"]
    row = wait_for(lambda: row if (row := last_of(elsewhere, "near"))["state"] == "delivered" else None)
    assert (row["source"], row["status_code"]) == ("refused", 404)
