"""Type live: what a person types reaches a streaming caller while it is typed, in order and once."""

import asyncio
import json
import re
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from websockets.sync.client import connect

from tests.callers import CALL, callers
from tests.conftest import PATIENCE_S, Server, start_server, wait_for
from tests.desk.conftest import parking
from tests.desk.typist import Typist, listening

Listen = Callable[..., AbstractAsyncContextManager[Typist]]
USAGE = {"stream_options": {"include_usage": True}}
DELTA_MAX_BYTES = 64 * 1024


@pytest.fixture(params=["serve", "view"])
def listen(request: pytest.FixtureRequest, server: Server) -> Listen:
    """`async with listen() as call`: one streaming call waits, at either door."""
    if request.param == "view":
        server = request.getfixturevalue("view_server")
    return lambda name="typed", **fields: listening(server, name, **fields)


@pytest.fixture(scope="module")
def view_server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    server = start_server(tmp_path_factory.mktemp("view"), door="view")
    yield server
    server.stop()


async def test_what_is_typed_comes_while_it_is_typed(listen: Listen) -> None:
    async with listen() as call:
        text = ""
        for seq, delta in enumerate(["Hel", "lo", " W", "örld 👩‍👩‍👧", "\r\n\x00!", " "], 1):
            assert call.type(seq, delta).json() == {"state": "answered", "seq": seq}
            text += delta
            await call.caller.until(text)
            assert call.row["state"] == "answered"
        ended = call.type(7, "Bye", done=True)
        assert ended.status_code in (200, 202) and ended.json()["seq"] == 7
        await call.caller.rest()
        assert call.caller.text == text + "Bye" and call.caller.finish_reason == "stop"
        row = call.ended()
        assert (row["state"], row["source"], row["answered_by"]) == ("delivered", "person", "api")
        message = row["response"]["choices"][0]["message"]
        assert message["content"] == text + "Bye"
        assert row["response"]["id"] == call.caller.events[0]["id"]
        assert row["reply_extras"] == {} and row["status_code"] == 200
        assert 0 < row["first_byte_ms"] <= row["duration_ms"] and row["bytes_sent"] > 1000


async def test_the_stream_is_the_service_s(listen: Listen) -> None:
    async with listen("shape", **USAGE) as call:
        call.type(1, "Paris is the capital of France.", done=True, finish_reason="length")
        await call.caller.rest()
        response = await call.caller.response()
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        first, *pieces, finish, usage = call.caller.events
        assert first["choices"][0]["delta"] == {"role": "assistant", "content": "", "refusal": None}
        assert len(pieces) > 4 and all(piece["usage"] is None for piece in (first, *pieces, finish))
        assert (finish["choices"][0]["delta"], finish["choices"][0]["finish_reason"]) == ({}, "length")
        assert usage["choices"] == [] and usage["usage"]["completion_tokens"] == 7
        row = call.ended()
        assert row["response"]["usage"] == usage["usage"] and row["completion_tokens"] == 7
        assert row["response"]["choices"][0]["finish_reason"] == "length"


async def test_a_repeated_piece_is_taken_once(listen: Listen) -> None:
    async with listen() as call:
        for _ in range(3):
            assert call.type(1, "a").status_code == 200
        assert call.type(2, "b").json()["seq"] == 2
        assert call.type(1, "a").json() == {"state": "answered", "seq": 2}
        await call.caller.until("ab")
        for _ in range(3):
            assert call.type(3, "c", done=True).status_code in (200, 202)
        await call.caller.rest()
        assert call.caller.text == "abc"
        call.ended()
        assert call.type(3, "c", done=True).json() == {"state": "delivered", "seq": 3}
        assert call.type(2, "b").status_code == 200


async def test_a_gap_or_another_content_says_which_piece_is_expected(server: Server) -> None:
    async with listening(server) as call:
        early = call.type(2, "b")
        assert (early.status_code, early.json()["expected"]) == (409, 1)
        assert call.row["state"] == "waiting"
        call.type(1, "a")
        for seq, delta, done in ((3, "c", False), (1, "A", False), (1, "a", True)):
            told = call.type(seq, delta, done=done)
            assert (told.status_code, told.json()["expected"]) == (409, 2), told.text
        call.type(2, done=True)
        await call.caller.rest()
        assert call.caller.text == "a"
        after = call.type(3, "more")
        assert (after.status_code, after.json()["by"]) == (409, "api")


