"""Who answers a call when several things happen to it at once: one outcome, and everybody hears the truth.

Over one process with SQLite, and over two on one PostgreSQL: parked in the one, answered over the other.
"""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.callers import BROKEN, CALL, Answer, Caller, callers
from tests.conftest import PATIENCE_S, Server, start_server, wait_for
from tests.databases import KINDS, fresh, shared_redis
from tests.desk.conftest import HASTY_S

CALLS = 24
ROUNDS = 1
ROUNDS_MAX = 20


@dataclass(frozen=True)
class Doors:
    """Where calls come in, and where people answer; the same server or two."""

    calls: Server
    people: Server


@pytest.fixture(scope="module")
def postgres_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """On one database: one that holds calls for a moment, one that holds them long, one for people."""
    data_dir, database = tmp_path_factory.mktemp("doors"), {**fresh("postgres"), **shared_redis()}
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
async def asking(doors: Doors, count: int) -> AsyncIterator[tuple[httpx.AsyncClient, dict[str, Caller]]]:
    """Calls that have been sent, by their models; nothing that was sent before them waits still."""
    await asyncio.to_thread(doors.people.waiting, 0)
    limits = httpx.Limits(max_connections=100)
    async with (
        httpx.AsyncClient(base_url=doors.people.url, timeout=PATIENCE_S, limits=limits) as api,
        callers(doors.calls.url, "race", count) as opened,
    ):
        by_model = {f"m{n}": caller for n, caller in enumerate(opened)}
        await asyncio.gather(*[caller.send({**CALL, "model": model}) for model, caller in by_model.items()])
        yield api, by_model


@asynccontextmanager
async def parked(
    doors: Doors, count: int
) -> AsyncIterator[tuple[httpx.AsyncClient, list[tuple[Caller, str]]]]:
    """Calls that have just begun to wait, each with its id."""
    async with asking(doors, count) as (api, by_model):
        items = await asyncio.to_thread(doors.people.waiting, count)
        yield api, [(by_model[item["model"]], item["id"]) for item in items]


@asynccontextmanager
async def just_parked(
    doors: Doors,
) -> AsyncIterator[tuple[httpx.AsyncClient, list[tuple[Caller, dict[str, Any]]]]]:
    """As many of some calls with a short deadline as were seen to wait; none when the machine is too busy."""
    async with asking(doors, CALLS) as (api, by_model):
        items: list[dict[str, Any]] = []
        end = time.monotonic() + 3 * HASTY_S
        while not items and time.monotonic() < end:
            items = (await api.get("/api/desk")).json()["items"]
        yield api, [(by_model[item["model"]], item) for item in items]


async def answer(api: httpx.AsyncClient, exchange_id: str, content: str, by: str = "api") -> httpx.Response:
    return await api.post(
        f"/api/desk/{exchange_id}/answer",
        json={"response": {"content": content}},
        headers={"x-mock-person": by},
    )


async def test_an_answer_against_the_deadline_has_one_outcome(hasty_doors: Doors) -> None:
    """The caller got what the answering person was told, and what the journal says."""
    outcomes: Counter[str] = Counter()
    early_s = 0.15

    async def race(api: httpx.AsyncClient, caller: Caller, item: dict[str, Any]) -> None:
        exchange_id, left_s = item["id"], item["deadline"] - time.time()
        await asyncio.sleep(max(0.0, left_s + 0.05 - random.random() * (early_s + 0.05)))
        told, got = await asyncio.gather(answer(api, exchange_id, f"for {exchange_id}"), caller.receive())
        row = await asyncio.to_thread(wait_for, lambda: _ended(hasty_doors.people, exchange_id))
        outcomes[row["state"]] += 1
        assert row["response"] == got.json and row["status_code"] == got.status
        if row["state"] == "delivered":
            assert got.content == f"for {exchange_id}" and told.status_code in (200, 202)
        else:
            assert (row["state"], row["source"]) == ("timed_out", "timeout")
            assert (got.status, got.json["error"]["code"]) == (504, "timeout")
            assert (told.status_code, told.json()["state"]) == (410, "timed_out")

    rounds = 0
    while rounds < ROUNDS or len(outcomes) < 2:
        assert rounds < ROUNDS_MAX, f"there was no race: {outcomes}"
        rounds += 1
        async with just_parked(hasty_doors) as (api, calls):
            await asyncio.gather(*[race(api, caller, item) for caller, item in calls])
        if not outcomes["delivered"]:
            early_s += 0.15  # a busy machine needs a longer run-up


async def test_of_many_answers_at_once_one_wins_and_the_others_are_told_by_whom(doors: Doors) -> None:
    async def race(api: httpx.AsyncClient, caller: Caller, exchange_id: str) -> None:
        apis = [api, other, api, other]
        asks = [answer(one, exchange_id, f"{n}", f"person-{n}") for n, one in enumerate(apis)]
        told = await asyncio.gather(*asks)
        [winner] = [n for n, one in enumerate(told) if one.status_code in (200, 202)]
        got = await caller.receive()
        assert got.content == f"{winner}"
        for loser in (one for n, one in enumerate(told) if n != winner):
            assert loser.status_code == 409
            data = loser.json()
            assert (data["by"], data["reply_id"]) == (f"person-{winner}", got.json["id"]) and data["at"] > 0

    patient = httpx.AsyncClient(base_url=doors.calls.url, timeout=PATIENCE_S)
    async with parked(doors, CALLS) as (api, calls), patient as other:
        await asyncio.gather(*[race(api, caller, exchange_id) for caller, exchange_id in calls])


async def test_an_answer_against_a_hang_up_tells_whether_it_was_delivered(doors: Doors) -> None:
    outcomes: Counter[str] = Counter()

    async def race(api: httpx.AsyncClient, caller: Caller, exchange_id: str) -> None:
        asking = asyncio.ensure_future(answer(api, exchange_id, "x"))
        await asyncio.sleep(random.random() * 0.03)
        await caller.hang_up()
        told = await asking
        row = await asyncio.to_thread(wait_for, lambda: _ended(doors.people, exchange_id))
        outcomes[row["state"]] += 1
        expected = {"delivered": (200, 202), "undelivered": (410, 202), "gone": (410,)}
        assert told.status_code in expected[row["state"]], (told.text, row["state"])

    async with parked(doors, CALLS) as (api, calls):
        await asyncio.gather(*[race(api, caller, exchange_id) for caller, exchange_id in calls])
    assert sum(outcomes.values()) == CALLS


async def test_an_abort_against_an_answer_has_one_outcome(doors: Doors) -> None:
    async def race(api: httpx.AsyncClient, caller: Caller, exchange_id: str) -> None:
        asks = [answer(api, exchange_id, "x"), api.post(f"/api/desk/{exchange_id}/abort")]
        random.shuffle(asks)
        got: Answer | None = None
        told = await asyncio.gather(*asks)
        with suppress(BROKEN):
            got = await caller.receive()
        row = await asyncio.to_thread(wait_for, lambda: _ended(doors.people, exchange_id))
        assert row["state"] == ("aborted" if got is None else "delivered")
        assert sum(one.status_code < 300 for one in told) == 1

    async with parked(doors, CALLS) as (api, calls):
        await asyncio.gather(*[race(api, caller, exchange_id) for caller, exchange_id in calls])


def _ended(server: Server, exchange_id: str) -> dict[str, Any] | None:
    row = server.exchange(exchange_id)
    return None if row["state"] in ("waiting", "answered", "taken") else row
