"""Hold ONCE: the next call that no preset accepts waits, every other one is answered; over any number of processes."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.callers import Answer, Caller, callers
from tests.conftest import Server, start_server
from tests.dashboards import dashboard
from tests.databases import KINDS, fresh, shared_redis

CALLS = 30


@pytest.fixture(params=KINDS, scope="module")
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """Two processes on one database."""
    data_dir, database = tmp_path_factory.mktemp("once"), {**fresh(request.param), **shared_redis()}
    servers = [start_server(data_dir, **database) for _ in range(2)]
    yield servers
    for server in servers:
        server.stop()


def mode(server: Server) -> str:
    return str(server.api.get("/api/fallback").json()["text"])


async def until_one_waits(server: Server, opened: list[Caller]) -> list[Answer]:
    """Everybody calls at once; the answers of all but the one that waits, which is then answered."""
    receiving = []
    for caller in opened:
        await caller.send()
        receiving.append(asyncio.ensure_future(caller.receive()))
    while sum(one.done() for one in receiving) < len(opened) - 1:
        await asyncio.wait([one for one in receiving if not one.done()], return_when=asyncio.FIRST_COMPLETED)
    [item] = await asyncio.to_thread(server.waiting, 1)
    told = await asyncio.to_thread(server.answer, item["id"], "by hand")
    assert told.status_code == 200
    return list(await asyncio.gather(*receiving))


async def test_exactly_one_of_many_calls_at_once_is_held(pair: list[Server]) -> None:
    one, two = pair
    async with callers(one.url, "once", CALLS // 2) as here, callers(two.url, "once", CALLS // 2) as there:
        for _ in range(3):
            one.api.put("/api/fallback", json={"text": "once"})
            answers = await until_one_waits(one, [*here, *there])
            contents = [answer.content for answer in answers]
            assert contents.count("by hand") == 1
            assert [answer.status for answer in answers] == [200] * CALLS
            assert mode(one) == mode(two) == "auto"


async def test_calls_that_do_not_wait_leave_it_as_it_is(server: Server) -> None:
    server.api.put("/api/fallback", json={"text": "once"})
    server.queue("once", {"content": "queued"})
    async with callers(server.url, "once") as [caller]:
        assert (await caller.call()).content == "queued"
        assert (await caller.call(None, method="GET", path="/models")).status == 200
        assert (await caller.call({"model": "gpt-4o"})).status == 400
        assert mode(server) == "once"
        await caller.send()
        assert server.waiting(1)
    assert mode(server) == "auto"


async def test_a_call_that_finds_no_room_to_wait_leaves_it_as_it_is(start) -> None:
    server = start(MOCKOPENAI_MAX_WAITING="1")
    async with callers(server.url, "full", 2) as [first, second]:
        await first.send()
        server.waiting(1)
        server.api.put("/api/fallback", json={"text": "once"})
        assert (await second.call()).status == 429
        assert mode(server) == "once"


async def test_dashboards_hear_when_it_is_used_up(server: Server) -> None:
    server.api.put("/api/fallback", json={"text": "once"})
    with dashboard(server) as page:
        async with callers(server.url, "heard") as [caller]:
            await caller.send()
            event = await asyncio.to_thread(page.until, "fallback_updated")
    assert event["data"]["text"] == "auto"