async def test_one_person_types_until_somebody_takes_over(server: Server) -> None:
    async with listening(server) as call:
        call.type(1, "I", by="ann")
        beaten = call.type(1, "I", by="bob")
        assert (beaten.status_code, beaten.json()["by"]) == (409, "ann")
        answered = call.post("answer", by="bob", json={"response": {"content": "x"}})
        assert (answered.status_code, answered.json()["by"]) == (409, "ann")
        assert answered.json()["reply_id"].startswith("chatcmpl-")
        so_far = call.so_far
        assert (so_far["by"], so_far["seq"], so_far["text"], so_far["done"]) == ("ann", 1, "I", False)
        assert call.type(2, " am", by="bob", take_over=True).status_code == 200
        assert call.type(3, "?", by="ann").json()["by"] == "bob"
        call.type(3, " here", by="bob", done=True)
        await call.caller.rest()
        assert call.caller.text == "I am here" and call.ended()["answered_by"] == "bob"


async def test_a_claim_keeps_others_from_typing(server: Server) -> None:
    async with listening(server) as call:
        call.post("claim", by="ann")
        told = call.type(1, "x", by="bob")
        assert (told.status_code, told.json()["by"]) == (409, "ann")
        assert call.row["state"] == "waiting"
        assert call.type(1, "x", by="ann").status_code == 200
        renewed = call.post("claim", by="ann")
        assert (renewed.status_code, renewed.json()["claimed_by"]) == (200, "ann")
        assert call.post("claim", by="bob").status_code == 409
        assert call.post("release", by="ann").status_code == 200
        call.type(2, by="ann", done=True)
        await call.caller.rest()
        call.ended()
        assert call.post("claim", by="ann").status_code == 409


async def test_a_call_without_a_stream_is_not_used_up(server: Server) -> None:
    async with parking(server, "whole") as call:
        told = call.post("stream", json={"seq": 1, "delta": "x"})
        assert told.status_code == 400 and "stream" in told.json()["detail"]
        assert call.answer("whole").status_code == 200
        assert (await call.caller.receive()).content == "whole"
        after = call.post("stream", json={"seq": 1, "delta": "x"})
        assert (after.status_code, after.json()["by"]) == (409, "api")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "seq"),
        ({"seq": 0, "delta": "x"}, "seq"),
        ({"seq": "1", "delta": "x"}, "seq"),
        ({"seq": True, "delta": "x"}, "seq"),
        ({"seq": 1.0, "delta": "x"}, "seq"),
        ({"seq": 1, "delta": 7}, "delta"),
        ({"seq": 1, "delta": ["x"]}, "delta"),
        ({"seq": 1, "done": "yes"}, "done"),
        ({"seq": 1, "delta": "x", "text": "x"}, "text"),
        ({"seq": 1, "delta": "x", "finish_reason": "stop"}, "finish_reason"),
        ({"seq": 1, "delta": "x", "usage": {}}, "usage"),
        ({"seq": 1, "done": True, "finish_reason": "tired"}, "finish_reason"),
        ({"seq": 1, "done": True, "finish_reason": 1}, "finish_reason"),
        ({"seq": 1, "done": True, "usage": 7}, "usage"),
        ({"seq": 1, "done": True, "usage": {"prompt_tokens": "many"}}, "usage"),
    ],
)
async def test_a_piece_that_cannot_be_used_uses_up_nothing(server: Server, body: Any, field: str) -> None:
    async with listening(server) as call:
        told = call.post("stream", json=body)
        assert told.status_code == 400 and field in told.json()["detail"], told.text
        assert call.row["state"] == "waiting" and call.so_far["seq"] == 0
        assert call.type(1, "fine", done=True).status_code in (200, 202)
        await call.caller.rest()
        assert call.caller.text == "fine"


@pytest.mark.parametrize(
    "body", [b'{"seq": 1, "delta": "\\ud83d"}', b"[]", b"", b"\xff", b'{"seq": 1e999, "delta": "x"}']
)
async def test_a_torn_character_and_what_is_no_object_are_refused(server: Server, body: bytes) -> None:
    async with listening(server) as call:
        assert call.post("stream", content=body).status_code == 400
        assert call.row["state"] == "waiting"


