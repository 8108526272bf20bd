"""Answering over REST: who may, who was first, and what everybody is told."""

import asyncio
import random
import sqlite3
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.callers import BROKEN, CALL, callers
from tests.conftest import PATIENCE_S, Server, wait_for
from tests.desk.conftest import Parked, seen_of, sql, state_of, waiting_of

Park = Callable[..., Any]
TRIES = 10  # of what a busy machine may hold up


async def test_an_answer_reaches_its_caller_and_the_journal_says_who_gave_it(park: Park) -> None:
    async with park() as call:
        answer = call.answer("hello from Ann", by="Ann")
        assert (answer.status_code, answer.json()) == (200, {"state": "delivered"})
        got = await call.caller.receive()
        assert (got.status, got.content, got.json["model"]) == (200, "hello from Ann", "gpt-4o")
        row = call.row
        assert (row["state"], row["source"], row["answered_by"]) == ("delivered", "person", "Ann")
        assert row["response"] == got.json


async def test_whoever_answers_hears_at_once_that_the_reply_has_left(park: Park) -> None:
    """At least once in a while: on a busy machine it may take longer than an answer waits."""
    codes: list[int] = []
    while 200 not in codes and len(codes) < TRIES:
        async with park() as call:
            codes.append(call.post("answer", json={"response": {"content": "x"}}).status_code)
            assert (await call.caller.receive()).content == "x"
    assert 200 in codes


async def test_an_answer_may_be_an_error_with_headers(park: Park) -> None:
    async with park() as call:
        error = {
            "error": {
                "message": "slow down",
                "type": "requests",
                "param": None,
                "code": "rate_limit_exceeded",
            }
        }
        answer = call.answer(
            response=error, status_code=429, headers={"Retry-After": "7"}, x_should_retry=True
        )
        assert answer.status_code == 200
        got = await call.caller.receive()
        assert (got.status, got.json) == (429, error)
        assert (got.headers["retry-after"], got.headers["x-should-retry"]) == ("7", "true")


async def test_a_streaming_caller_gets_events(server: Server) -> None:
    with httpx.Client(
        base_url=server.base_url, headers={"x-mock-caller": "streams"}, timeout=PATIENCE_S
    ) as client:
        chunks: list[str] = []

        def read() -> None:
            with client.stream("POST", "/chat/completions", json={**CALL, "stream": True}) as response:
                chunks.extend(response.iter_lines())

        thread = threading.Thread(target=read)
        thread.start()
        [item] = server.waiting(1)
        assert item["stream"] is True
        assert server.answer(item["id"], "a b c").json() == {"state": "delivered"}
        thread.join(timeout=PATIENCE_S)
    assert chunks[-2:] == ["data: [DONE]", ""]


async def test_calls_are_answered_in_any_order(server: Server) -> None:
    async with callers(server.url, "any", 20) as opened:
        for number, caller in enumerate(opened):
            await caller.send({**CALL, "user": str(number), "model": f"m{number}"})
        items = server.waiting(20)
        random.shuffle(items)
        for item in items:
            assert server.answer(item["id"], f"to {item['model']}").status_code == 200
        assert [(await caller.receive()).content for caller in opened] == [f"to m{n}" for n in range(20)]


async def test_the_second_answer_is_told_who_was_first(park: Park) -> None:
    async with park() as call:
        before = time.time()
        assert call.answer("first", by="Ann").status_code == 200
        second = call.answer("second", by="Bob")
        got = await call.caller.receive()
        assert second.status_code == 409
        data = second.json()
        assert (data["by"], data["reply_id"], data["state"]) == ("Ann", got.json["id"], "delivered")
        assert before - 1 < data["at"] < time.time() + 1
        assert "Ann" in data["detail"]


async def test_an_unknown_call_is_404_for_everything(server: Server) -> None:
    for action in ("answer", "claim", "release", "extend", "abort"):
        body = {"response": {"content": "x"}} if action == "answer" else {}
        answer = server.api.post(f"/api/desk/nothing/{action}", json=body)
        assert (answer.status_code, list(answer.json())) == (404, ["detail"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"response": "text"},
        {"response": {"content": "x"}, "status_code": 99},
        {"response": {"content": "x"}, "headers": {"a": "b\r\nc: d"}},
        {"response": {"content": "x"}, "unheard": 1},
    ],
)
async def test_a_refused_body_leaves_the_call_waiting(park: Park, body: dict[str, Any]) -> None:
    async with park() as call:
        refused = call.post("answer", json=body)
        assert refused.status_code == 400 and refused.json()["errors"]
        assert call.row["state"] == "waiting"
        assert call.answer("now").status_code == 200
        assert (await call.caller.receive()).content == "now"


