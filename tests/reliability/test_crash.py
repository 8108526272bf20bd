"""kill -9 in the middle of everything: nothing twice, nothing lost but what was on its way."""

import asyncio
import json
import random
import threading
from typing import Any

import httpx
import pytest

from apps.desk.workers import ON_ITS_WAY, WAITED
from tests.callers import Answer, all_of, callers, drain, serials
from tests.conftest import Server, wait_for
from tests.reliability.conftest import Mortal

ROUNDS = 2
CONNECTIONS = 32
BATCH = 40
COUNT = 3200  # a kill comes when some of them are taken: on a busy machine that is looked at late


def left(server: Server, caller: str) -> list[int]:
    items = server.api.get(f"/api/preset-queue/{caller}").json()["items"]
    return [int(item["response"]["content"]) for item in items]


def count_of(server: Server, caller: str) -> int:
    return int(server.api.get("/api/preset-queue").json()["queues"].get(caller, {"count": 0})["count"])


def wait_for_fewer(server: Server, caller: str, count: int) -> None:
    wait_for(lambda: count_of(server, caller) < count)


def journal(server: Server, **wanted: Any) -> list[dict[str, Any]]:
    return server.api.get("/api/exchanges", params={"limit": 200, **wanted}).json()["items"]


def fallback(server: Server, mode: str) -> None:
    assert server.api.put("/api/fallback", json={"text": mode}).status_code == 200


async def test_a_server_killed_under_load_answers_nothing_twice_and_loses_only_what_was_in_flight(
    mortal: Mortal,
) -> None:
    fallback(mortal.now, "refuse")
    mortal.now.queue("load", *serials(COUNT))
    known, answered = set(range(COUNT)), set[int]()
    for number in range(ROUNDS):
        draining = asyncio.ensure_future(drain([mortal.now.url], "load", connections=CONNECTIONS))
        await asyncio.to_thread(wait_for_fewer, mortal.now, "load", len(known - answered))
        await asyncio.sleep(random.random() * 0.1)
        assert not draining.done(), "the queue was empty before the kill"
        await asyncio.to_thread(mortal.kill)
        drained = await draining
        got = all_of(drained)
        in_flight = sum(one.unanswered for one in drained)
        server = await asyncio.to_thread(mortal.restart)
        remaining = left(server, "load")
        assert len(got) == len(set(got)) and not answered & set(got), "answered twice"
        assert remaining == sorted(remaining), "the order has changed"
        answered |= set(got)
        assert not answered & set(remaining), "answered, and still in the queue"
        lost = known - answered - set(remaining)
        assert len(lost) <= in_flight, f"round {number}: {lost} lost, {in_flight} in flight"
        undelivered = journal(server, caller="load", state="undelivered")
        assert len(undelivered) >= len(lost)
        assert all(row["note"] == ON_ITS_WAY for row in undelivered)
        known -= lost
    assert answered, "nothing was answered before the kills"
    last = all_of(await drain([mortal.now.url], "load", connections=CONNECTIONS))
    assert sorted(last) == sorted(known - answered)


async def test_the_next_start_settles_at_once_what_the_dead_process_left(mortal: Mortal) -> None:
    """At once, and not after the lease of 20 s: its process is known to be gone."""
    fallback(mortal.now, "manual")
    mortal.now.queue("slow", *serials(4), delay_ms=20_000)
    mortal.now.queue("again", *serials(4), delay_ms=20_000, on_undelivered="requeue")
    mortal.now.queue("again", {"content": "4"})
    url = mortal.now.url
    async with (
        callers(url, "parked", 3) as parked,
        callers(url, "slow", 2) as slow,
        callers(url, "again", 3) as again,
    ):
        for caller in (*parked, *slow, *again):
            await caller.send()
        await asyncio.to_thread(wait_for, lambda: len(journal(mortal.now, state="taken")) == 5 or None)
        await asyncio.to_thread(mortal.now.waiting, 3)
        assert left(mortal.now, "again") == [3, 4]
        await asyncio.to_thread(mortal.kill)
    server = await asyncio.to_thread(mortal.restart)
    assert journal(server, state="waiting") == [] and journal(server, state="taken") == []
    orphaned = journal(server, caller="parked", state="orphaned")
    assert len(orphaned) == 3 and all(row["note"] == WAITED for row in orphaned)
    cut_off = [*journal(server, caller="slow"), *journal(server, caller="again")]
    assert {row["state"] for row in cut_off} == {"undelivered"} and len(cut_off) == 5
    assert all(row["note"] == ON_ITS_WAY for row in cut_off)
    assert server.api.get("/api/desk").json()["count"] == 0
    late = server.api.post(f"/api/desk/{orphaned[0]['id']}/answer", json={"response": {"content": "late"}})
    assert (late.status_code, late.json()["state"]) == (410, "orphaned")
    assert left(server, "slow") == [2, 3], "a preset came back that should be dropped"
    assert left(server, "again") == [0, 1, 2, 3, 4], "the presets that come back lost their places"


@pytest.mark.parametrize("door", ["batch", "import"])
async def test_what_was_acknowledged_is_whole_after_a_kill_and_the_rest_is_whole_or_absent(
    mortal: Mortal, door: str
) -> None:
    acknowledged: list[int] = []
    sent: list[int] = []
    mortal.now.api.delete("/api/preset-queue/whole")

    def add(worker: int) -> None:
        with httpx.Client(base_url=f"{mortal.now.url}/api/preset-queue/whole", timeout=30) as api:
            for number in range(worker, 10_000, 4):
                sent.append(number)
                drafts = serials(BATCH, start=number * BATCH)
                try:
                    if door == "batch":
                        answer = api.post("/batch", json={"responses": drafts})
                    else:
                        answer = api.post("/import", files={"file": json.dumps(drafts).encode()})
                except httpx.TransportError:
                    return
                assert answer.json()["added_count"] == BATCH
                acknowledged.append(number)

    threads = [threading.Thread(target=add, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    await asyncio.to_thread(wait_for, lambda: len(acknowledged) >= 8)
    await asyncio.sleep(random.random() * 0.05)
    await asyncio.to_thread(mortal.kill)
    for thread in threads:
        thread.join(timeout=30)
    server = await asyncio.to_thread(mortal.restart)
    numbers = left(server, "whole")
    held = {number: [n for n in numbers if n // BATCH == number] for number in sent}
    for number in sent:
        whole = list(range(number * BATCH, (number + 1) * BATCH))
        assert held[number] == whole or (held[number] == [] and number not in acknowledged)
    assert len(numbers) == sum(map(len, held.values()))


async def test_an_answer_that_was_acknowledged_as_delivered_is_in_the_journal_after_a_kill(
    mortal: Mortal,
) -> None:
    fallback(mortal.now, "manual")
    async with callers(mortal.now.url, "told") as [caller]:
        await caller.send()
        [item] = await asyncio.to_thread(mortal.now.waiting, 1)
        answer = await asyncio.to_thread(mortal.now.answer, item["id"], "mine")
        assert (answer.status_code, answer.json()) == (200, {"state": "delivered"})
        got: Answer = await caller.receive()
        assert got.content == "mine"
        await asyncio.to_thread(mortal.kill)
    server = await asyncio.to_thread(mortal.restart)
    row = server.exchange(item["id"])
    assert (row["state"], row["response"]["id"]) == ("delivered", got.json["id"])