async def test_a_seq_beyond_every_number_is_a_gap(server: Server) -> None:
    async with listening(server) as call:
        call.type(1, "a")
        assert call.type(2**63, "x").json()["expected"] == 2


async def test_a_piece_and_a_whole_have_their_limits(start: Callable[..., Server]) -> None:
    server = start(MOCKOPENAI_MAX_BODY_MB="0.1")
    async with listening(server) as call:
        assert call.type(1, "x" * (DELTA_MAX_BYTES + 1)).status_code == 413
        assert call.row["state"] == "waiting"
        assert call.type(1, "x" * DELTA_MAX_BYTES).status_code == 200
        told = call.type(2, "x" * DELTA_MAX_BYTES, done=True)
        assert told.status_code == 413 and call.so_far["seq"] == 1
        call.type(2, "end", done=True)
        await call.caller.rest()
        assert len(call.caller.text) == DELTA_MAX_BYTES + 3


@pytest.mark.parametrize("unknown", ["00000000000000000000000000", "no-such", "%00"])
def test_an_unknown_call_is_a_404(server: Server, unknown: str) -> None:
    path = f"/api/desk/{unknown}/stream"
    expected = 400 if unknown == "%00" else 404
    assert server.api.get(path).status_code == expected
    assert server.api.post(path, json={"seq": 1, "delta": "x"}).status_code == expected
    assert server.api.delete(path).status_code in (400, 405)


async def test_a_page_that_opens_anew_goes_on_where_it_was(server: Server) -> None:
    async with listening(server) as call:
        assert (call.so_far["seq"], call.so_far["text"], call.so_far["state"]) == (0, "", "waiting")
        call.type(1, "one ", by="ann")
        call.type(2, "two ", by="ann")
        desk = server.api.get("/api/desk").json()
        assert [item["id"] for item in desk["items"]] == []
        assert [(item["id"], item["answered_by"]) for item in desk["typing"]] == [(call.id, "ann")]
        so_far = call.so_far
        assert (so_far["seq"], so_far["text"], so_far["done"]) == (2, "one two ", False)
        call.type(so_far["seq"] + 1, "three", by="ann", done=True)
        await call.caller.rest()
        assert call.caller.text == "one two three"
        call.ended()
        assert (call.so_far["done"], call.so_far["state"]) == (True, "delivered")
        assert server.api.get("/api/desk").json()["typing"] == []


async def test_several_choices_are_typed_at_once(server: Server) -> None:
    async with listening(server, n=2, logprobs=True, top_logprobs=1) as call:
        call.type(1, "yes ")
        call.type(2, "or no", done=True)
        await call.caller.rest()
        choices = [choice for event in call.caller.events for choice in event["choices"]]
        for index in (0, 1):
            mine = [choice for choice in choices if choice["index"] == index]
            assert "".join([one["delta"].get("content") or "" for one in mine]) == "yes or no"
            tokens = [token for one in mine for token in (one["logprobs"] or {}).get("content") or []]
            assert "".join([token["token"] for token in tokens]) == "yes or no"
            assert mine[-1]["finish_reason"] == "stop"


async def test_an_own_usage_is_passed_on(server: Server) -> None:
    async with listening(server, **USAGE) as call:
        call.type(1, "x", done=True, usage={"prompt_tokens": 1000, "completion_tokens": 7})
        usage = (await call.caller.rest())["usage"]
        assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (1000, 7, 1007)
        row = call.ended()
        assert (row["prompt_tokens"], row["completion_tokens"]) == (1000, 7)


async def test_pauses_are_kept_warm(start: Callable[..., Server]) -> None:
    server = start(MOCKOPENAI_WARM_AFTER_S="0.1")
    async with listening(server) as call:
        response = await call.caller.response()  # the stream began while it waited
        lines = response.aiter_lines()
        await comment(lines, ": waiting")
        call.type(1, "slow")
        await comment(lines, ": typing")
        call.type(2, "ly", done=True)
        rest = [json.loads(line[6:]) async for line in lines if re.match(r"data: \{", line)]
        assert rest[-1]["choices"][0]["finish_reason"] == "stop"
        assert call.ended()["state"] == "delivered"


