"""A sequence and the count of a template, over two processes and either database."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.conftest import Server, start_server
from tests.databases import KINDS, fresh, shared_redis

CALLS, AT_ONCE = 96, 8
BODY = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture(scope="module", params=KINDS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    data_dir, env = tmp_path_factory.mktemp("pair"), {**fresh(request.param), **shared_redis()}
    servers = [start_server(data_dir, **env) for _ in range(2)]
    yield servers
    for server in servers:
        server.stop()


def contents(servers: list[Server], caller: str) -> list[str]:
    """What `CALLS` calls get, half of them of each process, several at once."""
    got: list[str] = []

    def work(server: Server) -> None:
        with httpx.Client(base_url=f"{server.url}/as/{caller}/v1", timeout=30) as client:
            for _ in range(CALLS // AT_ONCE):
                answer = client.post("/chat/completions", json=BODY).json()
                got.append(answer["choices"][0]["message"]["content"])

    threads = [threading.Thread(target=work, args=(servers[number % 2],)) for number in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return got


def queue(server: Server, caller: str, **entry: object) -> None:
    assert server.api.post(f"/api/preset-queue/{caller}", json=entry).status_code == 200


def test_each_reply_of_a_sequence_is_given_exactly_once(pair: list[Server]) -> None:
    wanted = [str(number) for number in range(CALLS)]
    queue(pair[0], "once", sequence=[{"content": text} for text in wanted])
    assert sorted(contents(pair, "once")) == sorted(wanted)
    assert pair[1].api.get("/api/preset-queue/once").json()["count"] == 0


def test_a_cycle_gives_each_of_its_replies_as_often(pair: list[Server]) -> None:
    queue(pair[0], "round", sequence=[{"content": text} for text in "abc"], order="cycle")
    assert Counter(contents(pair, "round")) == dict.fromkeys("abc", CALLS // 3)


def test_a_template_counts_every_time(pair: list[Server]) -> None:
    template = {"name": "counted", "response": {"content": "{{ count|string }}"}}
    assert pair[0].api.post("/api/templates", json=template).status_code == 200
    queue(pair[0], "many", template="counted", uses=None)
    assert sorted(contents(pair, "many"), key=int) == [str(number + 1) for number in range(CALLS)]


def test_two_who_change_a_template_at_once_both_have_their_way(pair: list[Server]) -> None:
    fields = ("category", "description", "response")
    kept = {"name": "both", "response": {"content": "0"}}
    assert pair[0].api.post("/api/templates", json=kept).status_code == 200

    def changing(number: int) -> None:
        with httpx.Client(base_url=pair[number % 2].url, timeout=30) as client:
            for turn in range(12):
                value = {"content": f"{turn}"} if fields[number] == "response" else f"turn {turn}"
                answer = client.patch("/api/templates/both", json={fields[number]: value})
                assert answer.status_code == 200 and answer.json()["template"][fields[number]] == value

    with ThreadPoolExecutor(len(fields)) as pool:
        list(pool.map(changing, range(len(fields))))
    left = pair[0].api.get("/api/templates/both").json()
    assert [left[name] for name in fields] == ["turn 11", "turn 11", {"content": "11"}]
