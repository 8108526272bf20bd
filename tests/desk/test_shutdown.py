"""SIGTERM: whoever waits is told at once, whatever is on its way arrives, and the journal knows."""

import asyncio
import signal
import sqlite3
import time
from collections.abc import AsyncIterator, Callable
from contextlib import closing

import httpx
import pytest
from websockets.sync.client import connect

from tests.callers import BROKEN, CALL, Answer, Caller, callers
from tests.conftest import Server

TOLD_S = 5  # 2 are promised; the machine may be busy
EXIT_S = 25  # 10 are promised


async def answered_within(caller: Caller, began: float) -> tuple[Answer, float]:
    return await caller.receive(), time.monotonic() - began


async def is_closed(idle: Caller) -> None:
    """An idle connection is closed; in the first second after the signal it says so with one more answer."""
    with pytest.raises(BROKEN):
        answer = await idle.call()
        assert (answer.status, answer.headers["connection"]) == (503, "close")
        assert answer.json["error"]["code"] == "shutting_down"
        await idle.call()


def states(server: Server) -> list[tuple[str, str, str, str]]:
    with closing(sqlite3.connect(server.data_dir / "mockopenai.sqlite3")) as database:
        rows = database.execute(
            "SELECT caller, state, source, note FROM journal_exchange WHERE endpoint LIKE 'chat%'"
        )
        return rows.fetchall()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
async def test_a_server_that_is_told_to_stop_leaves_nobody_without_an_answer(
    start: Callable[..., Server], how: signal.Signals
) -> None:
    server = start(MOCKOPENAI_WARM_AFTER_S="0.1")
    server.queue("on-its-way", {"content": "arrived"}, delay_ms=1500)
    server.queue("too-late", {"content": "never"}, delay_ms=60_000)
    async with (
        callers(server.url, "parked", 30) as parked,
        callers(server.url, "on-its-way") as [on_its_way],
        callers(server.url, "too-late") as [too_late],
        callers(server.url, "idle") as [idle],
    ):
        for caller in (*parked, on_its_way, too_late):
            await caller.send()
        await idle.call(None, method="GET", path="/models")
        streamed = warm(server)
        assert await anext(streamed) == ": waiting"
        server.waiting(31)
        with connect(server.ws_url, origin=server.url, max_queue=None):
            began = time.monotonic()
            server.process.send_signal(how)
            told = await asyncio.gather(*[answered_within(one, began) for one in parked])
            for answer, _ in told:
                assert (answer.status, answer.headers["retry-after"]) == (503, "1")
                assert answer.headers["content-type"] == "application/json"
                assert answer.json["error"]["code"] == "shutting_down"
            last = [line async for line in streamed if line.startswith("data: ")]
            assert len(last) == 1 and '"shutting_down"' in last[0]
            assert (await on_its_way.receive()).content == "arrived"
            await is_closed(idle)
            late, late_s = await answered_within(too_late, began)  # when nobody is waited for any more
            assert max(took_s for _, took_s in told) < max(TOLD_S, late_s - 0.5), "they were not told at once"
            assert (late.status, late.json["error"]["code"]) == (503, "shutting_down")
            assert late.headers["x-request-id"].startswith("req_")
            code = await asyncio.to_thread(server.process.wait, EXIT_S)
            assert time.monotonic() - began < EXIT_S
        assert code in (0, -how, 128 + how)
    with pytest.raises(httpx.TransportError):
        httpx.get(server.url, timeout=30)
    rows = [row for row in states(server) if row[0] != "idle"]
    assert sorted({row[:3] for row in rows}) == [
        ("on-its-way", "delivered", "preset"),
        ("parked", "orphaned", "shutdown"),
        ("too-late", "undelivered", "preset"),
    ]
    assert len(rows) == 33 and all("shut down" in note for caller, _, _, note in rows if caller == "parked")
    with closing(sqlite3.connect(server.data_dir / "mockopenai.sqlite3")) as database:
        assert database.execute("SELECT count(*) FROM desk_worker").fetchone() == (0,)
    assert "Traceback" not in server.log.read_text()


async def warm(server: Server) -> AsyncIterator[str]:
    """The lines of a streaming call that is kept warm while it waits."""
    async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
        asking = client.stream("POST", "/as/parked/v1/chat/completions", json={**CALL, "stream": True})
        async with asking as response:
            assert response.status_code == 200
            async for line in response.aiter_lines():
                yield line