@pytest.mark.parametrize("action", ["answer", "claim", "release", "extend", "abort"])
def test_what_is_done_with_a_call_has_the_manners_of_rest(server: Server, action: str) -> None:
    url, foreign = f"/api/desk/nothing/{action}", {"origin": "http://evil.example"}
    refused = server.api.post(url, json={}, headers=foreign)
    assert (refused.status_code, list(refused.json())) == (403, ["detail"])
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        wrong = server.api.request(method, url)
        assert (wrong.status_code, wrong.headers["allow"]) == (405, "POST")
        assert wrong.json()["detail"].endswith("Allowed here: POST.")
    assert wrong.headers["content-type"] == "application/json"


@pytest.mark.parametrize("action", ["answer", "extend"])
def test_a_body_that_cannot_be_read_is_refused_as_everywhere(server: Server, action: str) -> None:
    url = f"/api/desk/nothing/{action}"
    for content in ("{", "[1]"):
        refused = server.api.post(url, content=content, headers={"content-type": "application/json"})
        assert (refused.status_code, list(refused.json())) == (400, ["detail"])
    form = server.api.post(url, data={"response": "x"})
    assert form.status_code == 415 and "application/json" in form.json()["detail"]


async def test_an_answer_repeated_with_its_key_is_the_same_answer(park: Park) -> None:
    async with park() as call:
        assert call.answer("one", key="k1").json() == {"state": "delivered"}
        again = call.answer("one", key="k1")
        assert (again.status_code, again.json()) == (200, {"state": "delivered"})
        assert call.answer("one", key="k2").status_code == 409
        assert call.answer("one").status_code == 409
        assert (await call.caller.receive()).content == "one"
        assert call.row["response"]["choices"][0]["message"]["content"] == "one"


@pytest.mark.parametrize(
    "other",
    [
        {"response": {"content": "two"}},
        {"response": {"content": "one"}, "status_code": 500},
        {"response": {"content": "one"}, "headers": {"x-a": "1"}},
        {"response": {"content": "one"}, "repeat": 2},
    ],
)
async def test_a_key_that_comes_again_with_another_answer_is_told_so(
    park: Park, server: Server, other: dict[str, Any]
) -> None:
    async with park() as call:
        assert call.answer("one", key="k1").status_code == 200
        path, headers = f"/api/desk/{call.id}/answer", {"idempotency-key": "k1"}
        told = server.api.post(path, json=other, headers=headers)
        assert told.status_code == 409
        assert "k1" in told.json()["detail"] and "another answer" in told.json()["detail"]
        same = b'{"status_code": 200, "response":\n {"content" : "\\u006fne"}}'
        headers["content-type"] = "application/json"
        assert server.api.post(path, content=same, headers=headers).status_code == 200
        assert (await call.caller.receive()).content == "one"


async def test_keys_are_told_apart_to_their_end(park: Park) -> None:
    async with park() as call:
        assert call.answer("one", key="k" * 300 + "1").status_code == 200
        assert call.answer("one", key="k" * 300 + "1").status_code == 200
        told = call.answer("one", key="k" * 300 + "2")
        assert told.status_code == 409 and "already answered" in told.json()["detail"]


async def test_a_caller_who_hangs_up_is_gone_at_once(park: Park) -> None:
    async with park() as call:
        await call.caller.hang_up()
        state_of(call, "gone")
        late = call.answer("late")
        assert (late.status_code, late.json()["state"]) == (410, "gone")


async def test_an_aborted_call_ends_in_a_broken_connection(park: Park) -> None:
    async with park() as call:
        aborted = call.post("abort", by="Ann")
        assert (aborted.status_code, aborted.json()) == (200, {"state": "aborted"})
        with pytest.raises(BROKEN):
            await call.caller.receive()
        late = call.answer("late")
        assert (late.status_code, late.json()["state"]) == (410, "aborted")
        assert call.post("abort").status_code == 410


