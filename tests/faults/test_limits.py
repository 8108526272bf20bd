"""Rate limits: what is let through is what the limit says, over processes and restarts; all headers are true."""

import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import openai
import pytest

from tests.conftest import Server, start_server, wait_for
from tests.databases import KINDS, fresh, shared_redis
from tests.faults.conftest import CHAT, Rules

LIMIT = 60
CLIENTS = 10
EACH = 15
BODY = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello?"}]}


def told(answer: httpx.Response, what: str) -> str:
    return str(answer.headers[f"x-ratelimit-{what}"])


# --- how many are let through --------------------------------------------------------------------


@pytest.fixture(scope="module", params=KINDS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Server]]:
    """Two processes on one database."""
    env = {**fresh(request.param), **shared_redis(), "MOCKOPENAI_FALLBACK": "auto"}
    data_dir = tmp_path_factory.mktemp("limits")
    servers = [start_server(data_dir, **env) for _ in range(2)]
    yield servers
    for server in servers:
        server.stop()


def hammer(servers: list[Server]) -> tuple[int, float]:
    """Ten clients ask as fast as they can, in turn at each server: how many were answered, in how many seconds."""

    def client(number: int) -> int:
        url = servers[number % len(servers)].url
        with httpx.Client(base_url=url, headers={"X-Mock-Caller": "hammer"}, timeout=30) as http:
            answers = [http.post(CHAT, json=BODY) for _ in range(EACH)]
        assert {answer.status_code for answer in answers} <= {200, 429}
        return sum(answer.status_code == 200 for answer in answers)

    began = time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        passed = sum(pool.map(client, range(CLIENTS)))
    return passed, time.monotonic() - began


@pytest.mark.parametrize("processes", [1, 2])
def test_60_a_minute_lets_60_through_and_what_has_flowed_back_meanwhile(
    pair: list[Server], processes: int
) -> None:
    pair[0].api.delete("/api/limits")
    pair[0].api.post("/api/limits", json={"requests_per_minute": LIMIT})  # per caller, unless it says else
    passed, took_s = hammer(pair[:processes])
    assert LIMIT <= passed <= LIMIT + took_s * LIMIT / 60 + 1


def test_a_used_up_limit_is_used_up_for_the_other_process_too(pair: list[Server]) -> None:
    one, other = pair
    one.api.delete("/api/limits")
    other.api.post("/api/limits", json={"per": "everyone", "requests_per_minute": 1})
    assert one.api.post(CHAT, json=BODY).status_code == 200
    assert other.api.post(CHAT, json=BODY).status_code == 429
    assert one.api.post(CHAT, json=BODY).status_code == 429
    one.api.delete("/api/limits")
    assert other.api.post(CHAT, json=BODY).status_code == 200


def test_what_was_used_outlives_a_restart(start: Callable[..., Server]) -> None:
    server = start(MOCKOPENAI_FALLBACK="auto")
    server.api.post("/api/limits", json={"per": "everyone", "requests_per_minute": 1})
    assert server.api.post(CHAT, json=BODY).status_code == 200
    server.stop()
    again = start(MOCKOPENAI_FALLBACK="auto")
    assert again.api.post(CHAT, json=BODY).status_code == 429


def test_a_call_that_nobody_answers_is_told_the_truth_too(start: Callable[..., Server]) -> None:
    server = start(MOCKOPENAI_FALLBACK="manual", MOCKOPENAI_HOLD_S="1")
    server.api.post("/api/limits", json={"per": "key", "requests_per_minute": 1})
    answer = server.api.post(CHAT, json=BODY, headers={"Authorization": "Bearer sk-x"})
    assert answer.status_code == 504
    assert (told(answer, "limit-requests"), told(answer, "remaining-requests")) == ("1", "0")


# --- what is told --------------------------------------------------------------------------------


