"""The contract of /v1: the same through our server, under daphne, and through Django's own view."""

import threading
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import httpx
import orjson
import pytest

from tests.conftest import PATIENCE_S, Server, start_server
from tests.gateway.conftest import CHAT, chat, error_of

DOORS = ("serve", "daphne", "view")
LIMIT_MB = "0.25"
TOO_LARGE_BYTES = 300 * 1024
Ended = Callable[..., dict[str, Any]]

_numbers = count(1)


@pytest.fixture(scope="session", params=DOORS)
def door(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data_dir = tmp_path_factory.mktemp(request.param)
    server = start_server(data_dir, door=request.param, MOCKOPENAI_MAX_BODY_MB=LIMIT_MB)
    server.queue("warm-up", {"content": "the token tables are loaded now"})
    server.api.post(CHAT, json=chat(), headers={"X-Mock-Caller": "warm-up"})
    yield server
    server.stop()


@pytest.fixture
def caller() -> str:
    """A caller of this test's own: its queue and its journal hold nothing else."""
    return f"contract-{next(_numbers)}"


def call(
    server: Server, caller: str, method: str = "POST", path: str = CHAT, **options: Any
) -> httpx.Response:
    headers = {"X-Mock-Caller": caller, **options.pop("headers", {})}
    return server.api.request(method, path, headers=headers, **options)


def events_of(answer: httpx.Response) -> list[Any]:
    """The data of each server-sent event; [DONE] as that text."""
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    *events, rest = answer.content.split(b"\n\n")
    assert rest == b""
    assert all(event.startswith(b"data: ") for event in events)
    return [orjson.loads(event[6:]) if event != b"data: [DONE]" else "[DONE]" for event in events]


# --- answers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
def test_a_pace_is_waited_for_and_told_apart(door: Server, caller: str, ended: Ended, stream: bool) -> None:
    door.queue(caller, {"content": "one two three"}, pace={"first_token_ms": 90, "token_ms": 20})
    answer = call(door, caller, json=chat(stream=stream))
    assert answer.status_code == 200
    assert answer.elapsed.total_seconds() >= 0.145
    row = ended(door, caller)
    assert 145 <= row["injected_ms"] <= row["duration_ms"]


def test_a_preset_answers_whole(door: Server, caller: str, ended: Ended) -> None:
    door.queue(caller, {"content": "hi"})
    answer = call(door, caller, json=chat("What is up?"))
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert answer.json()["choices"][0]["message"]["content"] == "hi"
    row = ended(door, caller)
    assert (row["state"], row["source"], row["status_code"]) == ("delivered", "preset", 200)
    assert (row["endpoint"], row["model"], row["method"], row["path"]) == (
        "chat.completions",
        "gpt-4o",
        "POST",
        CHAT,
    )
    assert (row["preset_queue"], row["summary"], row["stream"]) == (caller, "What is up?", False)
    assert row["response"] == answer.json()
    assert row["body"] == chat("What is up?")
    assert row["bytes_sent"] == len(answer.content)
    assert door.api.get(f"/api/preset-queue/{caller}").json()["count"] == 0


def test_a_preset_answers_in_a_stream(door: Server, caller: str, ended: Ended) -> None:
    door.queue(caller, {"content": "one two three"})
    answer = call(door, caller, json=chat(stream=True))
    assert answer.status_code == 200
    assert "content-length" not in answer.headers
    *chunks, done = events_of(answer)
    assert done == "[DONE]"
    text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks)
    assert text == "one two three"
    row = ended(door, caller)
    assert (row["state"], row["stream"], row["bytes_sent"]) == ("delivered", True, len(answer.content))


