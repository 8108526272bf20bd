"""An answer that is meant for the next calls, too."""

import asyncio
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.callers import callers
from tests.conftest import Server
from tests.desk.conftest import sql
from tests.desk.test_races import Doors, doors, parked, postgres_servers  # noqa: F401 - fixtures

Park = Callable[..., Any]
CALLS = 12


async def test_the_next_calls_get_the_same_answer_and_then_the_desk_is_asked_again(
    park: Park, server: Server
) -> None:
    async with park("again") as call:
        told = call.answer("the same", repeat=2, status_code=201)
        assert (told.status_code, told.json()) == (200, {"state": "delivered", "queued": 2})
        assert (await call.caller.receive()).status == 201
        [entry] = server.api.get("/api/preset-queue/again").json()["items"]
        assert (entry["uses"], entry["endpoint"], entry["status_code"]) == (2, "text", 201)
        assert entry["response"] == {"content": "the same"}
        for _ in range(2):
            answer = await call.caller.call()
            assert answer.json["choices"][0]["message"]["content"] == "the same"
        await call.caller.send()
        assert server.waiting(1)


async def test_it_is_queued_behind_what_is_there(park: Park, server: Server) -> None:
    async with park("behind") as call:
        server.queue("behind", {"content": "first"})
        call.answer("second", repeat=1)
        items = server.api.get("/api/preset-queue/behind").json()["items"]
        assert [item["response"]["content"] for item in items] == ["first", "second"]


async def test_without_repeat_nothing_is_queued(park: Park, server: Server) -> None:
    for repeat in ({}, {"repeat": 0}, {"repeat": None}):
        async with park("once") as call:
            assert call.answer("x", **repeat).json() == {"state": "delivered"}
            await call.caller.receive()
    assert server.api.get("/api/preset-queue/once").json()["count"] == 0


@pytest.mark.parametrize("repeat", [-1, 1.5, "2", True, [], 10**10])
async def test_a_repeat_that_is_none_uses_neither_call_nor_queue(
    park: Park, server: Server, repeat: Any
) -> None:
    async with park("wrong") as call:
        told = call.answer("x", repeat=repeat)
        assert (told.status_code, told.json()["errors"][0]["field"]) == (400, "repeat")
        assert call.row["state"] == "waiting"
    assert server.api.get("/api/preset-queue/wrong").json()["count"] == 0


async def test_the_same_answer_sent_twice_queues_once(park: Park, server: Server) -> None:
    async with park("twice") as call:
        for _ in range(2):
            assert call.answer("x", repeat=3, key="k").status_code == 200
        assert server.api.get("/api/preset-queue/twice").json()["count"] == 1


async def test_a_claim_of_somebody_else_keeps_the_queue_as_it_is(park: Park, server: Server) -> None:
    async with park("claimed") as call:
        call.post("claim", by="alice")
        assert call.answer("x", by="bob", repeat=3).status_code == 409
        assert server.api.get("/api/preset-queue/claimed").json()["count"] == 0


async def test_a_full_queue_refuses_before_anything_is_sent(start: Callable[..., Server]) -> None:
    server = start(MOCKOPENAI_QUEUE_MAX="1")
    async with callers(server.url, "full") as [caller]:
        await caller.send()
        [item] = server.waiting(1)
        server.queue("full", {"content": "x"})
        url = f"/api/desk/{item['id']}/answer"
        told = server.api.post(url, json={"response": {"content": "hi"}, "repeat": 1})
        assert (told.status_code, "full" in told.json()["detail"]) == (409, True)
        assert server.api.post(url, json={"response": {"content": "hi"}}).status_code in (200, 202)
    assert sql(server, "SELECT COUNT(*) FROM queues_preset") == [(1,)]


async def test_of_many_repeated_answers_at_once_only_the_winners_is_queued(doors: Doors) -> None:  # noqa: F811
    doors.people.api.delete("/api/preset-queue")

    async def answer(api: httpx.AsyncClient, exchange_id: str, number: int) -> httpx.Response:
        body = {"response": {"content": f"{exchange_id} {number}"}, "repeat": 7}
        return await api.post(f"/api/desk/{exchange_id}/answer", json=body)

    patient = httpx.AsyncClient(base_url=doors.calls.url, timeout=20)
    async with parked(doors, CALLS) as (api, calls), patient as other:
        told = await asyncio.gather(
            *[answer(one, call_id, n) for _, call_id in calls for n, one in enumerate((api, other, api))]
        )
        got = [(await caller.receive()).content for caller, _ in calls]
    assert sorted({one.status_code for one in told} - {202}) == [200, 409]
    items = doors.people.api.get("/api/preset-queue/race").json()["items"]
    assert sorted(item["response"]["content"] for item in items) == sorted(got)
    assert {item["uses"] for item in items} == {7}
    doors.people.api.delete("/api/preset-queue")
