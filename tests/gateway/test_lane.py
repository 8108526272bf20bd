"""The fast lane: the second call with some head takes another way than the first, and gets the same."""

import asyncio
import re
import signal
import socket
import sqlite3
import struct
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import count
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from uvicorn import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from apps.gateway.lane import Lane
from tests.conftest import PATIENCE_S, Server, start_server, wait_for
from tests.gateway.conftest import chat
from tests.view_only import application

_numbers = count(1)
Ended = Callable[..., dict[str, Any]]
LIMIT_BYTES = 256 * 1024


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    limit_mb = str(LIMIT_BYTES / 1024 / 1024)
    server = start_server(tmp_path_factory.mktemp("lane"), MOCKOPENAI_MAX_BODY_MB=limit_mb)
    yield server
    server.stop()


@pytest.fixture
def caller() -> str:
    return f"lane-{next(_numbers)}"


class Wire:
    """A connection on which bytes are written as they are."""

    def __init__(self, server: Server, caller: str) -> None:
        port = int(server.url.rpartition(":")[2])
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.caller = caller
        self._read = b""

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, *_: Any) -> None:
        self.socket.close()

    def request(self, body: bytes, *extra: str) -> bytes:
        lines = ["POST /v1/chat/completions HTTP/1.1", "host: mock", f"x-mock-caller: {self.caller}"]
        lines += ["content-type: application/json", *extra, f"content-length: {len(body)}"]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def send(self, body: bytes, *extra: str) -> None:
        self.socket.sendall(self.request(body, *extra))

    def ask(self, body: bytes, *extra: str) -> tuple[bytes, bytes]:
        self.send(body, *extra)
        return self.answer()

    def answer(self) -> tuple[bytes, bytes]:
        """The next answer: its head, and its body with the chunks joined."""
        head = self._until(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head)
        if b"transfer-encoding: chunked" in head:
            body = b""
            while size := int(self._until(b"\r\n"), 16):
                body += self._bytes(size + 2)[:-2]
            self._bytes(2)
            return head, body
        return head, self._bytes(int(length[1]) if length else 0)

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._read:
            self._more()
        found, self._read = self._read.split(mark, 1)
        return found

    def _bytes(self, size: int) -> bytes:
        while len(self._read) < size:
            self._more()
        found, self._read = self._read[:size], self._read[size:]
        return found

    def _more(self) -> None:
        data = self.socket.recv(65536)
        assert data, "the server closed the connection"
        self._read += data


def asked(text: str = "Hello?", **fields: Any) -> bytes:
    return orjson.dumps(chat(text, **fields))


def settled(head: bytes, body: bytes) -> tuple[list[bytes], bytes]:
    """An answer without what is different each time: ids, times, padding."""
    lines = [
        re.sub(rb"^(date|x-request-id|openai-processing-ms): .*", rb"\1", line)
        for line in head.split(b"\r\n")
    ]
    body = re.sub(rb'"(id|created|obfuscation)":("[^"]*"|\d+)', rb'"\1":0', body)
    return sorted(lines), body


VARIANTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "draft": ({"response": {"content": "hi"}}, {}),
    "stream": ({"response": {"content": "one two three"}}, {"stream": True}),
    "stream with usage": (
        {"response": {"content": "hi"}},
        {"stream": True, "stream_options": {"include_usage": True}},
    ),
    "long stream": ({"response": {"content": "word " * 3000}}, {"stream": True}),
    "paced stream": ({"response": {"content": "a b"}, "pace": {"token_ms": 5}}, {"stream": True}),
    "delay": ({"response": {"content": "late"}, "delay_ms": 30}, {}),
    "first token": ({"response": {"content": "late"}, "pace": {"first_token_ms": 30}}, {}),
    "headers": ({"response": {"content": "hi"}, "headers": {"x-own": "1", "openai-version": "mine"}}, {}),
    "error": ({"response": {"error": {"message": "no"}}, "status_code": 429, "x_should_retry": False}, {}),
    "error to a stream": ({"response": {"content": "no"}, "status_code": 500}, {"stream": True}),
    "no content": ({"response": {}, "status_code": 204}, {}),
    "verbatim": ({"response": {"any": ["thing"]}, "verbatim": True}, {}),
    "large": ({"response": {"content": "x" * 100_000}}, {}),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_both_ways_answer_the_same(fast: Server, caller: str, ended: Ended, name: str) -> None:
    preset, fields = VARIANTS[name]
    fast.api.post(f"/api/preset-queue/{caller}", json={**preset, "uses": 3})
    with Wire(fast, caller) as wire:
        first, second, third = [settled(*wire.ask(asked(**fields))) for _ in range(3)]
    assert first == second == third
    page = wait_for(lambda: journal(fast, caller, 3))
    fates = {(row["state"], row["status_code"], row["bytes_sent"], row["summary"]) for row in page}
    assert len(fates) == 1 or fields.get("stream")  # padding is of random length
    assert {row["state"] for row in page} == {"delivered"}