def test_tool_calls_are_completed(door: Server, caller: str) -> None:
    door.queue(caller, {"tool_calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]})
    choice = call(door, caller, json=chat()).json()["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    [tool_call] = choice["message"]["tool_calls"]
    assert tool_call["id"].startswith("call_")
    assert orjson.loads(tool_call["function"]["arguments"]) == {"city": "Oslo"}


@pytest.mark.parametrize("streamed", [False, True])
def test_an_error_answers_with_json_even_to_a_stream(
    door: Server, caller: str, ended: Ended, streamed: bool
) -> None:
    door.queue(caller, {"error": {"message": "Slow down."}}, status_code=429, headers={"retry-after": "3"})
    answer = call(door, caller, json=chat(stream=streamed))
    assert answer.status_code == 429
    assert error_of(answer)["code"] == "rate_limit_exceeded"
    assert answer.headers["retry-after"] == "3"
    row = ended(door, caller)
    assert (row["state"], row["source"], row["status_code"]) == ("delivered", "preset", 429)


def test_a_body_that_is_whole_goes_out_as_it_was_written(door: Server, caller: str) -> None:
    written = (
        b'{"object":"chat.completion","id":"x","model":"m","created":1,"zebra":1.50,"choices":[{"index":0,'
        b'"finish_reason":"stop","message":{"role":"assistant","content":"\\u00e9"}}]}'
    )
    entry = b'{"response": ' + written + b"}"
    headers = {"content-type": "application/json"}
    assert door.api.post(f"/api/preset-queue/{caller}", content=entry, headers=headers).status_code == 200
    assert call(door, caller, json=chat()).content == written


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_content_has_none(door: Server, caller: str, status: int, ended: Ended) -> None:
    door.queue(caller, {"content": "dropped"}, status_code=status)
    answer = call(door, caller, json=chat())
    assert (answer.status_code, answer.content) == (status, b"")
    assert "content-type" not in answer.headers
    assert ended(door, caller)["state"] == "delivered"


def test_the_generator_answers_for_models(door: Server, caller: str, ended: Ended) -> None:
    answer = call(door, caller, "GET", "/v1/models/gpt-4o?api-version=1")
    assert answer.json()["id"] == "gpt-4o"
    row = ended(door, caller)
    assert (row["source"], row["endpoint"], row["path"]) == (
        "auto",
        "models.retrieve",
        "/v1/models/gpt-4o?api-version=1",
    )


def test_a_refused_fallback_says_why(door: Server, caller: str, ended: Ended) -> None:
    door.api.put("/api/fallback", json={"text": "refuse"})
    try:
        answer = call(door, caller, json=chat())
    finally:
        door.api.put("/api/fallback", json={"text": "manual"})
    assert answer.status_code == 404
    error = error_of(answer)
    assert error["code"] == "no_preset"
    assert caller in error["message"]
    assert answer.headers["x-should-retry"] == "false"
    assert ended(door, caller)["source"] == "refused"


# --- waiting -----------------------------------------------------------------------------------


class Waiter(threading.Thread):
    """A call that waits, made beside the test."""

    def __init__(self, server: Server, caller: str, **options: Any) -> None:
        super().__init__()
        self._call = lambda: call(server, caller, **options)
        self.answer: httpx.Response | None = None
        self.failure: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            self.answer = self._call()
        except httpx.TransportError as error:
            self.failure = error

    def result(self) -> httpx.Response:
        self.join(timeout=PATIENCE_S)
        assert self.answer is not None, f"no answer came: {self.failure!r}"
        return self.answer


@pytest.mark.parametrize("streamed", [False, True])
def test_a_waiting_call_gets_what_a_person_answers(
    door: Server, caller: str, ended: Ended, streamed: bool
) -> None:
    waiter = Waiter(door, caller, json=chat(stream=streamed))
    [item] = door.waiting(1)
    assert (item["caller"], item["state"]) == (caller, "waiting")
    answered = door.answer(item["id"], "by hand", headers={"x-by": "hand"})
    assert (answered.status_code, answered.json()["state"]) == (200, "delivered")
    answer = waiter.result()
    assert answer.headers["x-by"] == "hand"
    if streamed:
        text = "".join(event["choices"][0]["delta"].get("content") or "" for event in events_of(answer)[:-1])
    else:
        text = answer.json()["choices"][0]["message"]["content"]
    assert text == "by hand"
    row = ended(door, caller)
    assert (row["state"], row["source"], row["status_code"], row["answered_by"]) == (
        "delivered",
        "person",
        200,
        "api",
    )


def test_a_body_that_is_refused_does_not_use_up_the_waiting_call(door: Server, caller: str) -> None:
    waiter = Waiter(door, caller, json=chat())
    [item] = door.waiting(1)
    url = f"/api/desk/{item['id']}/answer"
    refused = door.api.post(url, json={"response": "no object", "status_code": 999})
    assert refused.status_code == 400
    assert {one["field"] for one in refused.json()["errors"]} == {"response", "status_code"}
    assert door.answer(item["id"], "right").status_code == 200
    assert waiter.result().json()["choices"][0]["message"]["content"] == "right"


def test_an_aborted_call_is_dropped_or_told_so(door: Server, caller: str) -> None:
    waiter = Waiter(door, caller, json=chat())
    [item] = door.waiting(1)
    assert door.api.post(f"/api/desk/{item['id']}/abort").json() == {"state": "aborted"}
    waiter.join(timeout=PATIENCE_S)
    if "serve" in door.command:
        assert isinstance(waiter.failure, httpx.ReadError | httpx.RemoteProtocolError)
    else:  # only our own server can drop a connection
        answer = waiter.result()
        assert (answer.status_code, answer.headers["x-should-retry"]) == (500, "false")
        error_of(answer)
    assert door.exchange(item["id"])["state"] == "aborted"


# --- refusals ----------------------------------------------------------------------------------


def refused(server: Server, caller: str, ended: Ended, answer: httpx.Response, status: int) -> dict[str, Any]:
    """The error of a call that must have been refused, and be in the journal as such."""
    assert answer.status_code == status
    row = ended(server, caller)
    assert (row["state"], row["source"], row["status_code"]) == ("delivered", "invalid", status)
    error = error_of(answer)
    assert row["response"] == {"error": error}
    return error


def test_an_unknown_path_names_near_ones(door: Server, caller: str, ended: Ended) -> None:
    answer = call(door, caller, path="/v1/chat/completion", json=chat())
    error = refused(door, caller, ended, answer, 404)
    assert error["message"].startswith("Invalid URL (POST /v1/chat/completion)")
    assert "POST /v1/chat/completions" in error["message"]


@pytest.mark.parametrize(
    "path", ["/v1", "/v1/", "/as", "/as/", "/as/x", "/as/x/v2/models", "/as//v1/models", "/v1/%2e%2e/admin"]
)
def test_there_is_nothing_beside_the_endpoints(door: Server, caller: str, path: str) -> None:
    answer = call(door, caller, "GET", path)
    assert answer.status_code in (400, 404)
    error_of(answer)


def test_half_an_address_of_a_caller_is_named_as_it_came(door: Server, caller: str) -> None:
    answer = call(door, caller, "GET", "/as")
    assert answer.status_code == 404
    assert error_of(answer)["message"].startswith("Invalid URL (GET /as)")


def test_a_number_that_is_too_large_is_called_so(door: Server, caller: str, ended: Ended) -> None:
    body = orjson.dumps(chat(max_tokens=0)).replace(b":0", b":1" + b"0" * 30)
    error = refused(door, caller, ended, call(door, caller, content=body), 400)
    assert (error["code"], error["param"]) == ("invalid_type", "max_tokens")
    assert error["message"].endswith("expected an integer, but got a number that is too large instead.")


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_a_wrong_method_is_told_the_right_ones(door: Server, caller: str, ended: Ended, method: str) -> None:
    answer = call(door, caller, method, "/v1/embeddings")
    error = refused(door, caller, ended, answer, 405)
    assert error["code"] == "method_not_supported"
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b'{"n": NaN}', b"[" * 200 + b"]" * 200])
def test_a_body_that_is_no_object_is_refused(door: Server, caller: str, ended: Ended, body: bytes) -> None:
    door.queue(caller, {"content": "kept"})
    answer = call(door, caller, content=body)
    error = refused(door, caller, ended, answer, 400)
    assert "could not parse" in error["message"]
    assert door.api.get(f"/api/preset-queue/{caller}").json()["count"] == 1


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
def test_a_body_that_is_too_large_is_refused(door: Server, caller: str, ended: Ended, chunked: bool) -> None:
    pieces = [b"x" * 10 * 1024] * (TOO_LARGE_BYTES // 10 // 1024)
    answer = call(door, caller, content=iter(pieces) if chunked else b"".join(pieces))
    error = refused(door, caller, ended, answer, 413)
    assert error["code"] == "request_too_large"
    assert "MOCKOPENAI_MAX_BODY_MB" in error["message"]
    assert call(door, caller, "GET", "/v1/models").status_code == 200  # the server is not put out


def test_what_is_missing_is_named(door: Server, caller: str, ended: Ended) -> None:
    answer = call(door, caller, json={"model": "gpt-4o"})
    error = refused(door, caller, ended, answer, 400)
    assert (error["param"], error["code"]) == ("messages", "missing_required_parameter")


# --- who is calling, and headers ---------------------------------------------------------------


@pytest.mark.parametrize("how", ["path", "header", "key", "address"])
def test_the_caller_is_known_in_four_ways(door: Server, how: str) -> None:
    name = "127.0.0.1" if how == "address" else f"by-{how}"
    headers = {"header": {"X-Mock-Caller": name}, "key": {"Authorization": f"Bearer sk-mock-{name}"}}.get(
        how, {}
    )
    path = f"/as/{name}{CHAT}" if how == "path" else CHAT
    door.queue(name, {"content": name})
    answer = door.api.post(path, json=chat(), headers={"X-Forwarded-For": "1.2.3.4", **headers})
    assert answer.json()["choices"][0]["message"]["content"] == name


def test_a_name_that_cannot_be_one_is_refused(door: Server) -> None:
    answer = door.api.post(CHAT, json=chat(), headers={"X-Mock-Caller": "a b"})
    assert answer.status_code == 400
    assert error_of(answer)["code"] == "invalid_caller"


@pytest.mark.parametrize("path", ["/v1/models", "/v1/nothing"])
def test_every_answer_has_the_headers_of_the_service(door: Server, caller: str, path: str) -> None:
    answer = call(door, caller, "GET", path)
    assert answer.headers["x-request-id"].startswith("req_")
    assert answer.headers["openai-version"] == "2020-10-01"
    assert int(answer.headers["openai-processing-ms"]) >= 0
    assert answer.headers["x-ratelimit-remaining-requests"].isdigit()
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox"
    exposed = answer.headers["access-control-expose-headers"]
    assert "x-request-id" in exposed.split(", ")
    assert len({name for name, _ in answer.headers.multi_items()}) == len(answer.headers.multi_items())


def test_an_authored_header_takes_the_place_of_ours(door: Server, caller: str) -> None:
    door.queue(
        caller,
        {"content": "x"},
        headers={"X-Request-Id": "req_own", "Content-Type": "application/problem+json"},
    )
    answer = call(door, caller, json=chat())
    assert answer.headers.get_list("x-request-id") == ["req_own"]
    assert answer.headers.get_list("content-type") == ["application/problem+json"]


def test_a_browser_may_ask_from_anywhere(door: Server) -> None:
    answer = door.api.options(
        CHAT,
        headers={
            "Origin": "https://app.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, x-stainless-os",
        },
    )
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-headers"] == "authorization, x-stainless-os"
    assert "POST" in answer.headers["access-control-allow-methods"]


def test_a_preflight_is_no_call(door: Server) -> None:
    before = door.api.get("/api/exchanges/count").json()
    door.api.options("/v1/preflight-only")
    assert door.api.get("/api/exchanges/count").json() == before


def test_a_reply_can_be_late(door: Server, caller: str, ended: Ended) -> None:
    door.queue(caller, {"content": "late"}, delay_ms=150)
    assert call(door, caller, json=chat()).elapsed.total_seconds() >= 0.15
    row = ended(door, caller)
    assert row["first_byte_ms"] >= 150
    assert row["duration_ms"] >= row["first_byte_ms"]
