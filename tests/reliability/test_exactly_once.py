"""Presets are taken exactly once, first in, first out, by however many connections and processes."""

import asyncio
from itertools import chain

import pytest

from tests.callers import CALL, Caller, Drained, all_of, callers, drain, rises, serials
from tests.conftest import Server

CONNECTIONS = 64
EACH = 15


def left(server: Server, caller: str) -> list[int]:
    items = server.api.get(f"/api/preset-queue/{caller}").json()["items"]
    return [int(item["response"]["content"]) for item in items]


def assert_each_once(drained: list[Drained], count: int) -> None:
    assert sorted(all_of(drained)) == list(range(count))
    assert all(rises(one.serials) for one in drained), "a connection was given a later preset first"
    assert all(one.last is not None and one.last.json["error"]["code"] == "no_preset" for one in drained)


async def test_64_connections_drain_a_queue_exactly_once_in_order(pair: list[Server]) -> None:
    pair[0].queue("one", *serials(640))
    assert_each_once(await drain([pair[0].url], "one", connections=CONNECTIONS), 640)
    assert left(pair[0], "one") == []


async def test_two_processes_drain_one_queue_exactly_once_in_order(pair: list[Server]) -> None:
    """Each connection takes as many as any other: how the machine shares its time decides nothing."""
    pair[0].queue("two", *serials(CONNECTIONS * EACH))
    drained = await drain([server.url for server in pair], "two", connections=CONNECTIONS, each=EACH)
    assert sorted(all_of(drained)) == list(range(CONNECTIONS * EACH))
    assert all(len(one.serials) == EACH and rises(one.serials) for one in drained)
    assert left(pair[1], "two") == []


async def test_callers_take_their_own_presets_first_and_then_share_the_rest(pair: list[Server]) -> None:
    """Eight callers at once: nobody gets another's, everybody's own come before the shared ones."""
    names = [f"mixed-{index}" for index in range(8)]
    for index, name in enumerate(names):
        pair[0].queue(name, *serials(50, start=1000 * (index + 1)))
    pair[0].queue("*", *serials(200))
    drained = await asyncio.gather(*[drain([one.url for one in pair], name, connections=8) for name in names])
    for index, got in enumerate(drained):
        own = [number for number in all_of(got) if number >= 1000]
        assert sorted(own) == list(range(1000 * (index + 1), 1000 * (index + 1) + 50))
        for one in got:
            mine = [number for number in one.serials if number >= 1000]
            assert one.serials[: len(mine)] == mine and rises(mine)
            assert rises(one.serials[len(mine) :])
    shared = [number for number in chain.from_iterable(map(all_of, drained)) if number < 1000]
    assert sorted(shared) == list(range(200))


async def test_a_preset_with_three_uses_answers_three_times(pair: list[Server]) -> None:
    pair[0].queue("thrice", *serials(40), uses=3)
    drained = await drain([server.url for server in pair], "thrice", connections=16)
    assert sorted(all_of(drained)) == sorted(list(range(40)) * 3)
    for one in drained:
        assert one.serials == sorted(one.serials)


async def test_a_preset_without_an_end_answers_every_call_and_stays(pair: list[Server]) -> None:
    pair[0].queue("ever", {"content": "7"}, uses=None)
    pair[0].queue("ever", {"content": "8"})

    async def fifteen(caller: Caller) -> list[int]:
        return [(await caller.call()).serial for _ in range(15)]

    for server in pair:
        async with callers(server.url, "ever", 8) as opened:
            assert await asyncio.gather(*map(fifteen, opened)) == [[7] * 15] * 8
    assert left(pair[0], "ever") == [7, 8]


async def test_presets_for_other_endpoints_at_the_head_are_skipped_and_stay(pair: list[Server]) -> None:
    pair[0].queue("skip", *serials(5, start=100), endpoint="models.list")
    pair[0].queue("skip", *serials(100))
    assert_each_once(await drain([server.url for server in pair], "skip", connections=16), 100)
    assert left(pair[0], "skip") == [100, 101, 102, 103, 104]


async def test_what_is_added_while_others_drain_is_taken_once_and_in_order(pair: list[Server]) -> None:
    """Both processes take from several queues while each adds to all of them."""
    names, rounds, each = ["add-a", "add-b", "add-c"], 10, 8
    got: dict[str, list[list[int]]] = {name: [] for name in names}

    async def add(server: Server, offset: int) -> None:
        for number in range(rounds):
            for name in names:
                drafts = serials(each, start=offset + number * each)
                await asyncio.to_thread(server.queue, name, *drafts)

    async def take(caller: Caller) -> None:
        mine: list[int] = []
        got[caller.name].append(mine)
        while len(list(chain.from_iterable(got[caller.name]))) < 2 * rounds * each:
            answer = await caller.call()
            assert answer.status in (200, 404), answer.body
            if answer.status == 200:
                mine.append(answer.serial)
            else:
                await asyncio.sleep(0.005)

    async def takers(server: Server, name: str) -> None:
        async with callers(server.url, name, 4) as opened:
            await asyncio.gather(*map(take, opened))

    async with asyncio.timeout(60):
        await asyncio.gather(
            add(pair[0], 0),
            add(pair[1], 10_000),
            *[takers(server, name) for server in pair for name in names],
        )
    everything = [*range(rounds * each), *range(10_000, 10_000 + rounds * each)]
    for name in names:
        assert sorted(chain.from_iterable(got[name])) == everything
        for mine in got[name]:
            assert rises([number for number in mine if number < 10_000])
            assert rises([number for number in mine if number >= 10_000])


@pytest.mark.parametrize("refused", [b"{", b'{"model": "gpt-4o"}'])
async def test_a_call_that_is_refused_takes_nothing(pair: list[Server], refused: bytes) -> None:
    pair[0].queue("kept", {"content": "1"})
    async with callers(pair[0].url, "kept") as [caller]:
        assert (await caller.call(refused)).status == 400
        assert (await caller.call(CALL)).serial == 1


async def test_two_processes_take_presets_with_matches_exactly_once_in_order(pair: list[Server]) -> None:
    """Every third is for other calls, every third for these, every third for all."""
    kinds = ({"last_user": "goodbye"}, {"last_user": {"regex": "^hel+o"}}, None)
    responses = [
        {"response": one, "match": kinds[number % 3]}
        for number, one in enumerate(serials(CONNECTIONS * EACH))
    ]
    pair[0].queue("matched", *responses)
    drained = await drain([server.url for server in pair], "matched", connections=CONNECTIONS, each=10)
    assert all(len(one.serials) == 10 and rises(one.serials) for one in drained)
    for_these = [number for number in range(CONNECTIONS * EACH) if number % 3]
    assert sorted(all_of(drained)) == for_these[: CONNECTIONS * 10]
    assert len(left(pair[1], "matched")) == CONNECTIONS * (EACH - 10)
    pair[0].api.delete("/api/preset-queue/matched")
