"""What is limited is limited over all processes; an answer is known again by any of them."""

import asyncio
from collections.abc import Iterator
from threading import Thread

import pytest

from tests.callers import callers
from tests.conftest import Server
from tests.reliability.conftest import QUEUE_MAX, WAITING_MAX


@pytest.fixture
def holding(pair: list[Server]) -> Iterator[list[Server]]:
    """What no preset accepts waits, at both."""
    pair[0].api.put("/api/fallback", json={"text": "manual"})
    yield pair
    pair[0].api.put("/api/fallback", json={"text": "refuse"})


async def test_as_many_calls_wait_as_may_over_both_processes(holding: list[Server]) -> None:
    one, two = holding
    async with (
        callers(one.url, "many-1", WAITING_MAX) as here,
        callers(two.url, "many-2", WAITING_MAX) as there,
    ):
        for caller in (*here, *there):
            await caller.send()
        receiving = {asyncio.ensure_future(caller.receive()) for caller in (*here, *there)}
        refused: list[int] = []
        while len(refused) < WAITING_MAX:
            done, receiving = await asyncio.wait(receiving, return_when=asyncio.FIRST_COMPLETED)
            refused += [answer.result().status for answer in done]
        assert refused == [429] * WAITING_MAX
        assert len(await asyncio.to_thread(two.waiting, WAITING_MAX)) == WAITING_MAX
        for answer in receiving:
            answer.cancel()
    await asyncio.to_thread(one.waiting, 0)


def test_a_queue_holds_as_much_as_it_may_over_both_processes(pair: list[Server]) -> None:
    def add(server: Server) -> None:
        for _ in range(8):
            responses = [{"content": "x"}] * (QUEUE_MAX // 10)
            server.api.post("/api/preset-queue/full/batch", json={"responses": responses})

    threads = [Thread(target=add, args=(server,)) for server in pair]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pair[1].api.get("/api/preset-queue").json()["queues"]["full"]["count"] == QUEUE_MAX
    assert pair[0].api.delete("/api/preset-queue/full").status_code == 200


async def test_an_idempotency_key_is_known_to_the_other_process(holding: list[Server]) -> None:
    one, two = holding
    async with callers(one.url, "key") as [caller]:
        await caller.send()
        [item] = await asyncio.to_thread(two.waiting, 1)
        first = await asyncio.to_thread(two.answer, item["id"], "mine", key="k")
        again = await asyncio.to_thread(one.answer, item["id"], "mine", key="k")
        other = await asyncio.to_thread(two.answer, item["id"], "another", key="k")
        assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
        assert (await caller.receive()).content == "mine"
