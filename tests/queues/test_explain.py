"""Why a preset answers a call, or does not."""

from typing import Any

import pytest

from tests.callers import callers
from tests.conftest import Server
from tests.queues.conftest import Queues

CALL = {"model": "gpt-4o", "messages": [{"role": "user", "content": "a dog"}]}


def whys(told: Any) -> list[tuple[str, int, bool, str]]:
    return [(one["queue"], one["place"], one["accepts"], one["why"]) for one in told["considered"]]


def test_it_names_the_preset_that_would_answer_and_why_each_other_would_not(queues: Queues) -> None:
    queues.add("a", {"content": "1"}, endpoint="embeddings")
    queues.add("a", {"content": "2"}, match={"last_user": "cat"})
    [dogs] = queues.add("a", {"content": "3"}, match={"last_user": "dog"}, label="of dogs")
    queues.add("*", {"content": "4"})
    status, told = queues.post("/a/explain", CALL)
    assert (status, told["accepted_by"]["id"], told["count"]) == (200, dogs, 4)
    assert whys(told) == [
        ("a", 1, False, "is for endpoint 'embeddings'"),
        ("a", 2, False, 'last_user does not contain "cat": it is "a dog"'),
        ("a", 3, True, 'accepts it: last_user contains "dog"'),
        ("*", 1, True, "accepts every such call"),
    ]
    assert [one["label"] for one in told["considered"]] == ["", "", "of dogs", ""]
    assert len(queues.items("a")) == 3  # nothing is used up


def test_it_says_what_happens_when_none_accepts(queues: Queues) -> None:
    queues.add("a", {"content": "1"}, match={"header": {"x-team": "red"}, "stream": False})
    queues.post("/*/pause", {"paused": True})
    asked = {"request": CALL, "headers": {"X-Team": "blue"}, "endpoint": "chat.completions"}
    _, told = queues.post("/a/explain", asked)
    assert (told["accepted_by"], told["fallback"], told["paused"]) == (None, "manual", ["*"])
    assert whys(told)[0][3] == 'header x-team does not contain "red": it is "blue"'


def test_of_many_the_first_are_told_and_the_one_that_answers(queues: Queues) -> None:
    responses = [{"content": str(n)} for n in range(150)]
    queues.post("/a/batch", {"responses": responses, "match": {"last_user": "cat"}})
    [dogs] = queues.add("a", {"content": "x"}, match={"last_user": "dog"})
    _, told = queues.post("/a/explain", CALL)
    assert (told["count"], len(told["considered"]), told["accepted_by"]["place"]) == (151, 100, 151)
    assert told["considered"][-1]["id"] == dogs


@pytest.mark.parametrize(
    "body",
    [
        [],
        {"request": 3},
        {"request": {}, "endpoint": "chat"},
        {"request": {}, "headers": {"x": 1}},
        {"request": {}, "body": 1},
    ],
)
def test_what_is_no_request_is_refused(queues: Queues, body: Any) -> None:
    assert queues.post("/a/explain", body)[0] == 400


async def test_a_refusal_says_the_same_and_an_exchange_can_be_asked_about(server: Server) -> None:
    server.api.put("/api/fallback", json={"text": "refuse"})
    server.queue("a", {"content": "x"}, match={"last_user": "cat"})
    server.queue("a", {"content": "x"}, match={"jmespath": "temperature"})
    async with callers(server.url, "a") as [caller]:
        message = (await caller.call()).json["error"]["message"]
    [exchange] = server.api.get("/api/exchanges?caller=a").json()["items"]
    told = server.api.post("/api/preset-queue/a/explain", json={"exchange": exchange["id"]}).json()
    assert [why for *_, why in whys(told)][1] == "jmespath temperature should be true: it is null"
    assert all(f"does not accept it: {why}" in message for *_, why in whys(told))
