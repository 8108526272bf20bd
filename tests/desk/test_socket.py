"""The dashboard's socket on a real server: what it hears of waiting calls, and answers over it."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.callers import CALL, callers
from tests.conftest import Server, wait_for
from tests.dashboards import Dashboard, dashboard
from tests.desk.conftest import state_of

Park = Callable[..., Any]


def answer(page: Dashboard, exchange_id: Any, content: str = "hi", **more: Any) -> dict[str, Any]:
    """What came of an answer in the end: a busy server may say at first that it is on its way."""
    own = {"response": {"content": content}, "status_code": 200, "key": uuid4().hex}
    while True:
        page.say(type="send_response", id=exchange_id, **{**own, **more})
        told: dict[str, Any] = page.until("answer_result", id=exchange_id)["data"]
        if told["code"] != 202:
            return told


@asynccontextmanager
async def quiet_again(server: Server) -> AsyncIterator[None]:
    """Leaves no flood of events behind, in which those of the next test would drown."""
    yield
    server.waiting(0)
    with dashboard(server) as page:
        wait_for(lambda: hears(page, server))


def hears(page: Dashboard, server: Server) -> bool:
    """Whether a change reaches a page as an event of its own."""
    server.queue("quiet", {"content": "x"})
    told = page.hear()
    while told["type"] not in ("queue_updated", "resync"):
        told = page.hear()
    return told["type"] == "queue_updated"


async def test_a_fresh_dashboard_hears_of_every_waiting_call(server: Server) -> None:
    async with callers(server.url, "early", 3) as opened:
        for caller in opened:
            await caller.send()
        ids = {item["id"] for item in server.waiting(3)}
        with dashboard(server) as page:
            assert {page.until("new_request")["data"]["id"] for _ in range(3)} == ids


async def test_a_fresh_dashboard_hears_of_waiting_calls_that_are_more_than_fits_at_once(
    server: Server,
) -> None:
    sizes = [60_000] * 100 + [100_000]
    async with quiet_again(server), callers(server.url, "crowd", len(sizes)) as opened:
        for caller, size in zip(opened, sizes, strict=True):
            await caller.send(worded(size))
        ids = {item["id"] for item in server.waiting(len(sizes))}
        with dashboard(server, max_queue=1) as page:
            heard = [page.until("new_request") for _ in sizes]  # figures, say, may be told of in between
    told = {event["data"]["id"]: event["data"] for event in heard}
    assert told.keys() == ids
    links = [data for data in told.values() if "href" in data["body"]]
    assert [link["body"]["href"] for link in links] == [f"/api/exchanges/{links[0]['id']}"]
    assert links[0]["body"]["size_bytes"] == len(worded(100_000))


def worded(size: int) -> bytes:
    call = {**CALL, "messages": [{"role": "user", "content": "ä" + "x" * size}]}
    return json.dumps(call, ensure_ascii=False).encode()


async def test_a_call_that_begins_to_wait_is_heard_with_all_that_a_person_needs(server: Server) -> None:
    with dashboard(server) as page:
        page.until("presence")
        async with callers(server.url, "live") as [caller]:
            await caller.send()
            event = page.until("new_request", ip="live")
            data, [item] = event["data"], server.waiting(1)
            assert data["id"] == item["id"] and data["body"] == CALL
            assert (data["endpoint"], data["model"], data["stream"]) == ("chat.completions", "gpt-4o", False)
            assert data["deadline"] == pytest.approx(item["deadline"]) and data["retry_count"] == 0
            assert data["port"] == item["peer_port"] > 0 and data["headers"]["host"] == "127.0.0.1"


async def test_an_answer_over_the_socket_reaches_the_caller_and_every_dashboard(
    park: Park, server: Server
) -> None:
    with dashboard(server, "Ann") as page, dashboard(server) as other:
        async with park() as call:
            assert answer(page, call.id, "over the socket") == {
                "id": call.id,
                "code": 200,
                "state": "delivered",
            }
            got = await call.caller.receive()
            assert got.content == "over the socket"
            for one in (page, other):
                data = one.ever("completed_request", id=call.id)["data"]
                assert data["response"] == got.json and data["body"] == CALL
                assert (data["ip"], data["status_code"], data["state"]) == ("desk", 200, "delivered")
                assert (data["source"], data["answered_by"]) == ("person", "Ann")
                assert data["duration_ms"] >= 0


async def test_a_call_whose_answer_takes_its_time_to_leave_is_told_of_before_its_end(
    park: Park, server: Server
) -> None:
    with dashboard(server) as page:
        async with park("late") as late:
            page.say(type="send_response", id=late.id, response={"content": "x"}, delay_ms=2500)
            assert page.until("answered", "completed_request", id=late.id)["type"] == "answered"
            assert late.row["state"] in ("answered", "delivered")
            assert page.until("completed_request", id=late.id)["data"]["state"] == "delivered"


async def test_the_socket_tells_the_same_truth_as_rest(park: Park, server: Server) -> None:
    with dashboard(server) as page:
        assert answer(page, "nothing")["code"] == 404
        async with park() as call:
            refused = answer(page, call.id, status_code=99)
            assert refused["code"] == 400 and refused["errors"]
            assert call.row["state"] == "waiting"
            assert call.answer("first", by="Bob").status_code == 200
            late = answer(page, call.id, "second")
            got = await call.caller.receive()
            assert (late["code"], late["by"], late["reply_id"]) == (409, "Bob", got.json["id"])
        async with park("leaves") as call:
            await call.caller.hang_up()
            state_of(call, "gone")
            assert (told := answer(page, call.id))["code"] == 410 and told["state"] == "gone"


async def test_a_claimed_call_is_refused_over_the_socket_and_can_be_taken_over(
    park: Park, server: Server
) -> None:
    with dashboard(server, "Bob") as page:
        async with park() as call:
            call.post("claim", by="Ann")
            assert page.until("claimed", id=call.id)["data"]["claimed_by"] == "Ann"
            assert (refused := answer(page, call.id))["code"] == 409 and refused["by"] == "Ann"
            assert answer(page, call.id, "mine", take_over=True)["code"] == 200
            assert (await call.caller.receive()).content == "mine"


async def test_a_claim_is_let_go_of_soon_after_its_dashboard_has_gone_unless_it_was_renewed(
    park: Park, server: Server
) -> None:
    with dashboard(server) as page:
        async with park("left") as left, park("renewed") as renewed:
            for call in (renewed, left):
                call.post("claim", by="Ann")
                with dashboard(server, "Ann") as gone:
                    gone.say(type="keep_claim", id=call.id)
                    gone.say(type="ping")
                    gone.until("pong")
            renewed.post("claim", by="Ann")
            page.until("released", id=left.id, claimed_by="")
            claims = {item["id"]: item["claimed_by"] for item in server.waiting(2)}
            assert claims == {renewed.id: "Ann", left.id: ""}


async def test_an_answer_repeated_over_the_socket_with_its_key_is_the_same_answer(
    park: Park, server: Server
) -> None:
    with dashboard(server) as page:
        async with park() as call:
            assert answer(page, call.id, "one", key="k")["code"] == 200
            assert answer(page, call.id, "one", key="k")["code"] == 200
            assert call.answer("one", key="k").status_code == 200
            assert answer(page, call.id, "two", key="other")["code"] == 409


async def test_a_dashboard_hears_everything_else_while_its_answer_is_on_its_way(
    park: Park, server: Server
) -> None:
    """Tried again where the machine was so busy that the slow answer had come to its end before the others."""
    for _ in range(10):
        with dashboard(server) as page:
            async with park("slow") as slow, park("quick") as quick:
                page.say(type="send_response", id=slow.id, response={"content": "late"}, delay_ms=1500)
                page.say(type="ping")
                page.until("pong")
                page.say(type="send_response", id=quick.id, response={"content": "soon"})
                is_first = page.until("answer_result")["data"]["id"] == quick.id
                async with callers(server.url, "new") as [caller]:
                    await caller.send()
                    new = page.until("new_request", ip="new")["data"]["id"]
                    is_first = is_first and slow.row["state"] == "answered"
                    if is_first:
                        assert answer(page, new)["code"] == 200
                if is_first:
                    assert page.until("answer_result", id=slow.id)["data"]["code"] in (200, 202)
                assert (await slow.caller.receive()).content == "late"
        if is_first:
            return
    pytest.fail("the others were never heard first")


async def test_an_answer_whose_dashboard_leaves_is_given_all_the_same(park: Park, server: Server) -> None:
    async with park() as call:
        with dashboard(server) as page:
            page.say(type="send_response", id=call.id, response={"content": "still"}, delay_ms=300)
        assert (await call.caller.receive()).content == "still"
        state_of(call, "delivered")


async def test_what_one_dashboard_says_of_one_call_happens_in_its_order(park: Park, server: Server) -> None:
    with dashboard(server) as page:
        async with park("typed", {**CALL, "stream": True}) as call:
            for seq in range(1, 101):
                page.say(type="type_live", id=call.id, seq=seq, delta=f"{seq} ")
            page.say(type="type_live", id=call.id, seq=101, done=True)
            codes = [page.until("type_result", seq=seq)["data"]["code"] for seq in range(1, 102)]
            assert codes[:100] == [200] * 100 and codes[100] in (200, 202)


async def test_dashboards_hear_how_calls_end(park: Park, server: Server, hasty: Server) -> None:
    with dashboard(server) as page:
        async with park("aborts") as call:
            call.post("abort")
            assert page.until("settled", id=call.id)["data"]["state"] == "aborted"
        async with park("leaves") as call:
            await call.caller.hang_up()
            assert page.until("settled", id=call.id)["data"]["state"] == "gone"
        async with park("released") as call:
            call.post("claim", by="Ann")
            call.post("release", by="Ann")
            assert page.until("released", id=call.id)
            call.post("extend", json={"seconds": 60})
            assert page.until("extended", id=call.id)["data"]["deadline"] == pytest.approx(
                call.item["deadline"] + 60
            )
    with dashboard(hasty) as page:
        async with callers(hasty.url, "late") as [caller]:
            await caller.send()
            exchange_id = page.until("new_request", ip="late")["data"]["id"]
            assert page.until("settled", id=exchange_id)["data"]["state"] == "timed_out"


async def test_a_taken_preset_changes_its_queue_for_dashboards(server: Server) -> None:
    server.queue("events", {"content": "x"})
    with dashboard(server) as page:
        page.until("presence")
        async with callers(server.url, "events") as [caller]:
            assert (await caller.call()).content == "x"
        event = page.until("queue_updated")
        assert (event["ip"], event["data"]["ip"]) == ("events", "events")
        assert page.until("completed_request", ip="events")["data"]["source"] == "preset"


@pytest.mark.parametrize("frame", [{}, {"id": 7}, {"id": None}])
def test_an_answer_without_a_call_is_refused_and_the_socket_stays_open(
    server: Server, frame: dict[str, Any]
) -> None:
    with dashboard(server) as page:
        page.say(type="send_response", **frame)
        assert "id" in page.until("error")["data"]["detail"]
        page.say(type="ping")
        assert page.until("pong")


@pytest.mark.parametrize("key", ["\x00", "k\x00" * 200, 7, None, {}])
async def test_a_strange_key_harms_nothing(park: Park, server: Server, key: Any) -> None:
    with dashboard(server) as page:
        async with park() as call:
            page.say(type="send_response", id=call.id, response={"content": "hi"}, key=key)
            assert page.until("answer_result", id=call.id)["data"]["code"] in (200, 202)


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "null"])
def test_a_page_of_another_origin_is_refused(server: Server, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(server.ws_url, origin=origin):
        pass
    assert refused.value.response.status_code == 403
