"""Many calls that wait at once: each gets its own answer, and none costs a thread or a connection."""

import asyncio
import contextlib
import random
from pathlib import Path

import httpx

from tests.callers import CALL, Caller, callers
from tests.conftest import Server, wait_for

COUNT = 500
ANSWERING = 16
SLOW = 300
MORE = 20  # threads that a server may have begun meanwhile, for whatever: a call takes none


def threads(server: Server) -> int:
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("Threads:")))


def database_fds(server: Server) -> int:
    found = 0
    for fd in Path(f"/proc/{server.process.pid}/fd").iterdir():
        with contextlib.suppress(FileNotFoundError):  # closed meanwhile
            found += "mockopenai.sqlite3" in str(fd.readlink())
    return found


async def answer_all(api: httpx.AsyncClient, ids: list[str], contents: dict[str, str]) -> None:
    while ids:
        exchange_id = ids.pop()
        answer = await api.post(
            f"/api/desk/{exchange_id}/answer", json={"response": {"content": contents[exchange_id]}}
        )
        assert answer.json()["state"] in ("delivered", "answered")  # answered: so busy that it is on its way


async def test_500_calls_wait_without_threads_or_connections_and_each_gets_its_own_answer(
    server: Server,
) -> None:
    for _ in range(30):  # the threads that REST uses are there before the count
        server.api.get("/api/desk")
    before = threads(server)
    async with callers(server.url, "crowd", COUNT) as opened:
        for number, caller in enumerate(opened):
            await caller.send({**CALL, "model": f"m{number}"})
        items = await asyncio.to_thread(server.waiting, COUNT)
        assert threads(server) <= before + MORE
        assert database_fds(server) <= 20
        ids = [item["id"] for item in items]
        random.shuffle(ids)
        contents = {item["id"]: f"for {item['model']}" for item in items}
        async with httpx.AsyncClient(base_url=server.url, timeout=30) as api:
            answering = [asyncio.ensure_future(answer_all(api, ids, contents)) for _ in range(ANSWERING)]
            while not all(one.done() for one in answering):
                assert threads(server) <= before + MORE
                await asyncio.sleep(0.02)
            await asyncio.gather(*answering)
        got = await asyncio.gather(*[caller.receive() for caller in opened])
        assert [(one.content, one.json["model"]) for one in got] == [
            (f"for m{n}", f"m{n}") for n in range(COUNT)
        ]
    assert database_fds(server) <= 20
    assert server.api.get("/api/desk").json()["count"] == 0


async def test_300_answers_that_take_their_time_take_no_threads(server: Server) -> None:
    """An answer waits up to 2 s to hear that its reply has left."""
    for _ in range(30):
        server.api.get("/api/desk")
    before = threads(server)
    limits = httpx.Limits(max_connections=SLOW)
    async with (
        callers(server.url, "slow", SLOW) as opened,
        httpx.AsyncClient(base_url=server.url, timeout=30, limits=limits) as api,
    ):
        for caller in opened:
            await caller.send()
        items = await asyncio.to_thread(server.waiting, SLOW)
        reply = {"response": {"content": "in a while"}, "delay_ms": 1500}
        asking = [
            asyncio.ensure_future(api.post(f"/api/desk/{one['id']}/answer", json=reply)) for one in items
        ]
        most = before
        while not all(one.done() for one in asking):
            most = max(most, threads(server))
            await asyncio.sleep(0.05)
        assert {one.result().status_code for one in asking} <= {200, 202}
        assert most <= before + MORE
        got = await asyncio.gather(*[caller.receive() for caller in opened])
        assert {one.content for one in got} == {"in a while"}


async def test_many_who_hang_up_at_once_leave_nothing_behind(server: Server) -> None:
    async with callers(server.url, "leavers", 200) as opened:
        for caller in opened:
            await caller.send()
        await asyncio.to_thread(server.waiting, 200)
    await asyncio.to_thread(server.waiting, 0)
    count = server.api.get("/api/exchanges/count", params={"caller": "leavers", "state": "gone"}).json()[
        "count"
    ]
    assert count == 200


async def test_an_answered_connection_is_kept_for_the_next_call(server: Server) -> None:
    async with callers(server.url, "kept") as [caller]:
        for number in range(3):
            await caller.send()
            item = wait_for(lambda: next(iter(server.api.get("/api/desk").json()["items"]), None))
            server.answer(item["id"], f"{number}")
            answer = await receive(caller)
            assert answer == f"{number}"


async def receive(caller: Caller) -> str:
    return (await caller.receive()).content
