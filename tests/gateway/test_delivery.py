"""How replies leave: their pace, what is noticed when a caller leaves, and what was really sent."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest

from tests.conftest import PATIENCE_S, Server, start_server, wait_for
from tests.gateway.conftest import CHAT, ERROR_KEYS, chat

Ended = Callable[..., dict[str, Any]]
LATE_MS = 60  # on the best of some tries: the machine may be busy with something else at any one of them
EARLY_MS = 3  # what two clocks may differ by
AT_ONCE_S = 20  # long before what is cut short would end by itself
TRIES = 20

_numbers = count(1)


@pytest.fixture
def caller() -> str:
    return f"delivery-{next(_numbers)}"


class Line:
    """A caller that reads what comes as it comes, and can leave when it likes."""

    def __init__(self, server: Server, caller: str, body: dict[str, Any]) -> None:
        content = json.dumps(body).encode()
        head = f"POST {CHAT} HTTP/1.1\r\nHost: x\r\nX-Mock-Caller: {caller}\r\nContent-Length: {len(content)}\r\n\r\n"
        self.socket = socket.create_connection(
            ("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=PATIENCE_S
        )
        self.heard = b""
        self.socket.sendall(head.encode() + content)
        self.began = time.monotonic()

    def until(self, wanted: bytes) -> float:
        """Reads until that was heard; ms since the request was sent."""
        while wanted not in self.heard:
            piece = self.socket.recv(65536)
            assert piece, f"the server hung up after {self.heard[-300:]!r}"
            self.heard += piece
        return (time.monotonic() - self.began) * 1000

    def rest(self) -> bytes:
        """Reads to the end of a chunked answer; its body."""
        heard = bytearray(self.heard)
        while not heard.endswith(b"\r\n0\r\n\r\n"):
            piece = self.socket.recv(1 << 20)
            assert piece, "the server hung up"
            heard += piece
        body, at = bytearray(), heard.index(b"\r\n\r\n") + 4
        while size := int(heard[at : (end := heard.index(b"\r\n", at))], 16):
            body += heard[end + 2 : end + 2 + size]
            at = end + 2 + size + 2
        return bytes(body)

    def leave(self) -> None:
        self.socket.close()


@pytest.fixture
def dial(server: Server) -> Iterator[Callable[..., Line]]:
    lines: list[Line] = []

    def dialling(caller: str, *, at: Server = server, **fields: Any) -> Line:
        lines.append(Line(at, caller, chat(**fields)))
        return lines[-1]

    yield dialling
    for line in lines:
        line.leave()


@contextmanager
def at_once() -> Iterator[None]:
    began = time.monotonic()
    yield
    assert time.monotonic() - began < AT_ONCE_S


def on_time(lateness: Callable[[], float]) -> bool:
    """Whether something can be on time: its lateness in ms is small at one try at least, and early at none."""
    tried_ms: list[float] = []
    while not tried_ms or (min(tried_ms) > LATE_MS and len(tried_ms) < TRIES):
        tried_ms.append(lateness())
    assert min(tried_ms) >= -EARLY_MS, tried_ms
    return min(tried_ms) <= LATE_MS


# --- pace --------------------------------------------------------------------------------------


def test_a_whole_reply_waits_its_delay_and_its_first_token(
    server: Server, caller: str, dial: Callable[..., Line]
) -> None:
    server.queue(caller, {"content": "x"}, delay_ms=100, pace={"first_token_ms": 80}, uses=TRIES)
    assert on_time(lambda: dial(caller).until(b"chat.completion") - 180)


def test_the_first_token_of_a_stream_waits_and_the_headers_do_not(
    server: Server, caller: str, dial: Callable[..., Line]
) -> None:
    server.queue(caller, {"content": "x"}, pace={"first_token_ms": 300, "token_ms": 0}, uses=2 * TRIES)
    assert on_time(lambda: dial(caller, stream=True).until(b"text/event-stream"))
    assert on_time(lambda: dial(caller, stream=True).until(b"assistant") - 300)


def test_tokens_leave_on_an_absolute_schedule(server: Server, caller: str, dial: Callable[..., Line]) -> None:
    words = [f"w{number}" for number in range(20)]
    pace = {"first_token_ms": 50, "token_ms": 20}
    server.queue(caller, {"content": " ".join(words)}, pace=pace, uses=2 * TRIES)
    assert on_time(lambda: dial(caller, stream=True).until(b'"assistant"') - 50)

    def lateness_ms() -> float:
        line = dial(caller, stream=True)
        end_ms = line.until(b"[DONE]")
        events = line.heard.count(b"data: ") - 1  # [DONE] leaves with the one before
        return end_ms - 50 - (events - 1) * 20

    assert on_time(lateness_ms)


def test_lateness_does_not_add_up(server: Server, caller: str, dial: Callable[..., Line]) -> None:
    server.queue(caller, {"content": "a b c d e f g h i j " * 10}, pace={"token_ms": 3}, uses=TRIES)

    def lateness_ms() -> float:
        line = dial(caller, stream=True)
        end_ms = line.until(b"[DONE]")
        events = line.heard.count(b"data: ") - 1
        assert events > 90
        return end_ms - (events - 1) * 3

    # A sleep after each token would cost most of a millisecond more each: more than may be late.
    assert on_time(lateness_ms)


def test_a_large_reply_arrives_whole(server: Server, caller: str, ended: Ended) -> None:
    text = "0123456789abcdef" * (5 * 1024 * 1024 // 16)
    server.queue(caller, {"content": text})
    answer = server.api.post(CHAT, json=chat(), headers={"X-Mock-Caller": caller})
    assert answer.json()["choices"][0]["message"]["content"] == text
    assert ended(server, caller)["bytes_sent"] == len(answer.content)


def test_a_large_stream_arrives_whole(server: Server, caller: str, ended: Ended) -> None:
    text = "lorem ipsum " * 20_000
    server.queue(caller, {"content": text})
    answer = server.api.post(CHAT, json=chat(stream=True), headers={"X-Mock-Caller": caller})
    events = [json.loads(event[6:]) for event in answer.text.split("\n\n")[:-2]]
    assert "".join(event["choices"][0]["delta"].get("content") or "" for event in events) == text
    assert ended(server, caller)["bytes_sent"] == len(answer.content)


@pytest.mark.parametrize("status", [204, 205])
def test_a_streaming_call_gets_a_status_that_has_no_body(
    server: Server, caller: str, ended: Ended, status: int
) -> None:
    server.queue(caller, {"content": "x"}, status_code=status)
    answer = server.api.post(CHAT, json=chat(stream=True), headers={"X-Mock-Caller": caller})
    assert (answer.status_code, answer.content) == (status, b"")
    assert "content-type" not in answer.headers
    row = ended(server, caller)
    assert (row["state"], row["status_code"]) == ("delivered", status)


# --- a caller who reads slowly -----------------------------------------------------------------


WIDE = {"content": "a " * 100, "padding": "x" * 200_000}  # what is added to a body is in each of its chunks


def test_a_paced_stream_waits_for_a_slow_reader_and_is_whole(
    server: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    server.queue(caller, WIDE, pace={"token_ms": 1})
    line = dial(caller, stream=True)
    line.until(b"assistant")
    time.sleep(0.2)  # all of it is due by now: more than the buffers on the way hold
    body = line.rest()
    events = [json.loads(event[6:]) for event in body.split(b"\n\n")[:-2]]
    deltas = [event["choices"][0]["delta"] for event in events]
    assert "".join(delta.get("content") or "" for delta in deltas) == WIDE["content"]
    row = ended(server, caller)
    assert (row["state"], row["bytes_sent"]) == ("delivered", len(body))


def test_a_slow_reader_who_leaves_got_no_more_than_there_was_room_for(
    server: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    server.queue(caller, WIDE, pace={"token_ms": 1})
    line = dial(caller, stream=True)
    line.until(b"assistant")
    time.sleep(0.2)
    line.leave()
    row = ended(server, caller)
    assert row["state"] == "undelivered"
    assert 0 < row["bytes_sent"] < 100 * 200_000


def test_what_is_due_at_the_same_moment_does_not_leave_in_one_go_either(
    server: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    server.queue(caller, WIDE, pace={"first_token_ms": 1, "token_ms": 0})
    line = dial(caller, stream=True)
    line.until(b"assistant")
    line.leave()
    row = ended(server, caller)
    assert row["state"] == "undelivered"
    assert 0 < row["bytes_sent"] < 100 * 200_000


# --- a caller who leaves -----------------------------------------------------------------------


def test_a_caller_who_leaves_during_the_delay_is_noticed_at_once(
    server: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    server.queue(caller, {"content": "x"}, delay_ms=30_000)
    line = dial(caller)
    ended(server, caller, "taken")
    line.leave()
    with at_once():
        row = ended(server, caller)
    assert (row["state"], row["source"], row["bytes_sent"], row["first_byte_ms"]) == (
        "undelivered",
        "preset",
        0,
        None,
    )


def test_a_caller_who_leaves_in_the_middle_of_a_stream_is_noticed_at_once(
    server: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    server.queue(caller, {"content": "a b c d e f g h"}, pace={"token_ms": 30_000})
    line = dial(caller, stream=True)
    line.until(b"assistant")
    line.leave()
    with at_once():
        row = ended(server, caller)
    assert row["state"] == "undelivered"
    assert row["bytes_sent"] > 0
    assert row["first_byte_ms"] is not None


@pytest.mark.parametrize(
    ("streamed", "text"),
    [(False, "x" * 10_000_000), (True, "lorem ipsum " * 20_000)],
    ids=["whole", "stream"],
)
def test_a_caller_who_leaves_in_the_middle_of_a_large_reply_is_noticed(
    server: Server, caller: str, dial: Callable[..., Line], ended: Ended, streamed: bool, text: str
) -> None:
    server.queue(caller, {"content": text}, uses=3)
    for _ in range(3):
        line = dial(caller, stream=streamed)
        line.until(b"HTTP/1.1 200")
        line.leave()
    rows = wait_for(lambda: _all_over(server, caller))
    assert rows == ["undelivered"] * 3


def test_a_caller_who_leaves_while_waiting_is_gone(
    server: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    line = dial(caller)
    [item] = server.waiting(1)
    line.leave()
    with at_once():
        row = ended(server, caller)
    assert (row["state"], row["status_code"]) == ("gone", None)
    late = server.api.post(f"/api/desk/{item['id']}/answer", json={"response": {"content": "too late"}})
    assert late.status_code == 410
    assert "gone" in late.json()["detail"]
    assert server.waiting(0) == []


def test_what_a_person_answers_to_a_caller_who_leaves_is_undelivered(
    server: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    line = dial(caller)
    [item] = server.waiting(1)
    with ThreadPoolExecutor(1) as pool:
        answering = pool.submit(server.answer, item["id"], delay_ms=30_000)
        ended(server, caller, "answered")
        line.leave()
        with at_once():
            row = ended(server, caller)
        told = answering.result()
    assert (row["state"], row["source"]) == ("undelivered", "person")
    assert (told.status_code, told.json()["state"]) == (410, "undelivered")


def test_an_undelivered_preset_returns_to_its_place_when_it_should(
    server: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    server.queue(caller, {"content": "first"}, delay_ms=30_000, on_undelivered="requeue")
    server.queue(caller, {"content": "second"})
    before = server.api.get(f"/api/preset-queue/{caller}").json()["items"]
    line = dial(caller)
    ended(server, caller, "taken")
    assert server.api.get(f"/api/preset-queue/{caller}").json()["items"] == before[1:]
    line.leave()
    assert ended(server, caller)["state"] == "undelivered"
    wait_for(lambda: server.api.get(f"/api/preset-queue/{caller}").json()["count"] == 2)
    assert server.api.get(f"/api/preset-queue/{caller}").json()["items"] == before


def test_an_undelivered_preset_does_not_return_by_default(
    server: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    server.queue(caller, {"content": "first"}, delay_ms=30_000)
    server.queue(caller, {"content": "second"})
    line = dial(caller)
    ended(server, caller, "taken")
    line.leave()
    assert ended(server, caller)["state"] == "undelivered"
    items = server.api.get(f"/api/preset-queue/{caller}").json()["items"]
    assert [item["response"] for item in items] == [{"content": "second"}]


def test_a_preset_that_was_delivered_does_not_return(
    server: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    server.queue(caller, {"content": "only"}, on_undelivered="requeue")
    dial(caller).until(b"only")
    assert ended(server, caller)["state"] == "delivered"
    assert server.api.get(f"/api/preset-queue/{caller}").json()["count"] == 0


def test_two_callers_share_nothing_when_one_leaves(
    server: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    server.queue(caller, {"content": "left"}, delay_ms=60_000)
    leaving = dial(caller)
    ended(server, caller, "taken")
    server.queue(caller, {"content": "stayed"}, delay_ms=300)
    staying = dial(caller)
    leaving.leave()
    staying.until(b"chat.completion")
    states = wait_for(lambda: _all_over(server, caller))
    assert sorted(states) == ["delivered", "undelivered"]


def _all_over(server: Server, caller: str) -> list[str] | None:
    states = [row["state"] for row in server.api.get(f"/api/exchanges?caller={caller}").json()["items"]]
    return None if "taken" in states else states


# --- kept warm ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that sends comments to waiting streams after 0.1 s."""
    server = start_server(tmp_path_factory.mktemp("warm"), MOCKOPENAI_WARM_AFTER_S="0.1")
    yield server
    server.stop()


