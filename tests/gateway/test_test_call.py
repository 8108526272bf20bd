"""The desk's test call: a real call, sent by the server to itself."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Server, wait_for

AT_ONCE_MAX = 20


@pytest.fixture(autouse=True)
def nothing_waits_afterwards(server: Server) -> Iterator[None]:
    yield
    for item in server.api.get("/api/desk").json()["items"]:
        server.api.post(f"/api/desk/{item['id']}/abort")
    server.waiting(0)


def send(server: Server, **fields: Any) -> httpx.Response:
    return server.api.post("/api/desk/test-call", json=fields)


def test_it_waits_on_the_desk_and_can_be_answered(server: Server) -> None:
    answer = send(server)
    assert answer.status_code == 202
    told = answer.json()
    assert told == {"id": told["id"], "caller": "test", "href": f"/api/exchanges/{told['id']}"}
    [item] = server.api.get("/api/desk").json()["items"]  # at once: it is committed
    assert (item["id"], item["caller"], item["stream"], item["tools"]) == (told["id"], "test", False, 0)
    assert item["summary"].startswith("This is a test call")
    outcome = server.answer(told["id"], "It works.")
    assert outcome.json() == {"state": "delivered"}


def test_it_asks_for_what_is_to_be_tried(server: Server) -> None:
    call_id = send(server, stream=True, tools=True, image=True, schema=True, content="Look!").json()["id"]
    [item] = server.waiting(1)
    assert (item["stream"], item["tools"], item["image"], item["schema"]) == (True, 1, True, True)
    assert item["summary"] == "Look! [image]"
    outcome = server.answer(call_id, "one two three")
    assert outcome.json() == {"state": "delivered"}
    assert server.exchange(call_id)["bytes_sent"] > 500


def test_a_preset_of_its_queue_answers_it_like_any_call(server: Server) -> None:
    server.queue("test", {"content": "from the queue"})
    call_id = send(server).json()["id"]
    row = wait_for(lambda: row if (row := server.exchange(call_id))["state"] == "delivered" else None)
    assert (row["source"], row["response"]["choices"][0]["message"]["content"]) == (
        "preset",
        "from the queue",
    )


def test_only_so_many_are_under_way_and_an_answer_makes_room(server: Server) -> None:
    ids = [send(server).json()["id"] for _ in range(AT_ONCE_MAX)]
    refused = send(server)
    assert (refused.status_code, "20 test calls" in refused.json()["detail"]) == (429, True)
    server.waiting(AT_ONCE_MAX)
    server.api.post(f"/api/desk/{ids[0]}/abort")
    wait_for(lambda: send(server).status_code == 202)


@pytest.mark.parametrize(
    "body",
    [
        {"stream": 1},
        {"tools": None},
        {"content": ""},
        {"content": 7},
        {"content": "x" * 10_001},
        {"no": 1},
        [1],
        "x",
    ],
)
def test_what_is_no_test_call_is_refused(server: Server, body: Any) -> None:
    answer = server.api.post("/api/desk/test-call", json=body)
    assert (answer.status_code, bool(answer.json()["detail"])) == (400, True)
    assert server.waiting(0) == []


def test_it_is_sent_by_a_post_alone(server: Server) -> None:
    assert server.api.get("/api/desk/test-call").status_code == 405
    assert server.api.post("/api/desk/test-call").status_code == 202
    foreign = {"origin": "http://evil.example"}
    assert server.api.post("/api/desk/test-call", headers=foreign).status_code == 403
