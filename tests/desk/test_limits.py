"""How many calls may wait, and what the next one is told."""

from collections.abc import Iterator

import pytest

from tests.callers import callers
from tests.conftest import Server, start_server, wait_for

PER_CALLER, IN_ALL = 3, 5


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    limits = {"MOCKOPENAI_MAX_WAITING_PER_CALLER": str(PER_CALLER), "MOCKOPENAI_MAX_WAITING": str(IN_ALL)}
    server = start_server(tmp_path_factory.mktemp("narrow"), **limits)
    yield server
    server.stop()


def source_of(server: Server, caller: str) -> list[tuple[str, str, int]]:
    """What the journal says of the calls that were answered, once their endings are written."""
    items = server.api.get("/api/exchanges", params={"caller": caller}).json()["items"]
    if any(item["state"] == "taken" for item in items):
        return []
    return [(one["state"], one["source"], one["status_code"]) for one in items if one["state"] != "waiting"]


async def test_the_call_above_a_callers_limit_is_refused_and_not_to_be_retried(narrow: Server) -> None:
    async with callers(narrow.url, "many", PER_CALLER + 1) as opened, callers(narrow.url, "few") as [few]:
        for caller in opened[:PER_CALLER]:
            await caller.send()
        narrow.waiting(PER_CALLER)
        refused = await opened[-1].call()
        assert (refused.status, refused.headers["x-should-retry"]) == (429, "false")
        error = refused.json["error"]
        assert error["code"] == "too_many_waiting" and "'many'" in error["message"]
        assert "MOCKOPENAI_MAX_WAITING_PER_CALLER" in error["message"]
        assert wait_for(lambda: source_of(narrow, "many") or None) == [("delivered", "limit", 429)]
        await few.send()
        narrow.waiting(PER_CALLER + 1)
        first = narrow.api.get("/api/desk").json()["items"][0]
        assert narrow.answer(first["id"]).status_code == 200
        await opened[-1].send()
        narrow.waiting(PER_CALLER + 1)
    narrow.waiting(0)


async def test_the_call_above_the_limit_of_all_is_refused_whoever_asks(narrow: Server) -> None:
    async with (
        callers(narrow.url, "all-a", 3) as first,
        callers(narrow.url, "all-b", 2) as second,
        callers(narrow.url, "all-c") as [late],
    ):
        for caller in (*first, *second):
            await caller.send()
        narrow.waiting(IN_ALL)
        refused = await late.call()
        assert (refused.status, refused.headers["x-should-retry"]) == (429, "false")
        assert "MOCKOPENAI_MAX_WAITING," not in refused.json["error"]["message"]
        assert refused.json["error"]["message"].endswith("or raise MOCKOPENAI_MAX_WAITING.")
        narrow.queue("all-c", {"content": "a preset needs no place"})
        assert (await late.call()).content == "a preset needs no place"
    narrow.waiting(0)


async def test_calls_that_come_together_do_not_slip_past_the_limit(narrow: Server) -> None:
    async with callers(narrow.url, "burst", 20) as opened:
        for caller in opened:
            await caller.send()
        narrow.waiting(PER_CALLER)
        wait_for(lambda: len(source_of(narrow, "burst")) == 20 - PER_CALLER)
    narrow.waiting(0)
