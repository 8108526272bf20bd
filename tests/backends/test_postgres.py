"""What is particular to PostgreSQL: texts it does not take, answers across processes, a restart of it."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.callers import CALL, callers, serials
from tests.conftest import Server, complaints, start_server, wait_for
from tests.dashboards import Dashboard, dashboard
from tests.databases import fresh, postgres, shared_redis

NUL = "\x00"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    data_dir, database = tmp_path_factory.mktemp("postgres"), {**fresh("postgres"), **shared_redis()}
    servers = [start_server(data_dir, **database) for _ in range(2)]
    yield servers
    for server in servers:
        server.stop()


@pytest.fixture
def server(pair: list[Server]) -> Server:
    pair[0].api.put("/api/fallback", json={"text": "auto"})
    return pair[0]


def ended(server: Server, caller: str) -> dict[str, Any]:
    """The newest exchange of that caller, whole, once it has ended."""
    path = "/api/exchanges"

    def look() -> dict[str, Any] | None:
        items = server.api.get(path, params={"caller": caller}).json()["items"]
        return items[0] if items and items[0]["state"] in ("delivered", "undelivered") else None

    return server.exchange(wait_for(look)["id"])


@pytest.mark.parametrize(
    "body",
    [
        {**CALL, "messages": [{"role": "user", "content": f"a{NUL}b"}]},
        {**CALL, "model": f"gpt{NUL}4o"},
        {**CALL, "messages": [{"role": f"us{NUL}er", "content": "x"}]},
        b'{"model": "a\x00b"}',
        b"\x00\xff\xfe",
        {**CALL, "model": "m" * 5000},
    ],
)
async def test_a_call_that_holds_nul_or_is_too_long_is_answered_and_kept(server: Server, body: Any) -> None:
    async with callers(server.url, "nul") as [caller]:
        answer = await caller.call(body)
        assert answer.status in (200, 400), answer.body
    row = ended(server, "nul")
    assert row["status_code"] == answer.status and row["response"] == answer.json
    if isinstance(body, dict):
        assert row["body"] == body


async def test_a_model_whose_name_holds_nul_is_limited(server: Server) -> None:
    limit = server.api.post("/api/limits", json={"per": "model", "requests_per_minute": 1}).json()["item"]
    async with callers(server.url, "nul-model") as [caller]:
        found = [(await caller.call({**CALL, "model": f"m{NUL}"})).status for _ in range(2)]
    server.api.delete(f"/api/limits/{limit['id']}")
    assert found == [200, 429]


@pytest.mark.parametrize("path", ["/chat/completions%00", "/models/a%00b", "/%ff%fe"])
async def test_a_path_that_holds_nul_is_answered(server: Server, path: str) -> None:
    async with callers(server.url, "path") as [caller]:
        answer = await caller.call(None, method="GET", path=path)
        assert answer.status in (200, 404, 405), answer.body
    assert ended(server, "path")["status_code"] == answer.status


async def test_a_preset_and_an_answer_that_hold_nul_arrive_with_it(server: Server) -> None:
    draft = {"content": f"a{NUL}b"}
    added = server.api.post("/api/preset-queue/kept", json={"response": draft, "label": f"l{NUL}"})
    assert added.status_code == 200, added.text
    async with callers(server.url, "kept") as [caller]:
        assert (await caller.call()).content == f"a{NUL}b"
        server.api.put("/api/fallback", json={"text": "manual"})
        await caller.send({**CALL, "messages": [{"role": "user", "content": NUL}]})
        [item] = server.waiting(1)
        told = server.api.post(
            f"/api/desk/{item['id']}/answer", json={"response": draft}, headers={"x-mock-person": "A"}
        )
        assert told.status_code in (200, 202), told.text
        assert (await caller.receive()).content == f"a{NUL}b"


async def test_the_desk_takes_nul_wherever_a_person_may_send_it(server: Server) -> None:
    server.api.put("/api/fallback", json={"text": "manual"})
    for action in ("answer", "claim", "release", "extend", "abort"):
        unknown = server.api.post(
            f"/api/desk/%00/{action}", json={"response": {}} if action == "answer" else {}
        )
        assert unknown.status_code == 400
    with dashboard(server) as page:
        page.say(type="send_response", id=NUL, response={"content": "x"})
        assert result(page) == (NUL, 404)
        async with callers(server.url, "key") as [caller]:
            await caller.send()
            [item] = server.waiting(1)
            frame = {"type": "send_response", "id": item["id"], "response": {"content": "x"}, "key": NUL}
            for _ in range(2):
                page.say(**frame)
                about, code = result(page)
                assert about == item["id"] and code in (200, 202)
            assert (await caller.receive()).content == "x"


def result(page: Dashboard) -> tuple[str, int]:
    """Of which call the next answer_result speaks, and its code."""
    told = page.until("answer_result")["data"]
    return told["id"], told["code"]


async def test_a_tool_is_found_by_its_name(server: Server) -> None:
    tools = [{"type": "function", "function": {"name": "look_up", "description": NUL}}]
    async with callers(server.url, "tool") as [caller]:
        await caller.call({**CALL, "tools": tools})
        await caller.call({**CALL, "messages": [{"role": "user", "content": '"look_up" \\ud800'}]})
        await caller.call(b'{"tools": [{"function": {"name": "look_up"}}]')
    wait_for(lambda: _count(server, caller="tool") == 3)
    assert _count(server, caller="tool", tool="look_up") == 1
    assert _count(server, q="caller:tool -tool:look_up") == 2
    assert _count(server, caller="tool", tool="user") == 0


def _count(server: Server, **params: str) -> int:
    return int(server.api.get("/api/exchanges/count", params=params).json()["count"])


def test_the_contract_of_the_queues_holds(server: Server) -> None:
    api, url = server.api, "/api/preset-queue/contract"
    assert api.get(url).json() == {"ip": "contract", "count": 0, "paused": False, "items": []}
    one = api.post(url, json={"response": {"content": "1"}, "status_code": 201}).json()
    assert one["success"] is True and one["queue_length"] == 1
    batch = api.post(f"{url}/batch", json={"responses": [{"content": "2"}, 7, {"content": "3"}]}).json()
    assert (batch["added_count"], batch["failed_count"], batch["errors"][0]["index"]) == (2, 1, 1)
    exported = api.get(f"{url}/export")
    assert exported.json() == [{"content": "1"}, {"content": "2"}, {"content": "3"}]
    imported = api.post(f"{url}/import", files={"file": exported.content}).json()
    assert (imported["total"], imported["added_count"], imported["failed_count"]) == (3, 3, 0)
    items = api.get(url).json()["items"]
    assert [item["response"]["content"] for item in items] == ["1", "2", "3"] * 2
    ids = [item["id"] for item in reversed(items)]
    assert api.post(f"{url}/reorder", json={"ids": ids}).status_code == 200
    assert [item["id"] for item in api.get(url).json()["items"]] == ids
    assert api.patch(f"{url}/{ids[0]}", json={"status_code": 418}).status_code == 200
    assert api.get(url).json()["items"][0]["status_code"] == 418
    assert api.delete(f"{url}/{ids[0]}").json() == {"success": True}
    for unknown in (ids[0], "0", "99999999999999999999", "nothing"):
        assert api.delete(f"{url}/{unknown}").status_code == 404
    assert json.loads(api.get("/api/preset-queue").content)["queues"]["contract"]["count"] == 5
    assert api.delete(url).json() == {"success": True} and api.delete(url).status_code == 404
    assert api.delete("/api/preset-queue").json() == {"success": True}


async def test_a_call_is_answered_over_the_other_process(pair: list[Server]) -> None:
    pair[0].api.put("/api/fallback", json={"text": "manual"})
    async with callers(pair[0].url, "tick") as [caller]:
        await caller.send()
        [item] = pair[1].waiting(1)
        pair[1].api.post(f"/api/desk/{item['id']}/answer", json={"response": {"content": "found"}})
        assert (await caller.receive()).content == "found"


async def test_a_restart_of_postgresql_costs_no_call_and_no_parked_caller(pair: list[Server]) -> None:
    """Its connections are all cut: the next call connects anew, a parked one is answered afterwards."""
    server, other = pair
    server.api.put("/api/fallback", json={"text": "manual"})
    server.queue("restart", *serials(3))
    async with callers(server.url, "restart") as [caller], callers(server.url, "stays") as [parked]:
        assert (await caller.call()).serial == 0
        await parked.send()
        [item] = server.waiting(1)
        await asyncio.to_thread(postgres().stop)
        for _ in range(3):
            away = await caller.call()
            assert (away.status, away.json["error"]["code"]) == (503, "database_unavailable")
            assert away.headers["retry-after"] == "1"
        await asyncio.to_thread(everything_asks_for_a_moment, server)
        await asyncio.to_thread(postgres().ensure_postgres_running)
        for number in (1, 2):
            answer = await caller.call()
            assert (answer.status, answer.content) == (200, str(number))
        told = await asyncio.to_thread(
            other.api.post, f"/api/desk/{item['id']}/answer", json={"response": {"content": "after"}}
        )
        assert told.status_code in (200, 202), told.text
        assert (await parked.receive()).content == "after"
    lines = [line for line in server.log.read_text().splitlines() if "database cannot be reached" in line]
    assert 1 <= len(lines) <= 2 and not complaints(server)


def everything_asks_for_a_moment(server: Server) -> None:
    """Our own REST in its shape, a page as a page, a socket before it is open: none with a traceback."""
    asked = {"authorization": "Bearer mot_unknown"}  # looked up before there is a view
    for method, path, headers in (
        ("GET", "/api/desk", {}),
        ("GET", "/api/desk", asked),
        ("GET", "/api/preset-queue", {}),
        ("DELETE", "/api/preset-queue/restart", {}),
        ("GET", "/api/exchanges", {}),
        ("POST", "/api/exchanges/wait", {}),
        ("GET", "/api/stats", {}),
        ("POST", "/api/desk/none/answer", {}),
    ):
        body = {"json": {} if path.endswith("wait") else {"response": {}}} if method == "POST" else {}
        away = server.api.request(method, path, headers=headers, **body)
        assert away.status_code == 503, (path, away.text)
        assert away.headers["retry-after"] == "1" and set(away.json()) == {"detail"}, path
        assert "Traceback" not in away.text and "connection" not in away.text
    for path in ("/", "/queues", "/journal", "/stats", "/settings", "/people"):
        page = server.api.get(path, headers=asked if path == "/people" else {})
        assert (page.status_code, page.headers["retry-after"]) == (503, "1"), (path, page.text)
        assert "looks again by itself" in page.text and page.headers["refresh"], path
    with pytest.raises(InvalidStatus) as refused, connect(server.ws_url, origin=server.url):
        pass
    assert refused.value.response.status_code == 503


async def test_what_is_deleted_before_it_was_rolled_up_stays_in_the_figures(server: Server) -> None:
    async with callers(server.url, "figures") as [caller]:
        for _ in range(3):
            await caller.call(CALL)
    ended(server, "figures")

    def calls() -> int:
        found = server.api.get("/api/stats?span=15m").json()["callers"]
        return sum(one["calls"] for one in found if one["name"] == "figures")

    wait_for(lambda: calls() == 3)
    assert server.api.delete("/api/exchanges", params={"caller": "figures"}).status_code == 200
    assert calls() == 3
    wait_for(lambda: "mockopenai_database_up 1.0" in server.api.get("/metrics").text)


def test_attempts_of_one_call_are_linked_whichever_process_answered(
    pair: list[Server], server: Server
) -> None:
    limited = {
        "response": {"error": {"message": "Slow down."}},
        "status_code": 429,
        "headers": {"retry-after": "40"},
    }
    server.queue("hasty", limited)
    for one in pair:
        one.api.post("/v1/chat/completions", json=CALL, headers={"x-mock-caller": "hasty"})
    ended(server, "hasty")
    path = "/api/exchanges/verdict?caller=hasty"
    told = wait_for(lambda: next((one for one in [pair[1].api.get(path).json()] if not one["open"]), None))
    assert (told["ok"], told["calls"], told["attempts"]) == (False, 1, 2)
    assert [one["kind"] for one in told["verdicts"]] == ["retried_early", "recovered"]
    assert "attempt 2 of 2" in pair[1].api.get("/journal/rows").text