async def comment(lines: Any, wanted: str) -> None:
    async for line in lines:
        if line == wanted:
            return
    raise AssertionError(f"{wanted!r} never came")


async def test_the_socket_types_by_the_same_rules(server: Server) -> None:
    with connect(f"{server.ws_url}?person=ann", origin=server.url, max_queue=None) as opened:
        page = Page(opened)
        async with listening(server) as call:
            first = page.say(id=call.id, seq=1, delta="so")
            assert first == {"state": "answered", "id": call.id, "seq": 1, "code": 200}
            assert page.hear("typing") == {"id": call.id, "by": "ann"}
            await call.caller.until("so")
            early = page.say(id=call.id, seq=3, delta="x")
            assert (early["code"], early["seq"], early["expected"]) == (409, 3, 2)
            assert page.say(id=call.id, seq="2")["code"] == 400
            assert "id" in page.say(seq=2)["detail"]
            assert call.type(2, "x").json()["by"] == "ann"
            assert page.say(id=call.id, seq=2, delta=" it goes", done=True)["code"] in (200, 202)
            await call.caller.rest()
            assert call.caller.text == "so it goes"
            told = page.hear("completed_request")
            assert (told["id"], told["state"], told["answered_by"]) == (call.id, "delivered", "ann")
            assert told["response"]["choices"][0]["message"]["content"] == "so it goes"


class Page:
    """A dashboard; what it hears of other kinds than it is asked for is kept for later."""

    def __init__(self, opened: Any) -> None:
        self._opened = opened
        self._kept: list[dict[str, Any]] = []

    def say(self, **frame: Any) -> dict[str, Any]:
        """The outcome of a `type_live` frame."""
        self._opened.send(json.dumps({"type": "type_live", **frame}))
        return self.hear("type_result", "error")

    def hear(self, *kinds: str) -> dict[str, Any]:
        """The data of the next event of one of these kinds."""
        while True:
            for event in self._kept:
                if event["type"] in kinds:
                    self._kept.remove(event)
                    return event["data"]
            self._kept.append(json.loads(self._opened.recv(timeout=PATIENCE_S)))


async def test_a_caller_who_hangs_up_is_gone_for_the_next_piece(listen: Listen) -> None:
    async with listen() as call:
        call.type(1, "half a ")
        await call.caller.until("half a ")
        await call.caller.hang_up()
        row = call.ended()
        assert row["state"] == "undelivered" and row["bytes_sent"] > 300
        assert row["response"]["choices"][0]["message"]["content"] == "half a "
        assert row["response"]["choices"][0]["finish_reason"] is None
        for seq, delta in ((2, "word"), (1, "half a ")):
            told = call.type(seq, delta)
            assert (told.status_code, told.json()["state"]) == (410, "undelivered"), told.text
        assert call.so_far["text"] == "half a "


async def test_a_keystroke_against_a_hang_up_never_hangs(server: Server) -> None:
    async def race(name: str, pause_s: float) -> None:
        async with listening(server, name) as call:
            await asyncio.to_thread(call.type, 1, "a")
            await call.caller.until("a")
            leaving = asyncio.ensure_future(call.caller.hang_up())
            await asyncio.sleep(pause_s)
            told = await asyncio.to_thread(call.type, 2, "b", done=True)
            await leaving
            row = await asyncio.to_thread(call.ended)
            if told.status_code == 410:
                assert row["state"] == "undelivered"
            assert row["response"]["choices"][0]["message"]["content"] in ("a", "ab")

    await asyncio.gather(*[race(f"leaves-{n}", n / 1000) for n in range(12)])


async def test_typed_pieces_go_with_their_exchange(server: Server) -> None:
    async with listening(server, "pruned") as call:
        call.type(1, "x", done=True)
        await call.caller.rest()
        call.ended()
    assert server.api.delete("/api/exchanges?caller=pruned").status_code == 200
    wait_for(lambda: server.api.get(f"/api/desk/{call.id}/stream").status_code == 404)
    async with callers(server.url, "still") as [caller]:
        await caller.send(CALL)
        assert server.waiting(1)