def test_every_answer_says_what_remains_whole_and_streamed_and_first_and_later(rules: Rules) -> None:
    rules.add("limits", per="caller", requests_per_minute=600, tokens_per_minute=60_000)
    began = time.monotonic()
    for number, stream in enumerate([False, False, True, True]):  # the later ones go the fast way
        answer = rules.chat("told", stream=stream)
        assert answer.status_code == 200
        assert told(answer, "limit-requests") == "600"
        flowed = (time.monotonic() - began) * 600 / 60
        assert 599 - number <= int(told(answer, "remaining-requests")) <= min(599, 600 - number + flowed)
        assert told(answer, "reset-requests").endswith("ms")
        assert told(answer, "limit-tokens") == "60000"
        assert 50_000 < int(told(answer, "remaining-tokens")) < 60_000
    assert told(rules.chat("told"), "limit-tokens") == "60000"
    rules.server.api.delete("/api/limits")
    assert told(rules.chat("told"), "limit-requests") == "10000"


def test_openais_429_in_its_words_and_with_the_time_to_wait(rules: Rules) -> None:
    rules.add("limits", per="caller", requests_per_minute=6)
    began = time.monotonic()
    assert {rules.chat("words").status_code for _ in range(6)} == {200}
    for stream in (False, True):
        answer = rules.chat("words", stream=stream)
        assert answer.status_code == 429
        error = answer.json()["error"]
        assert error["type"] == "requests"
        assert error["code"] == "rate_limit_exceeded"
        assert error["message"].startswith(
            "Rate limit reached for gpt-4o in organization org-mockopenai on requests per min (RPM): "
            "Limit 6, Used 6, Requested 1. Please try again in "
        )
        wait_ms = int(answer.headers["retry-after-ms"])
        flowed_ms = (time.monotonic() - began) * 1000
        assert 9_990 - flowed_ms < wait_ms <= 10_000
        assert int(answer.headers["retry-after"]) == math.ceil(wait_ms / 1000)
        assert told(answer, "remaining-requests") == "0"
    row = rules.server.api.get("/api/exchanges?caller=words").json()["items"][0]
    assert (row["source"], row["status_code"]) == ("limit", 429)
    assert "requests per min" in row["note"]


def test_an_sdk_waits_as_it_is_told_and_is_let_through(rules: Rules) -> None:
    rules.add("limits", per="caller", requests_per_minute=120)
    client = openai.OpenAI(base_url=f"{rules.server.url}/as/patient/v1", api_key="sk-x", max_retries=2)
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda _: rules.chat("patient"), range(120)))
    began = time.monotonic()
    assert client.chat.completions.create(**BODY).choices
    assert time.monotonic() - began < 15


def test_a_refused_call_uses_up_no_preset(rules: Rules) -> None:
    rules.server.queue("saved", {"content": "one"}, {"content": "two"})
    rules.add("limits", per="caller", name="saved", requests_per_minute=1)
    assert rules.chat("saved").json()["choices"][0]["message"]["content"] == "one"
    assert rules.chat("saved").status_code == 429
    assert rules.server.api.get("/api/preset-queue/saved").json()["count"] == 1
    assert rules.chat("other").status_code == 200


def test_what_an_author_says_of_the_limits_stays(rules: Rules) -> None:
    rules.add("limits", per="everyone", requests_per_minute=50)
    headers = {"x-ratelimit-remaining-requests": "7"}
    rules.server.queue("authored", {"content": "x"}, headers=headers)
    answer = rules.chat("authored")
    assert told(answer, "remaining-requests") == "7"
    assert told(answer, "limit-requests") == "50"
    [row] = rules.server.api.get("/api/exchanges?caller=authored").json()["items"]
    assert rules.server.exchange(row["id"])["reply_headers"]["x-ratelimit-limit-requests"] == "50"
    preset = rules.server.api.get(f"/api/exchanges/{row['id']}/as/preset").json()
    assert preset["headers"] == headers  # the true ones are not frozen