def journal(server: Server, caller: str, size: int) -> list[dict[str, Any]] | None:
    items = server.api.get(f"/api/exchanges?caller={caller}").json()["items"]
    over = [item for item in items if item["state"] not in ("taken", "answered", "waiting")]
    return over if len(over) == size else None


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"model": 1}', b"\xff", b'{"model": "gpt-4o", "n": true}'])
def test_what_is_wrong_with_a_call_is_said_the_same(fast: Server, caller: str, body: bytes) -> None:
    with Wire(fast, caller) as wire:
        first, second = settled(*wire.ask(body)), settled(*wire.ask(body))
    assert first == second
    assert first[0][0].startswith(b"HTTP/1.1 400")


def test_a_body_of_another_length_takes_the_fast_way_and_keeps_its_own_headers(
    fast: Server, caller: str, ended: Ended
) -> None:
    fast.queue(caller, *[{"content": "ok"}] * 3)
    with Wire(fast, caller) as wire:
        for text in ("a", "longer than that", "x" * 5000):
            assert wire.ask(asked(text))[0].startswith(b"HTTP/1.1 200")
    rows = wait_for(lambda: journal(fast, caller, 3))
    for row in [fast.exchange(item["id"]) for item in rows]:
        length = dict(map(tuple, row["headers"])) if isinstance(row["headers"], list) else row["headers"]
        assert int(length["content-length"]) == len(orjson.dumps(row["body"]))


def test_calls_that_follow_without_waiting_are_answered_in_order(fast: Server, caller: str) -> None:
    fast.queue(caller, *[{"content": str(number)} for number in range(6)])
    with Wire(fast, caller) as wire:
        assert content(wire.ask(asked())) == "0"
        wire.socket.sendall(wire.request(asked()))  # known by now
        wire.socket.sendall(wire.request(asked()) + wire.request(asked("other")))
        wire.socket.sendall(wire.request(asked())[:-5])
        assert [content(wire.answer()) for _ in range(3)] == ["1", "2", "3"]
        wire.socket.sendall(wire.request(asked())[-5:])
        assert content(wire.answer()) == "4"
        assert content(wire.ask(asked())) == "5"


class Open(asyncio.Transport):
    def is_closing(self) -> bool:
        return False


def test_bytes_never_overtake_those_that_came_before_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """A call may be answered, and the next bytes be there, before the kept ones had their turn."""
    read: list[bytes] = []
    monkeypatch.setattr(HttpToolsProtocol, "data_received", lambda _, data: read.append(data))
    config = Config(application)
    config.load()

    async def connection() -> Lane:
        lane = Lane(config, ServerState(), {})
        lane.connection_made(Open())
        return lane

    lane = asyncio.run(connection())
    served = SimpleNamespace(response_complete=False)
    lane.cycle = served  # type: ignore[assignment]
    lane.data_received(b"POST /v1/chat/")
    assert not read
    served.response_complete = True
    lane.data_received(b"completions HTTP/1.1\r\n")
    assert read == [b"POST /v1/chat/completions HTTP/1.1\r\n"]


def content(answer: tuple[bytes, bytes]) -> str:
    text: str = orjson.loads(answer[1])["choices"][0]["message"]["content"]
    return text


def test_a_call_in_small_pieces_is_answered(fast: Server, caller: str) -> None:
    fast.queue(caller, {"content": "whole"}, {"content": "in pieces"})
    with Wire(fast, caller) as wire:
        assert content(wire.ask(asked())) == "whole"
        request = wire.request(asked())
        for start in range(0, len(request), 40):
            wire.socket.sendall(request[start : start + 40])
        assert content(wire.answer()) == "in pieces"