def held(warm: Server, dial: Callable[..., Line], caller: str) -> tuple[Line, str]:
    """A waiting stream that has heard two comments, and its exchange."""
    line = dial(caller, at=warm, stream=True)
    line.until(b": waiting\n\n")
    line.heard, head = line.heard.partition(b"\r\n\r\n")[2], line.heard.partition(b"\r\n\r\n")[0]
    assert b" 200 OK" in head and b"text/event-stream" in head
    line.until(b": waiting\n\n")
    [item] = warm.waiting(1)
    return line, item["id"]


def test_a_waiting_stream_is_kept_warm_and_then_answered(
    warm: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    line, exchange_id = held(warm, dial, caller)
    assert warm.answer(exchange_id, "at last").status_code == 200
    line.until(b"data: [DONE]\n\n")
    assert b'"content":"at"' in line.heard
    assert b": waiting" not in line.heard.partition(b"data: ")[2]
    assert ended(warm, caller)["state"] == "delivered"


def test_an_error_reaches_a_warm_stream_as_an_event(
    warm: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    line, exchange_id = held(warm, dial, caller)
    error = {"error": {"message": "No\nmore."}}
    assert warm.answer(exchange_id, response=error, status_code=429).status_code == 200
    line.until(b"}}\n\n")
    event = line.heard.partition(b"data: ")[2].partition(b"\n\n")[0]
    error = json.loads(event)["error"]
    assert error.keys() == ERROR_KEYS
    assert (error["message"], error["code"]) == ("No\nmore.", "rate_limit_exceeded")
    row = ended(warm, caller)
    assert (row["state"], row["status_code"]) == ("delivered", 429)
    assert "with status 200" in row["note"]


def test_a_warm_stream_just_ends_when_its_answer_has_no_body(
    warm: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    line, exchange_id = held(warm, dial, caller)
    assert warm.answer(exchange_id, status_code=204).status_code == 200
    line.until(b"0\r\n\r\n")
    assert b"data:" not in line.heard
    assert ended(warm, caller)["state"] == "delivered"


def test_a_caller_who_leaves_a_warm_stream_is_gone(
    warm: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    line, _ = held(warm, dial, caller)
    line.leave()
    with at_once():
        assert ended(warm, caller)["state"] == "gone"


def test_a_warm_stream_that_is_aborted_is_reset(
    warm: Server, caller: str, dial: Callable[..., Line], ended: Ended
) -> None:
    line, exchange_id = held(warm, dial, caller)
    assert warm.api.post(f"/api/desk/{exchange_id}/abort").status_code == 200
    with pytest.raises(ConnectionResetError):
        line.until(b"data: ")


def test_a_call_that_is_no_stream_hears_nothing_before_its_answer(
    warm: Server, caller: str, dial: Callable[..., Line]
) -> None:
    line = dial(caller, at=warm)
    [item] = warm.waiting(1)
    line.socket.settimeout(0.2)
    with pytest.raises(TimeoutError):
        line.until(b"x")
    line.socket.settimeout(PATIENCE_S)
    assert warm.answer(item["id"], response={"error": {"message": "No."}}, status_code=503).status_code == 200
    line.until(b"HTTP/1.1 503")
