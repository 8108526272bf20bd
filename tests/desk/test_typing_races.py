"""The first typed piece against everything else that may happen to a call at once: one outcome, and the truth.

Over one process with SQLite, and over two on one PostgreSQL: parked in the one, typed over the other.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.conftest import Server, start_server
from tests.databases import KINDS, fresh, shared_redis
from tests.desk.conftest import HASTY_S, seen_of
from tests.desk.typist import Typist, listening

CALLS = 12
ROUNDS = 1
ROUNDS_MAX = 12


@dataclass(frozen=True)
class Doors:
    """Where calls come in, and where people type; the same server or two."""

    calls: Server
    people: Server


@pytest.fixture(scope="module")
def postgres_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """On one database: one that holds calls for a moment, one that holds them long, one for people."""
    data_dir, database = tmp_path_factory.mktemp("typed"), {**fresh("postgres"), **shared_redis()}
    holds = [{"MOCKOPENAI_HOLD_S": str(HASTY_S)}, {}, {}]
    servers = [start_server(data_dir, **hold, **database) for hold in holds]
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture(params=KINDS)
def hasty_doors(request: pytest.FixtureRequest) -> Doors:
    if request.param == "sqlite":
        server = request.getfixturevalue("hasty")
        return Doors(server, server)
    hasty, _, people = request.getfixturevalue("postgres_servers")
    return Doors(hasty, people)


@pytest.fixture(params=KINDS)
def doors(request: pytest.FixtureRequest) -> Doors:
    if request.param == "sqlite":
        server = request.getfixturevalue("server")
        return Doors(server, server)
    _, patient, people = request.getfixturevalue("postgres_servers")
    return Doors(patient, people)


@asynccontextmanager
async def waiting(doors: Doors) -> AsyncIterator[tuple[httpx.AsyncClient, list[Typist]]]:
    async with AsyncExitStack() as stack:
        api = await stack.enter_async_context(httpx.AsyncClient(base_url=doors.people.url, timeout=30))
        entering = [
            stack.enter_async_context(listening(doors.calls, f"race-{n}", people=doors.people))
            for n in range(CALLS)
        ]
        yield api, [await one for one in entering]


async def typing(
    api: httpx.AsyncClient, call: Typist, text: str, *, seq: int = 1, done: bool = True, by: str = "typist"
) -> httpx.Response:
    body = {"seq": seq, "delta": text, "done": done}
    return await api.post(f"/api/desk/{call.id}/stream", json=body, headers={"x-mock-person": by})


async def answering(api: httpx.AsyncClient, call: Typist, text: str) -> httpx.Response:
    body = {"response": {"content": text}}
    headers = {"x-mock-person": "answerer"}
    return await api.post(f"/api/desk/{call.id}/answer", json=body, headers=headers)


async def test_of_many_who_begin_to_type_one_wins(doors: Doors) -> None:
    async def race(api: httpx.AsyncClient, other: httpx.AsyncClient, call: Typist) -> None:
        asks = [typing(one, call, f"text of {n}", by=f"person-{n}") for n, one in enumerate((api, other) * 2)]
        asks.append(answering(other, call, "text of 4"))
        random.shuffle(asks)
        told = await asyncio.gather(*asks)
        assert sum(one.status_code in (200, 202) for one in told) == 1
        row = await asyncio.to_thread(call.ended)
        await call.caller.rest()
        assert call.caller.text == row["response"]["choices"][0]["message"]["content"]
        assert row["state"] == "delivered"
        for loser in (one for one in told if one.status_code not in (200, 202)):
            assert (loser.status_code, loser.json()["by"]) == (409, row["answered_by"])

    for _ in range(ROUNDS):
        other = httpx.AsyncClient(base_url=doors.calls.url, timeout=30)
        async with waiting(doors) as (api, calls), other:
            await asyncio.gather(*[race(api, other, call) for call in calls])


async def test_a_first_piece_against_the_deadline_has_one_outcome(hasty_doors: Doors) -> None:
    """Who has begun in time may go on after the deadline."""
    outcomes: Counter[str] = Counter()
    lead_s, rounds = 0.12, 0

    async def race(api: httpx.AsyncClient) -> None:
        # Nobody may see it wait in time: its name is its own, so that it is found when it has ended, too.
        name = f"late-{uuid4().hex}"
        async with listening(hasty_doors.calls, name, people=hasty_doors.people, look=seen_of) as call:
            left_s = (await asyncio.to_thread(lambda: call.row))["deadline"] - time.time()
            await asyncio.sleep(max(0.0, left_s - lead_s + random.random() * (lead_s + 0.04)))
            told = await typing(api, call, "in ", done=False)
            if told.status_code == 200:
                outcomes["typed"] += 1
                await asyncio.sleep(0.2)  # the deadline passes
                assert (await typing(api, call, "time", seq=2)).status_code in (200, 202)
                await call.caller.rest()
                assert call.caller.text == "in time"
                assert (await asyncio.to_thread(call.ended))["state"] == "delivered"
            else:
                outcomes["timed_out"] += 1
                assert (told.status_code, told.json()["state"]) == (410, "timed_out")
                answer = await call.caller.response()
                assert answer.status_code == 504
                assert (await asyncio.to_thread(lambda: call.row))["state"] == "timed_out"

    async with httpx.AsyncClient(base_url=hasty_doors.people.url, timeout=30) as api:
        while rounds < ROUNDS or len(outcomes) < 2:
            assert rounds < ROUNDS_MAX, f"there was no race: {outcomes}"
            await asyncio.gather(*[race(api) for _ in range(CALLS)])
            rounds += 1
            if "typed" not in outcomes:  # a busy machine has them come too late
                lead_s *= 1.5


async def test_a_first_piece_against_an_abort_has_one_outcome(doors: Doors) -> None:
    async def race(api: httpx.AsyncClient, call: Typist) -> None:
        asks: list[Any] = [typing(api, call, "x"), api.post(f"/api/desk/{call.id}/abort")]
        random.shuffle(asks)
        told = await asyncio.gather(*asks)
        assert sum(one.status_code < 300 for one in told) == 1
        row = await asyncio.to_thread(call.ended, "delivered", "aborted")
        if row["state"] == "delivered":
            await call.caller.rest()
            assert call.caller.text == "x"
        else:
            with pytest.raises(httpx.TransportError):
                await call.caller.rest()

    for _ in range(ROUNDS):
        async with waiting(doors) as (api, calls):
            await asyncio.gather(*[race(api, call) for call in calls])


async def test_a_first_piece_against_a_hang_up_tells_the_truth(doors: Doors) -> None:
    async def race(api: httpx.AsyncClient, call: Typist) -> None:
        asking = asyncio.ensure_future(typing(api, call, "x"))
        await asyncio.sleep(random.random() * 0.03)
        await call.caller.hang_up()
        told = await asking
        row = await asyncio.to_thread(call.ended, "delivered", "undelivered", "gone")
        expected = {"delivered": (200, 202), "undelivered": (410, 202), "gone": (410,)}
        assert told.status_code in expected[row["state"]], (told.text, row["state"])

    for _ in range(ROUNDS):
        async with waiting(doors) as (api, calls):
            await asyncio.gather(*[race(api, call) for call in calls])


async def test_pieces_that_come_many_times_and_at_once_are_typed_once_and_in_order(doors: Doors) -> None:
    """Everybody repeats what is refused for its order until it is in."""
    words = [f"{n} " for n in range(15)]

    async def insist(api: httpx.AsyncClient, call: Typist, seq: int) -> None:
        done = seq == len(words)
        while True:
            told = await typing(api, call, words[seq - 1], seq=seq, done=done)
            if told.status_code in (200, 202):
                return
            assert told.status_code == 409 and told.json()["expected"] < seq, told.text
            await asyncio.sleep(0.01)

    async with waiting(doors) as (api, [call, *_]):
        seqs = [*range(1, len(words) + 1)] * 2
        random.shuffle(seqs)
        await asyncio.gather(*[insist(api, call, seq) for seq in seqs])
        await call.caller.rest()
        assert call.caller.text == "".join(words)