def test_a_body_over_the_limit_is_refused_on_either_way(fast: Server, caller: str) -> None:
    fast.queue(caller, {"content": "fits"})
    with Wire(fast, caller) as wire:
        assert content(wire.ask(asked())) == "fits"
        wire.send(b"x" * (LIMIT_BYTES + 1))
        assert wire.answer()[0].startswith(b"HTTP/1.1 413")


def test_a_known_call_that_waits_is_answered_by_a_person(fast: Server, caller: str, ended: Ended) -> None:
    fast.queue(caller, {"content": "at once"})
    with Wire(fast, caller) as wire:
        assert content(wire.ask(asked())) == "at once"
        wire.send(asked("wait for me"))
        [item] = wait_for(
            lambda: (
                [one for one in fast.api.get("/api/desk").json()["items"] if one["caller"] == caller] or None
            )
        )
        told = fast.api.post(f"/api/desk/{item['id']}/answer", json={"response": {"content": "by hand"}})
        assert told.status_code in (200, 202)
        assert content(wire.answer()) == "by hand"


def test_a_known_call_whose_caller_leaves_is_gone(fast: Server, caller: str, ended: Ended) -> None:
    fast.queue(caller, {"content": "at once"})
    with Wire(fast, caller) as wire:
        assert content(wire.ask(asked())) == "at once"
        wire.send(asked("and away"))
        wait_for(
            lambda: (
                [one for one in fast.api.get("/api/desk").json()["items"] if one["caller"] == caller] or None
            )
        )
    rows = wait_for(lambda: journal(fast, caller, 2))
    assert [row["state"] for row in rows] == ["gone", "delivered"]


def test_one_head_names_different_callers_for_different_addresses(fast: Server) -> None:
    """A caller that names itself by nothing is its address, whatever its head looks like."""
    fast.queue("127.0.0.1", {"content": "one"}, {"content": "two"})
    with Wire(fast, "") as wire:
        bare = wire.request(asked()).replace(b"x-mock-caller: \r\n", b"")
        for text in ("one", "two"):
            wire.socket.sendall(bare)
            assert content(wire.answer()) == text


def waiting_of(server: Server, caller: str) -> list[dict[str, Any]]:
    return [item for item in server.api.get("/api/desk").json()["items"] if item["caller"] == caller]


@pytest.mark.parametrize("more", ["a whole call", "the beginning of one"])
def test_a_caller_who_leaves_with_another_call_in_the_pipe_is_gone(
    fast: Server, caller: str, more: str
) -> None:
    fast.queue(caller, {"content": "at once"})
    with Wire(fast, caller) as wire:
        assert content(wire.ask(asked())) == "at once"
        wire.send(asked("wait"))
        wait_for(lambda: len(waiting_of(fast, caller)) == 1)
        wire.socket.sendall(wire.request(asked()) if more == "a whole call" else wire.request(asked())[:-9])
        wait_for(lambda: len(waiting_of(fast, caller)) == 1)
    wait_for(lambda: not waiting_of(fast, caller))
    states = [item["state"] for item in fast.api.get(f"/api/exchanges?caller={caller}").json()["items"]]
    assert states == ["gone", "delivered"]


def test_a_preset_that_comes_back_does_so_on_the_fast_way_too(fast: Server, caller: str) -> None:
    """The loop must have had a turn to hear of a caller who has left already."""
    fast.queue(caller, {"content": "first"})
    fast.queue(caller, *[{"content": "back"}] * 8, on_undelivered="requeue")
    with Wire(fast, caller) as wire:
        assert content(wire.ask(asked())) == "first"
        request = wire.request(asked())
    for _ in range(8):
        with Wire(fast, caller) as wire:
            wire.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            wire.socket.sendall(request)
    rows = wait_for(lambda: journal(fast, caller, 9))
    undelivered = sum(row["state"] == "undelivered" for row in rows)
    left = lambda: fast.api.get(f"/api/preset-queue/{caller}").json()["count"]  # noqa: E731
    wait_for(lambda: left() == undelivered)


