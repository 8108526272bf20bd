"""Several workers of one server: the proofs of benchmarks/workers.py in a small size."""

import asyncio
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from benchmarks.crew import Crew, crew
from benchmarks.ends import kills, orphans, sigterm
from benchmarks.figure import Figure
from benchmarks.proofs import drain, parked, redis, rolls
from tests.callers import all_of, callers, serials
from tests.callers import drain as drain_over
from tests.conftest import PATIENCE_S, Server
from tests.dashboards import dashboard
from tests.databases import fresh

TOLD_S, ENDED_S = 10, 25  # 2 and 10 are promised; the machine may be busy


@pytest.fixture(scope="module")
def database() -> dict[str, Any]:
    return fresh("postgres")


@pytest.fixture(scope="module")
def team(database: dict[str, Any]) -> Iterator[Crew]:
    """As a team runs it: several workers on PostgreSQL."""
    with crew(3, MOCKOPENAI_FALLBACK="refuse", **database) as found:
        yield found


def fallback(found: Crew, mode: str) -> None:
    url = f"http://127.0.0.1:{found.port}/api/fallback"
    answer = httpx.put(url, json={"text": mode}, timeout=PATIENCE_S)
    assert answer.status_code == 200, answer.text


def assert_right(*figures: Figure) -> None:
    assert [fault for figure in figures for fault in figure.faults] == []


async def test_64_connections_drain_the_queues_over_several_workers_exactly_once_in_order(team: Crew) -> None:
    fallback(team, "refuse")
    assert_right(await drain(team, 1200))


async def test_workers_killed_under_load_answer_nothing_twice_and_others_take_their_place(team: Crew) -> None:
    fallback(team, "refuse")
    assert_right(await kills(team, 3, pause_s=0.4))
    assert len(team.lines("ended by signal 9")) == 3


async def test_a_rolling_restart_under_load_fails_no_call_and_loses_no_preset(team: Crew) -> None:
    fallback(team, "refuse")
    assert_right(await rolls(team, 1))


async def test_parked_calls_are_answered_in_any_order_over_any_worker(team: Crew) -> None:
    fallback(team, "manual")
    assert_right(*await parked(team, 100))


async def test_while_redis_is_away_presets_are_answered_and_nobody_who_waits_is_lost(team: Crew) -> None:
    fallback(team, "manual")
    assert_right(*await redis(team, 3))


async def test_two_hosts_on_one_database_and_redis_are_one_server(
    team: Crew, database: dict[str, Any]
) -> None:
    """Queued over one and taken over the other; answered over the other; both know who is here."""
    fallback(team, "refuse")
    with crew(2, beside=team, MOCKOPENAI_FALLBACK="manual", **database) as other:
        one, two = server_of(team), server_of(other)
        with one.api, two.api, dashboard(one, "ann") as here, dashboard(two, "bob") as there:
            for page in (here, there):
                page.until("presence", names=["ann", "bob"])
            one.queue("hosts", *serials(8))
            drained = await drain_over([two.url, one.url], "hosts", connections=4)
            assert sorted(all_of(drained)) == list(range(8))
            fallback(other, "manual")
            async with callers(one.url, "far") as [caller]:
                await caller.send()
                for page in (here, there):
                    assert page.until("new_request", ip="far")
                [item] = await asyncio.to_thread(two.waiting, 1)
                told = await asyncio.to_thread(two.answer, item["id"], "from the other host")
                assert (told.status_code, told.json()) == (200, {"state": "delivered"})
                assert (await caller.receive()).content == "from the other host"
            for page in (here, there):
                assert page.until("completed_request", id=item["id"])["data"]["state"] == "delivered"
            row = one.exchange(item["id"])
            assert (row["state"], row["caller"], row["answered_by"]) == ("delivered", "far", "api")


def server_of(found: Crew) -> Server:
    return Server(found.process, f"http://127.0.0.1:{found.port}", found.log.parent, {}, [], found.log)


async def test_a_crew_that_is_told_to_stop_leaves_nobody_without_an_answer(team: Crew) -> None:
    """The last test of this crew."""
    fallback(team, "manual")
    loop = asyncio.get_running_loop()
    began = loop.time()
    figure = await sigterm(team, 40)
    assert_right(figure)
    assert figure.value < TOLD_S and loop.time() - began < ENDED_S


async def test_workers_do_not_outlive_their_supervisor() -> None:
    options: dict[str, Any] = {"MOCKOPENAI_FALLBACK": "manual", **fresh("postgres")}
    with crew(2, **options) as found:
        assert_right(await orphans(found, 1))
