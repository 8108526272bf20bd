"""The reply of an exchange, queued for a later call."""

import json
from itertools import count
from typing import Any

import httpx
import pytest

from tests.conftest import Server
from tests.gateway.conftest import CHAT, chat

_numbers = count(1)


@pytest.fixture
def caller() -> str:
    return f"from-journal-{next(_numbers)}"


def call(server: Server, caller: str, **fields: Any) -> httpx.Response:
    return server.api.post(f"/as/{caller}{CHAT}", json=chat(**fields))


def newest(server: Server, caller: str) -> str:
    exchange_id: str = server.api.get(f"/api/exchanges?caller={caller}&limit=1").json()["items"][0]["id"]
    return exchange_id


def queue(server: Server, exchange_id: str, *, status: int = 200, **fields: Any) -> dict[str, Any]:
    answer = server.api.post(f"/api/exchanges/{exchange_id}/queue", json=fields)
    assert answer.status_code == status, answer.text
    told: dict[str, Any] = answer.json()
    return told


REPLIES: list[dict[str, Any]] = [
    {"responses": [{"content": "Hello é \u202e \n \"quoted\" 'single' </script>"}]},
    {"responses": [{"error": {"message": "Slow down"}}], "status_code": 429, "x_should_retry": False},
    {"responses": [{"anything": 1.10, "b": [None]}], "verbatim": True, "headers": {"x-a": "1", "x-b": "2"}},
    {"responses": [{"content": "paced"}], "pace": {"first_token_ms": 1, "token_ms": 2}, "delay_ms": 3},
    {"responses": [{}], "status_code": 204},
    {"responses": [{"tool_calls": [{"name": "get_weather", "arguments": {"city": "Kyiv"}}]}]},
]


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: json.dumps(reply["responses"])[:20])
def test_the_next_call_is_answered_as_that_one_was(
    server: Server, caller: str, reply: dict[str, Any]
) -> None:
    server.queue(caller, **reply)
    first = call(server, caller)
    told = queue(server, newest(server, caller))
    second = call(server, caller)
    assert (told["success"], told["ip"], told["queue_length"]) == (True, caller, 1)
    assert (second.status_code, second.content) == (first.status_code, first.content)
    authored = {"x-a", "x-b", "x-should-retry"}
    assert {n: v for n, v in second.headers.items() if n in authored} == {
        n: v for n, v in first.headers.items() if n in authored
    }


@pytest.mark.parametrize("reply", REPLIES, ids=lambda reply: json.dumps(reply["responses"])[:20])
def test_as_a_preset_it_imports_to_the_same_entry(server: Server, caller: str, reply: dict[str, Any]) -> None:
    server.queue(caller, **reply)
    call(server, caller)
    exchange_id = newest(server, caller)
    answer = server.api.get(f"/api/exchanges/{exchange_id}/as/preset")
    assert answer.headers["content-type"] == "application/json"
    text = answer.text
    queue(server, exchange_id)
    server.api.post(f"/api/preset-queue/{caller}", content=text).raise_for_status()
    file = {"file": ("queue.json", f"[{text}]")}
    assert server.api.post(f"/api/preset-queue/{caller}/import", files=file).json()["added_count"] == 1
    queued, posted, imported = server.api.get(f"/api/preset-queue/{caller}/export?format=full").json()
    assert queued == posted == imported == json.loads(text)


def test_the_body_is_queued_as_it_was_spelled(server: Server, caller: str) -> None:
    body = '{"n": 1.10,  "text": "caf\\u00e9"}'
    server.api.post(f"/api/preset-queue/{caller}", content=f'{{"verbatim": true, "response": {body}}}')
    call(server, caller)
    exchange_id = newest(server, caller)
    queue(server, exchange_id)
    assert call(server, caller).text == body
    assert body in server.api.get(f"/api/exchanges/{exchange_id}/as/preset").text


def test_another_queue_and_how_often_may_be_named(server: Server, caller: str) -> None:
    server.queue(caller, {"content": "hi"})
    call(server, caller)
    for name in (f"{caller}-b", "*"):
        assert queue(server, newest(server, caller), caller=name, uses=None)["ip"] == name
        [item] = server.api.get(f"/api/preset-queue/{name}").json()["items"]
        assert (item["uses"], item["endpoint"]) == (None, "chat.completions")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"caller": "no spaces"}, "*"),
        ({"caller": 7}, "caller"),
        ({"caller": None}, "caller"),
        ({"caller": "export"}, "export"),
        ({"uses": 0}, "uses"),
        ({"uses": "many"}, "uses"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_fields_are_named_and_queue_nothing(
    server: Server, caller: str, fields: dict[str, Any], says: str
) -> None:
    server.queue(caller, {"content": "hi"})
    call(server, caller)
    assert says in queue(server, newest(server, caller), status=400, **fields)["detail"]
    assert server.api.get("/api/callers").json() == {"callers": []}


def test_a_call_that_waits_has_no_reply_to_queue(server: Server, caller: str) -> None:
    server.queue(caller, {"content": "hi"})
    call(server, caller)
    waits = server.api.post(f"/api/exchanges/{newest(server, caller)}/resend").json()["id"]
    assert "waiting" in queue(server, waits, status=409)["detail"]
    assert server.api.get(f"/api/exchanges/{waits}/as/preset").status_code == 409


def test_an_unknown_exchange_is_404_and_a_foreign_page_403(server: Server) -> None:
    assert "nothing" in queue(server, "nothing", status=404)["detail"]
    path = "/api/exchanges/nothing/queue"
    assert server.api.post(path, headers={"origin": "http://evil.example"}).status_code == 403
    assert server.api.post(path, json=[1]).status_code == 400