# --- tokens --------------------------------------------------------------------------------------


def tokens_used(rules: Rules) -> float:
    [item] = rules.server.api.get("/api/limits").json()["items"]
    [bucket] = item["buckets"]
    used: float = bucket["tokens"]["used"]
    return used


def test_exactly_the_tokens_of_the_answer_are_spent(rules: Rules) -> None:
    rules.add("limits", per="caller", tokens_per_minute=1_000_000_000)
    began = time.monotonic()
    spent = 0
    rules.server.queue("exact", {"content": "five words are said here"}, endpoint="chat.completions")
    rules.server.queue("exact", {"content": "x", "usage": {"prompt_tokens": 500_000_000}})
    for fields in ({}, {}, {"max_tokens": 5}, {"stream": True, "stream_options": {"include_usage": True}}):
        answer = rules.chat("exact", **fields)
        assert answer.status_code == 200
    rows = rules.server.api.get("/api/exchanges?caller=exact").json()["items"]
    spent = sum(row["prompt_tokens"] + row["completion_tokens"] for row in rows)
    used = tokens_used(rules)
    flowed = (time.monotonic() - began) * 1_000_000_000 / 60
    assert spent - flowed <= used <= spent
    assert spent > 500_000_000


def test_a_call_is_refused_that_needs_more_tokens_than_there_are(rules: Rules) -> None:
    rules.add("limits", per="caller", tokens_per_minute=60)
    assert rules.chat("short", max_tokens=5).status_code == 200
    answer = rules.chat("short", max_tokens=50)
    assert answer.status_code == 429
    error = answer.json()["error"]
    assert error["type"] == "tokens"
    assert "on tokens per min (TPM): Limit 60, Used " in error["message"]
    assert "Requested 59." in error["message"]  # nine of the prompt
    large = rules.chat("short", max_tokens=1000)
    assert "Request too large for gpt-4o" in large.json()["error"]["message"]
    assert "retry-after" not in large.headers


def test_what_a_person_answers_is_spent_when_it_is_written_and_told(rules: Rules) -> None:
    server = rules.server
    server.api.put("/api/fallback", json={"text": "manual"})
    rules.add("limits", per="key", tokens_per_minute=6_000, requests_per_minute=6)
    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(rules.chat, "desk", key="sk-secret-1")
        [waiting] = server.waiting(1)
        [bucket] = server.api.get("/api/limits").json()["items"][0]["buckets"]
        assert bucket["requests"]["used"] > 0
        assert bucket["tokens"]["used"] == 0
        assert server.answer(waiting["id"], "one two three four").status_code == 200
        answer = asking.result()
    usage = answer.json()["usage"]
    assert told(answer, "remaining-tokens") == str(6_000 - usage["total_tokens"])
    assert int(told(answer, "remaining-requests")) in (5, 6)
    assert "secret" not in server.api.get("/api/limits").text


# --- by whom -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("per", "same", "other"),
    [
        ("caller", {"caller": "a", "key": "k2"}, {"caller": "b", "key": "k1"}),
        ("key", {"caller": "b", "key": "k1"}, {"caller": "a", "key": "k2"}),
        ("model", {"caller": "b", "key": "k2"}, {"caller": "a", "key": "k1", "model": "o3"}),
    ],
)
def test_each_has_a_bucket_of_its_own(
    rules: Rules, per: str, same: dict[str, Any], other: dict[str, Any]
) -> None:
    rules.add("limits", per=per, requests_per_minute=1)
    assert rules.chat("a", key="k1").status_code == 200
    assert rules.chat(**same).status_code == 429
    assert rules.chat(**other).status_code == 200


def test_a_key_has_one_bucket_by_whichever_header_it_comes(rules: Rules) -> None:
    rules.add("limits", per="key", requests_per_minute=1)
    assert rules.chat("a", key="k1").status_code == 200
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello?"}]}
    for headers in ({"api-key": "k1"}, {"Authorization": "bearer k1"}):
        again = rules.server.api.post("/v1/chat/completions", json=body, headers=headers)
        assert again.status_code == 429