def test_an_offer_of_http_2_is_ignored(fast: Server, caller: str) -> None:
    fast.queue(caller, *[{"content": "ok"}] * 2)
    for _ in range(2):
        with Wire(fast, caller) as wire:
            offer = ("connection: Upgrade, HTTP2-Settings", "upgrade: h2c", "http2-settings: AAMAAABk")
            assert content(wire.ask(asked(), *offer)) == "ok"


@pytest.mark.parametrize("fields", [{}, {"delay_ms": 20}, {"status_code": 503}, {"status_code": 204}])
def test_a_date_that_the_author_set_is_the_only_one(
    fast: Server, caller: str, fields: dict[str, Any]
) -> None:
    moment = "Thu, 01 Jan 1970 00:00:00 GMT"
    drafts = [{"content": "hi"}] * 3
    fast.queue(caller, *drafts, headers={"Date": moment}, **fields)
    fast.queue(caller, {"content": "hi"}, **fields)
    with Wire(fast, caller) as wire:
        for stream in (False, False, True):
            head, _ = wire.ask(asked(stream=stream))
            assert re.findall(rb"(?i)\r\ndate: ([^\r]*)", head) == [moment.encode()]
        head, _ = wire.ask(asked())
        [own] = re.findall(rb"(?i)\r\ndate: ([^\r]*)", head)
        assert own != moment.encode()


def test_another_upgrade_after_a_call_that_waited_breaks_nothing(fast: Server, caller: str) -> None:
    fast.queue(caller, {"content": "at once"}, {"content": "late"}, delay_ms=20)
    with Wire(fast, caller) as wire:
        assert content(wire.ask(asked())) == "at once"
        assert content(wire.ask(asked())) == "late"
        wire.send(asked(), "connection: upgrade", "upgrade: websocket", "sec-websocket-key: AAAA")
        wait_for(lambda: fast.api.get("/v1/models").status_code == 200)
    assert "Traceback" not in fast.log.read_text()


@pytest.mark.parametrize("extra", ["connection: close", "expect: 100-continue"])
def test_what_changes_the_connection_goes_the_ordinary_way(fast: Server, caller: str, extra: str) -> None:
    fast.queue(caller, *[{"content": "ok"}] * 2)
    for _ in range(2):
        with Wire(fast, caller) as wire:
            head, body = wire.ask(asked(), extra)
            if head.startswith(b"HTTP/1.1 100"):
                head, body = wire.answer()
            assert content((head, body)) == "ok"
            if extra == "connection: close":
                assert wire.socket.recv(1) == b""


def test_a_server_that_is_told_to_stop_answers_what_it_has(start: Callable[..., Server], caller: str) -> None:
    server = start()
    server.queue(caller, {"content": "first"}, {"content": "second"}, delay_ms=0)
    server.queue("late", {"content": "first"}, {"content": "late"}, delay_ms=700)
    with Wire(server, caller) as idle, Wire(server, "late") as busy:
        assert content(idle.ask(asked())) == "first"
        assert content(busy.ask(asked())) == "first"
        busy.send(asked())
        wait_for(lambda: len(server.api.get("/api/exchanges?caller=late").json()["items"]) == 2 or None)
        server.process.send_signal(signal.SIGTERM)
        head, body = busy.answer()
        assert content((head, body)) == "late"
        assert idle.socket.recv(1) == b""
    assert server.process.wait(timeout=PATIENCE_S) == 0


def test_a_reply_that_cannot_be_sent_is_a_500_and_no_silence(fast: Server, caller: str) -> None:
    fast.queue(caller, *[{"content": "Yes."}] * 3)
    with closing(sqlite3.connect(fast.data_dir / "mockopenai.sqlite3", timeout=20)) as database, database:
        change = (
            """UPDATE queues_preset SET headers = '[["x-n", 5]]' WHERE caller = ?"""  # no editor takes it
        )
        assert database.execute(change, (caller,)).rowcount == 3
    with Wire(fast, caller) as wire:
        for _ in range(3):
            head, body = wire.ask(orjson.dumps(chat()))
            assert b" 500 " in head and orjson.loads(body)["error"]["code"] == "internal_error"
    wanted = {"match": {"caller": caller, "state": "undelivered"}, "count": 3, "timeout_s": PATIENCE_S}
    assert fast.api.post("/api/exchanges/wait", json=wanted).json()["reached"]
