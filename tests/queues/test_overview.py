"""What lists show of the queues."""

import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.queues import overview
from apps.queues.entry import read_entry
from apps.queues.storage import add
from tests.callers import callers
from tests.conftest import Server, wait_for
from tests.queues.conftest import Queues

HI = {"content": "hi"}


def test_an_entry_is_listed_by_its_first_words_and_without_its_body(queues: Queues) -> None:
    body = {"choices": [{"message": {"content": "Refund\n is   on its way"}}]}
    [entry] = queues.add("a", body, status_code=201, endpoint="chat.completions", uses=None, label="mine")
    _, page = queues.get("/a/entries")
    [item] = page["items"]
    assert item.pop("created_at") == pytest.approx(time.time(), abs=60)
    assert item == {
        "id": entry,
        "place": 1,
        "kind": "",
        "words": "Refund is on its way",
        "status_code": 201,
        "endpoint": "chat.completions",
        "match": "",
        "uses": None,
        "on_undelivered": "drop",
        "label": "mine",
        "delay_ms": 0,
        "verbatim": False,
    }
    assert (page["ip"], page["count"], page["next"], page["last_taken"]) == ("a", 1, None, None)


def test_the_words_follow_a_changed_body(queues: Queues) -> None:
    [entry] = queues.add("a", HI)
    queues.patch(f"/a/{entry}", {"response": {"content": "bye"}})
    queues.patch(f"/a/{entry}", {"label": "x"})
    assert queues.get("/a/entries")[1]["items"][0]["words"] == "bye"


def test_pages_follow_each_other_without_a_gap_also_when_entries_are_taken(queues: Queues) -> None:
    ids = queues.add("a", *[{"content": str(number)} for number in range(7)])
    _, first = queues.get("/a/entries", limit="3")
    queues.delete(f"/a/{ids[2]}")  # the last one of the page
    _, second = queues.get("/a/entries", limit="3", after=first["next"])
    _, third = queues.get("/a/entries", limit="3", after=second["next"])
    pages = [[item["words"] for item in page["items"]] for page in (first, second, third)]
    assert pages == [["0", "1", "2"], ["3", "4", "5"], ["6"]]
    assert [page["items"][0]["place"] for page in (first, second, third)] == [1, 3, 6]
    assert (third["next"], third["count"]) == (None, 6)


def test_an_unknown_caller_has_an_empty_page(queues: Queues) -> None:
    assert queues.get("/nobody/entries")[1]["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "501"},
        {"limit": "x"},
        {"limit": ""},
        {"after": "-1"},
        {"after": "9" * 19},
        {"after": "٣"},
    ],
)
def test_a_page_that_cannot_be_is_refused(queues: Queues, query: dict[str, str]) -> None:
    status, body = queues.get("/a/entries", **query)
    assert (status, next(iter(query)) in body["detail"]) == (400, True)


def test_the_queues_are_listed_with_what_comes_next(queues: Queues) -> None:
    queues.add("b", {"error": {"message": "Slow down"}}, status_code=429)
    queues.add("b", HI)
    queues.add("a", {"tool_calls": [{"function": {"name": "pay", "arguments": {"id": 17}}}]})
    a, b = queues.client.get("/api/callers").json()["callers"]
    assert (a["caller"], a["count"], a["next"]["words"]) == ("a", 1, 'pay({"id":17})')
    assert (b["caller"], b["count"], b["next"]["words"], b["next"]["status_code"]) == (
        "b",
        2,
        "Slow down",
        429,
    )
    assert (a["paused"], a["last_taken"]) == (False, None)


def test_neither_list_asks_more_when_there_is_more(queues: Queues) -> None:
    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as listing:
            overview.callers()
        with CaptureQueriesContext(connection) as paging:
            overview.entries("a", limit=100)
        assert not [query for query in (*listing, *paging) if "body" in query["sql"]]
        return len(listing), len(paging)

    queues.add("a", HI)
    few = asked()
    for number in range(20):
        queues.add(f"c{number}", HI)
        queues.add("a", HI)
    assert asked() == few


def test_ten_thousand_presets_are_listed_at_once(queues: Queues) -> None:
    large = read_entry({"response": {"content": "x" * 2_000}})
    add(caller="a", entries=[large] * 10_000)
    overview.callers()
    for look in (overview.callers, lambda: overview.entries("a", limit=100)):
        began = time.process_time()
        look()
        assert time.process_time() - began < 0.5  # its own time: 30 ms


async def test_the_last_taken_entry_is_named_with_who_took_it(server: Server) -> None:
    [other, entry] = [server.queue(name, HI) and first_id(server, name) for name in ("*", "taker")]
    async with callers(server.url, "taker") as [caller]:
        await caller.call()
        await caller.call()
    found = wait_for(lambda: taken(server, "*"))
    assert (found["caller"], found["preset_id"]) == ("taker", other)
    assert server.exchange(found["exchange_id"])["preset_queue"] == "*"
    own = server.api.get("/api/preset-queue/taker/entries").json()["last_taken"]
    assert (own["caller"], own["preset_id"]) == ("taker", entry)
    assert found["at"] >= own["at"] > time.time() - 60


def first_id(server: Server, caller: str) -> str:
    item: dict[str, Any] = server.api.get(f"/api/preset-queue/{caller}").json()["items"][0]
    return str(item["id"])


def taken(server: Server, caller: str) -> dict[str, Any] | None:
    found: dict[str, Any] | None = server.api.get(f"/api/preset-queue/{caller}/entries").json()["last_taken"]
    return found


@pytest.mark.django_db
def test_presets_with_faults_are_counted_without_reading_the_others() -> None:
    assert overview.faulty() == (0, "")
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {overview._FAULTY}")
            assert "preset_faults" in str(cursor.fetchall())