def test_what_only_looks_is_not_counted(rules: Rules) -> None:
    rules.add("limits", per="everyone", requests_per_minute=1)
    assert {rules.server.api.get("/v1/models").status_code for _ in range(3)} == {200}
    assert rules.chat("counted").status_code == 200


def test_two_limits_are_both_kept_and_the_longer_wait_is_told(rules: Rules) -> None:
    rules.add("limits", per="caller", requests_per_minute=2)
    rules.add("limits", per="everyone", requests_per_minute=3)
    assert [rules.chat("x").status_code for _ in range(3)] == [200, 200, 429]
    assert [rules.chat("y").status_code for _ in range(2)] == [200, 429]


# --- REST ----------------------------------------------------------------------------------------


def test_a_limit_is_changed_and_deleted(rules: Rules) -> None:
    item = rules.add("limits", per="caller", name="x", requests_per_minute=1)
    assert item["buckets"] == []
    assert [rules.chat("x").status_code for _ in range(2)] == [200, 429]
    changed = rules.server.api.patch(f"/api/limits/{item['id']}", json={"requests_per_minute": 3})
    [bucket] = changed.json()["item"]["buckets"]
    assert bucket["of"] == "x" and bucket["requests"]["limit"] == 3 and bucket["requests"]["used"] > 0
    assert rules.chat("x").status_code == 200
    assert rules.server.api.delete(f"/api/limits/{item['id']}").status_code == 200
    assert rules.server.api.get("/api/limits").json() == {"items": []}
    assert rules.server.api.delete(f"/api/limits/{item['id']}").status_code == 404
    assert rules.server.api.patch(f"/api/limits/{item['id']}", json={}).status_code == 404


def test_a_limit_that_becomes_one_for_others_has_full_buckets(rules: Rules) -> None:
    item = rules.add("limits", per="caller", requests_per_minute=1)
    assert [rules.chat("x").status_code for _ in range(2)] == [200, 429]
    changed = rules.server.api.patch(f"/api/limits/{item['id']}", json={"per": "model"})
    assert changed.json()["item"]["buckets"] == []
    assert [rules.chat("x").status_code for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"per": "planet", "requests_per_minute": 1}, "per"),
        ({"per": "caller"}, "requests_per_minute"),
        ({"per": "caller", "requests_per_minute": 0}, "requests_per_minute"),
        ({"per": "caller", "tokens_per_minute": "9"}, "tokens_per_minute"),
        ({"per": "caller", "name": "a b", "requests_per_minute": 1}, "name"),
        ({"per": "everyone", "name": "a", "requests_per_minute": 1}, "name"),
        ({"per": "model", "name": "", "requests_per_minute": 1}, "name"),
        ({"per": "model", "name": "gpt-*", "requests_per_minute": 1}, "name"),
        ({"per": "caller", "requests_per_minute": 1, "burst": 2}, "burst"),
    ],
)
def test_what_is_no_limit_is_refused_by_the_name_of_its_field(
    rules: Rules, fields: dict[str, Any], field: str
) -> None:
    answer = rules.server.api.post("/api/limits", json=fields)
    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    if fields.keys() == {"per"}:
        assert answer.json()["detail"] == "requests_per_minute is required, or tokens_per_minute"


def test_buckets_flow_back(rules: Rules) -> None:
    rules.add("limits", per="caller", requests_per_minute=600)
    with ThreadPoolExecutor(CLIENTS) as pool:
        list(pool.map(lambda _: rules.chat("flow"), range(60)))

    def is_full() -> bool:
        [item] = rules.server.api.get("/api/limits").json()["items"]
        return bool(item["buckets"][0]["requests"]["used"] == 0)

    assert wait_for(is_full)
