"""A call of the journal, sent once more."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

import httpx
import pytest

from tests.conftest import Server, wait_for
from tests.gateway.conftest import CHAT, chat

Ended = Callable[..., dict[str, Any]]
_numbers = count(1)


@pytest.fixture
def caller() -> str:
    return f"again-{next(_numbers)}"


def resend(server: Server, exchange_id: str) -> httpx.Response:
    return server.api.post(f"/api/exchanges/{exchange_id}/resend")


def again(server: Server, exchange_id: str) -> dict[str, Any]:
    """The exchange of the repeated call, once it has ended."""
    answer = resend(server, exchange_id)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert told["repeats"] == exchange_id
    assert told["href"] == f"/api/exchanges/{told['id']}"
    return wait_for(lambda: _over(server.exchange(told["id"])))


def _over(row: dict[str, Any]) -> dict[str, Any] | None:
    return row if row["state"] in ("delivered", "undelivered") else None


def spelled(server: Server, exchange_id: str) -> str:
    """The call's body exactly as it was spelled."""
    whole = server.api.get(f"/api/exchanges/{exchange_id}").text
    return whole[whole.index('"body":') : whole.index(',"reply_headers":')]


def test_the_same_call_comes_again_as_the_same_caller(server: Server, caller: str, ended: Ended) -> None:
    server.queue(caller, {"content": "first"}, {"content": "second"})
    body = b'{ "temperature": 1.10,\n "model":"gpt-4o", "messages": [{"role":"user","content":"caf\\u00e9 \xc3\xa9"}] }'
    headers = {"authorization": f"Bearer sk-mock-{caller}", "x-stainless-retry-count": "2", "x-tag": "7"}
    server.api.post(CHAT, content=body, headers=headers)
    first = ended(server, caller)
    second = again(server, first["id"])
    assert (second["caller"], second["source"], second["status_code"]) == (caller, "preset", 200)
    assert second["response"]["choices"][0]["message"]["content"] == "second"
    assert spelled(server, second["id"]) == spelled(server, first["id"])
    assert second["headers"]["x-tag"] == "7"
    assert (first["retry_count"], second["retry_count"]) == (2, 0)
    assert second["note"] == f"Sent again from the journal: it repeats {first['id']}."


@pytest.mark.parametrize("named", ["path", "header", "address"])
def test_however_it_was_named_the_caller_stays(server: Server, caller: str, ended: Ended, named: str) -> None:
    path = f"/as/{caller}{CHAT}" if named == "path" else CHAT
    headers = {"x-mock-caller": caller} if named == "header" else {}
    name = "127.0.0.1" if named == "address" else caller
    server.queue(name, {"content": "one"}, {"content": "two"})
    told = server.api.post(path, json=chat(), headers=headers)
    row = server.api.get(f"/api/exchanges?caller={name}&limit=1").json()["items"][0]
    assert told.json()["choices"]
    second = again(server, row["id"])
    assert second["caller"] == name
    assert second["headers"].get("x-mock-caller", name) == name


def test_a_stream_comes_again_as_a_stream(server: Server, caller: str, ended: Ended) -> None:
    server.queue(caller, {"content": "one two"}, {"content": "three four"})
    server.api.post(f"/as/{caller}{CHAT}", json=chat(stream=True))
    second = again(server, ended(server, caller)["id"])
    assert second["stream"] and second["state"] == "delivered"
    assert second["bytes_sent"] > 500


def test_a_refused_call_is_refused_again(server: Server, caller: str, ended: Ended) -> None:
    server.api.post(f"/as/{caller}{CHAT}", json={"model": "gpt-4o"})
    first = ended(server, caller)
    second = again(server, first["id"])
    assert (first["status_code"], second["status_code"], second["source"]) == (400, 400, "invalid")
    assert second["note"].endswith(first["note"])


def test_a_call_without_a_body_comes_again(server: Server, caller: str, ended: Ended) -> None:
    server.api.get(f"/as/{caller}/v1/models")
    second = again(server, ended(server, caller)["id"])
    assert (second["endpoint"], second["status_code"]) == ("models.list", 200)


def test_what_is_sent_again_can_be_answered_at_the_desk(server: Server, caller: str, ended: Ended) -> None:
    server.queue(caller, {"content": "first"})
    server.api.post(f"/as/{caller}{CHAT}", json=chat())
    second = resend(server, ended(server, caller)["id"]).json()["id"]
    assert server.waiting(1)[0]["id"] == second
    assert server.answer(second, "by hand").json() == {"state": "delivered"}
    assert server.exchange(second)["source"] == "person"


def test_a_waiting_repetition_can_be_aborted(server: Server, caller: str, ended: Ended) -> None:
    server.queue(caller, {"content": "first"})
    server.api.post(f"/as/{caller}{CHAT}", json=chat())
    second = resend(server, ended(server, caller)["id"]).json()["id"]
    assert server.api.post(f"/api/desk/{second}/abort").status_code == 200
    assert server.exchange(second)["state"] == "aborted"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no JSON object"),
        (b'{"model": ', "no JSON object"),
        (b"[1]", "no JSON object"),
        (b'{"model": "\xff"}', "no JSON object"),
        (b'{"model": "a\0b"}', "U+0000"),
    ],
)
def test_what_was_not_kept_as_it_came_is_not_sent_again(
    server: Server, caller: str, ended: Ended, body: bytes, why: str
) -> None:
    server.api.post(f"/as/{caller}{CHAT}", content=body)
    refusal = resend(server, ended(server, caller)["id"])
    assert refusal.status_code == 409
    assert why in refusal.json()["detail"]


def test_a_call_that_was_too_large_or_too_long_is_not_sent_again(
    start: Callable[..., Server], ended: Ended
) -> None:
    server = start(MOCKOPENAI_MAX_BODY_MB="0.01")
    server.api.post(f"/as/large{CHAT}", content=json.dumps(chat("x" * 20_000)))
    server.api.get(f"/as/long/v1/{'x' * 600}")
    for name, why in (("large", "over the limit"), ("long", "path")):
        refusal = resend(server, ended(server, name)["id"])
        assert (refusal.status_code, why in refusal.json()["detail"]) == (409, True)


def test_an_unknown_exchange_is_404_and_another_method_405(server: Server) -> None:
    assert resend(server, "nothing").status_code == 404
    assert server.api.get("/api/exchanges/nothing/resend").status_code == 405


def test_a_foreign_page_sends_nothing(server: Server, caller: str, ended: Ended) -> None:
    server.api.get(f"/as/{caller}/v1/models")
    path = f"/api/exchanges/{ended(server, caller)['id']}/resend"
    assert server.api.post(path, headers={"origin": "http://evil.example"}).status_code == 403
    assert server.api.get(f"/api/exchanges/count?caller={caller}").json() == {"count": 1}