async def test_a_caller_who_leaves_during_the_delay_is_undelivered_and_the_answer_is_told(park: Park) -> None:
    async with park() as call:
        told: list[httpx.Response] = []
        thread = threading.Thread(target=lambda: told.append(call.answer("slow", delay_ms=30_000)))
        thread.start()
        state_of(call, "answered")
        await call.caller.hang_up()
        thread.join(timeout=PATIENCE_S)
        assert (told[0].status_code, told[0].json()["state"]) == (410, "undelivered")
        assert call.row["state"] == "undelivered"


async def test_an_answer_still_on_its_way_is_202(park: Park) -> None:
    """At least once in a while: who stands still when two seconds are over hears of the end at once."""
    first: httpx.Response | None = None
    for _ in range(TRIES):
        async with park() as call:
            body = {"response": {"content": "slow"}, "delay_ms": 2600}
            first = call.post("answer", json=body, headers={"idempotency-key": "k"})
            again = call.answer("slow", key="k", delay_ms=2600)
            assert (again.status_code, again.json()["state"]) == (200, "delivered")
            assert (await call.caller.receive()).content == "slow"
        if first.status_code == 202:
            break
    assert first is not None and (first.status_code, first.json()["state"]) == (202, "answered")


async def test_an_answer_whose_end_cannot_be_written_yet_is_202_and_is_written_later(park: Park) -> None:
    """Tried again where the machine was so busy that the end was written before anybody could lock it out."""
    for _ in range(TRIES):
        async with park() as call:
            if await is_locked_out(call):
                return
            state_of(call, "delivered")
    pytest.fail("it was always too late")


async def is_locked_out(call: Parked) -> bool:
    """Answers the call, and keeps its end from being written; False when that came too late."""
    body = {"response": {"content": "kept"}, "delay_ms": 1500}
    file = call.server.data_dir / "mockopenai.sqlite3"
    with ThreadPoolExecutor(1) as pool:
        answering = pool.submit(call.post, "answer", json=body)
        wait_for(lambda: state_in_file(call) in ("answered", "delivered"))
        time.sleep(0.2)  # for the server to look up what it has to send
        with closing(sqlite3.connect(file, isolation_level=None, timeout=PATIENCE_S)) as other:
            other.execute("BEGIN IMMEDIATE")
            if state_in_file(call) != "answered":
                return False
            answer = answering.result(PATIENCE_S)
            assert (answer.status_code, answer.json()["state"]) == (202, "answered")
            try:
                async with asyncio.timeout(5):
                    assert (await call.caller.receive()).content == "kept"
            except TimeoutError:  # it was locked out before it knew what it has to send
                return False
            assert state_in_file(call) == "answered"
    state_of(call, "delivered")
    return True


def state_in_file(call: Parked) -> str:
    return sql(call.server, "SELECT state FROM journal_exchange WHERE id = ?", call.id)[0][0]


async def test_a_claimed_call_is_answered_by_its_claimant_alone(park: Park) -> None:
    async with park() as call:
        before = time.time()
        claim = call.post("claim", by="Ann")
        assert claim.status_code == 200 and claim.json()["claimed_by"] == "Ann"
        assert before + 44 < claim.json()["claim_until"] < time.time() + 46
        for refused in (
            call.post("claim", by="Bob"),
            call.post("release", by="Bob"),
            call.answer("no", by="Bob"),
        ):
            assert (refused.status_code, refused.json()["by"]) == (409, "Ann")
            assert "take_over" in refused.json()["detail"]
        assert call.row["claimed_by"] == "Ann"
        assert call.answer("yes", by="Ann").status_code == 200
        assert (await call.caller.receive()).content == "yes"


async def test_a_released_call_is_free_for_others(park: Park) -> None:
    async with park() as call:
        call.post("claim", by="Ann")
        assert call.post("release", by="Ann").json() == {"claimed_by": ""}
        assert call.post("claim", by="Bob").json()["claimed_by"] == "Bob"
        assert call.answer("yes", by="Bob").status_code == 200


@pytest.mark.parametrize("action", ["claim", "release", "answer"])
async def test_a_claim_can_be_taken_over(park: Park, action: str) -> None:
    async with park() as call:
        call.post("claim", by="Ann")
        body = {"response": {"content": "mine"}} if action == "answer" else {}
        assert call.post(action, by="Bob", take_over=True, json=body).status_code == 200
        after = call.answer("bob's", by="Bob")
        assert after.status_code == (409 if action == "answer" else 200)
        assert call.row["answered_by"] == "Bob"


