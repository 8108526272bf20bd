"""The queues on a real server: events, bodies in chunks, two processes on one database."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any

import httpx
import pytest

from tests.conftest import PATIENCE_S
from tests.dashboards import dashboard
from tests.databases import shared_redis

HI = {"content": "hi"}


def change(name: str, server: Any, entry: str) -> Any:
    """One change of the queue `ev` that holds this entry."""
    api, url = server.api, "/api/preset-queue/ev"
    return {
        "add": lambda: api.post(url, json={"response": HI}),
        "batch": lambda: api.post(f"{url}/batch", json={"responses": [HI, HI]}),
        "import": lambda: api.post(f"{url}/import", files={"file": b'[{"content": "hi"}]'}),
        "patch": lambda: api.patch(f"{url}/{entry}", json={"label": "x"}),
        "reorder": lambda: api.post(f"{url}/reorder", json={"ids": [entry]}),
        "move": lambda: api.post(f"{url}/{entry}/move", json={"before": None}),
        "pause": lambda: api.post(f"{url}/pause", json={"paused": True}),
        "go on": lambda: api.post(f"{url}/pause", json={"paused": False}),
        "delete": lambda: api.delete(f"{url}/{entry}"),
        "clear": lambda: api.delete(url),
    }[name]()


@pytest.mark.parametrize(
    "name", ["add", "batch", "import", "patch", "reorder", "move", "pause", "go on", "delete", "clear"]
)
def test_dashboards_hear_of_every_change_of_a_queue(server: Any, name: str) -> None:
    entry = server.api.post("/api/preset-queue/ev", json={"response": HI}).json()["response_id"]
    if name == "go on":
        assert change("pause", server, entry).status_code == 200
    with dashboard(server) as opened:
        assert change(name, server, entry).status_code == 200
        event = opened.until("queue_updated")
    assert event["ip"] == "ev"
    assert event["data"]["ip"] == "ev"


def test_dashboards_hear_that_all_queues_are_cleared(server: Any) -> None:
    with dashboard(server) as opened:
        assert server.api.delete("/api/preset-queue").status_code == 200
        assert opened.until("all_queues_updated")


def test_what_changes_nothing_says_nothing(server: Any) -> None:
    with dashboard(server) as opened:
        assert server.api.delete("/api/preset-queue/nobody").status_code == 404
        assert server.api.delete("/api/preset-queue/nobody/1").status_code == 404
        assert server.api.post("/api/preset-queue/nobody/batch", json={"responses": []}).status_code == 200
        dry = server.api.post("/api/preset-queue/nobody/batch?dry_run=true", json={"responses": [HI]})
        assert dry.status_code == 200
        assert server.api.post("/api/preset-queue/nobody/pause", json={"paused": False}).status_code == 200
        server.api.post("/api/preset-queue/last", json={"response": HI})
        assert opened.until("queue_updated")["ip"] == "last"


def test_a_body_in_chunks_is_read(server: Any) -> None:
    chunks = iter([b'{"response": {"n": 1.', b"10}}"])
    headers = {"content-type": "application/json"}
    answer = server.api.post("/api/preset-queue/chunked", content=chunks, headers=headers)
    assert answer.status_code == 200
    assert '{"n": 1.10}' in server.api.get("/api/preset-queue/chunked").text


def test_calls_of_a_long_queue_wait_for_its_reading_and_each_gets_its_own(server: Any) -> None:
    """A limit counts such a call once, though it is decided anew."""
    size, calls = 1500, 24
    match = [{"response": {"content": str(n)}, "match": {"last_user": f"<{n}>"}} for n in range(size)]
    assert server.queue("long", *match)["added_count"] == size
    server.api.post("/api/limits", json={"per": "caller", "requests_per_minute": calls})
    got: dict[int, str] = {}

    def call(first: int) -> None:
        with httpx.Client(base_url=f"{server.url}/as/long/v1", timeout=PATIENCE_S) as client:
            for n in range(first, size, size // calls * 4)[: calls // 6]:
                messages = [{"role": "user", "content": f"<{n}>"}]
                answer = client.post("/chat/completions", json={"model": "x", "messages": messages})
                got[n] = answer.json()["choices"][0]["message"]["content"]

    threads = [Thread(target=call, args=(first,)) for first in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == {n: str(n) for n in got} and len(got) == calls
    assert len(server.api.get("/api/preset-queue/long").json()["items"]) == size - calls


def test_two_processes_add_to_one_queue_without_losing_or_mixing_anything(
    start: Callable[..., Any], tmp_path: Any
) -> None:
    servers = [start(data_dir=tmp_path / "data", **shared_redis()) for _ in range(2)]

    def add(server: Any, name: str) -> None:
        for index in range(100):
            answer = server.api.post("/api/preset-queue/a", json={"response": {"content": f"{name}{index}"}})
            assert answer.status_code == 200, answer.text

    threads = [Thread(target=add, args=pair) for pair in zip(servers, "xy", strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    items = servers[0].api.get("/api/preset-queue/a").json()["items"]
    contents = [item["response"]["content"] for item in items]
    for name in "xy":
        assert [one for one in contents if one[0] == name] == [f"{name}{index}" for index in range(100)]


@pytest.mark.parametrize("mode", ["auto", "refuse"])
def test_an_expression_that_takes_long_holds_up_nobody_else(server: Any, mode: str) -> None:
    """In time that is linear in the text, but a second of it; a refusal looks at it, too.

    Tried some times: a busy machine holds up anybody now and then.
    """
    server.api.put("/api/fallback", json={"text": mode})
    server.queue("slow", HI, match={"last_user": {"regex": "a[ab]{990}a[ab]{900}c"}})
    server.queue("quick", HI, uses=None)
    tries: list[tuple[float, float]] = []

    def took_s(caller: str, content: str) -> tuple[float, int]:
        body = {"model": "gpt-4o", "messages": [{"role": "user", "content": content}]}
        began = time.monotonic()
        answer = server.api.post(
            "/v1/chat/completions", json=body, headers={"authorization": f"Bearer sk-mock-{caller}"}
        )
        return time.monotonic() - began, answer.status_code

    while len(tries) < 6:
        text = "".join(random.Random(f"{mode} {len(tries)}").choices("ab", k=200_000))  # none is known
        with ThreadPoolExecutor(1) as pool:
            slow = pool.submit(took_s, "slow", text)
            others_s = [took_s("quick", "Hello?")[0]]
            while not slow.done():
                others_s.append(took_s("quick", "Hello?")[0])
        assert slow.result()[1] == (200 if mode == "auto" else 404)
        tries.append((max(others_s), slow.result()[0]))
        if tries[-1][0] < tries[-1][1] / 3:
            return
    pytest.fail(f"others were held up: {tries}")
