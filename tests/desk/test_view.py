"""The desk behind Django's plain async view, on a stock server without our door."""

from collections.abc import Iterator

import pytest

from tests.callers import callers
from tests.conftest import Server, start_server, wait_for
from tests.desk.conftest import parking, state_of


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_server(tmp_path_factory.mktemp("view"), door="view")
    yield server
    server.stop()


async def test_an_answer_reaches_its_caller(view: Server) -> None:
    async with parking(view) as call:
        assert call.answer("through the view").json() == {"state": "delivered"}
        assert (await call.caller.receive()).content == "through the view"


async def test_a_caller_who_hangs_up_while_it_waits_is_gone(view: Server) -> None:
    async with parking(view) as call:
        await call.caller.hang_up()
        state_of(call, "gone")


async def test_a_caller_who_hangs_up_during_the_delay_is_undelivered_and_the_preset_comes_back(
    view: Server,
) -> None:
    view.queue("slow", {"content": "x"}, delay_ms=60_000, on_undelivered="requeue")
    async with callers(view.url, "slow") as [caller]:
        await caller.send()
        wait_for(lambda: view.api.get("/api/preset-queue/slow").json()["count"] == 0)
        await caller.hang_up()
    wait_for(lambda: view.api.get("/api/preset-queue/slow").json()["count"] == 1)
    [row] = view.api.get("/api/exchanges", params={"caller": "slow"}).json()["items"]
    assert row["state"] == "undelivered"


async def test_no_call_stays_open_when_callers_leave_at_any_moment(view: Server) -> None:
    view.queue("leave", {"content": "x"}, uses=None)
    async with callers(view.url, "leave", 40) as opened, callers(view.url, "leave-parked", 40) as parked:
        for caller in (*opened, *parked):
            await caller.send()
            await caller.hang_up()
    view.waiting(0)
    for state in ("taken", "answered", "waiting"):
        wait_for(lambda state=state: count(view, state) == 0)


def count(server: Server, state: str) -> int:
    return server.api.get("/api/exchanges/count", params={"state": state}).json()["count"]