async def test_a_claim_that_was_not_renewed_has_run_out(park: Park, server: Server) -> None:
    async with park() as call:
        call.post("claim", by="Ann")
        first = call.row["claim_until"]
        assert call.post("claim", by="Ann").json()["claim_until"] > first, "a claim again renews it"
        sql(server, "UPDATE journal_exchange SET claim_until = '2020-01-01 00:00:00' WHERE id = ?", call.id)
        assert call.post("claim", by="Bob").json()["claimed_by"] == "Bob"
        sql(server, "UPDATE journal_exchange SET claim_until = '2020-01-01 00:00:00' WHERE id = ?", call.id)
        assert call.answer("anybody", by="Cleo").status_code == 200


@pytest.mark.parametrize("seconds", [0, -5, "60", True, None, 1e9])
async def test_a_wrong_extension_is_refused(park: Park, seconds: Any) -> None:
    async with park() as call:
        before = call.row["deadline"]
        assert call.post("extend", json={"seconds": seconds}).status_code == 400
        assert call.row["deadline"] == before


@pytest.mark.parametrize("action", ["claim", "release", "extend", "abort"])
@pytest.mark.parametrize("content", ["[]", "0", "false", "null", '""', '{"foo": 1}', "[1]", "{broken"])
async def test_a_body_that_means_nothing_is_refused_and_nothing_is_done(
    park: Park, action: str, content: str
) -> None:
    async with park() as call:
        before = call.row
        headers = {"content-type": "application/json"}
        refused = call.post(action, by="Ann", content=content, headers=headers)
        assert (refused.status_code, list(refused.json())) == (400, ["detail"])
        assert call.row == before


async def test_no_body_is_as_good_as_an_empty_one(park: Park) -> None:
    async with park() as call:
        for action in ("claim", "extend", "release"):
            for body in ({}, {"json": {}}, {"data": {}}):
                assert call.post(action, by="Ann", **body).status_code == 200


@pytest.mark.parametrize("value", ["maybe", "yes", ""])
@pytest.mark.parametrize("action", ["claim", "release", "abort", "answer", "stream"])
async def test_taking_over_is_said_clearly(park: Park, server: Server, action: str, value: str) -> None:
    body = {"answer": {"response": {"content": "x"}}, "stream": {"seq": 1}}.get(action)
    async with park(body={**CALL, "stream": True}) as call:
        call.post("claim", by="Ann")
        refused = server.api.post(f"/api/desk/{call.id}/{action}?take_over={value}", json=body)
        assert refused.status_code == 400 and "take_over" in refused.json()["detail"]
        row = call.row
        assert (row["state"], row["claimed_by"]) == ("waiting", "Ann")


def newest_of(server: Server, name: str) -> dict[str, Any] | None:
    return waiting_of(server, name) or seen_of(server, name)


async def test_an_extension_moves_the_deadline(hasty: Server) -> None:
    """The hold is 0.8 s; the extended call is still there after it, and ends at the new deadline."""
    moved = None
    while moved is None or moved.status_code == 410:  # 410: the machine was too busy to extend it in time
        name = f"extended-{uuid4().hex}"
        async with callers(hasty.url, name) as [caller]:
            await caller.send()
            item = wait_for(partial(newest_of, hasty, name), pause_s=0.005)
            call = Parked(hasty, caller, item)
            moved = call.post("extend", json={"seconds": 0.7})
            got = await caller.receive()
    assert moved.status_code == 200
    assert moved.json()["deadline"] == pytest.approx(item["deadline"] + 0.7)
    assert (got.status, got.json["error"]["code"]) == (504, "timeout")
    row = call.row
    assert row["duration_ms"] > 1450 and row["state"] == "timed_out"


async def test_the_list_has_the_least_time_left_first_and_honours_the_clients_own_patience(
    park: Park, server: Server
) -> None:
    async with park("patient"), park("second"):
        with httpx.Client(base_url=server.base_url, timeout=httpx.Timeout(PATIENCE_S)) as client:
            headers = {"x-mock-caller": "hurried", "x-stainless-read-timeout": "60"}
            post = lambda: client.post("/chat/completions", json=CALL, headers=headers)  # noqa: E731
            thread = threading.Thread(target=post)
            thread.start()
            items = server.waiting(3)
            assert [item["caller"] for item in items] == ["hurried", "patient", "second"]
            assert 0 < items[0]["time_left_s"] <= 60 < 250 < items[1]["time_left_s"] <= 290
            server.answer(items[0]["id"])
            thread.join(timeout=PATIENCE_S)
