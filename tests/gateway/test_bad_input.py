"""Bad input at every door: refused in the right shape, at once, and nothing is half done."""

import json
import select
import socket
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as open_socket

from tests.conftest import Server
from tests.gateway.conftest import CHAT, chat, error_of

PATIENCE_S = 5.0
CALLER = "bad"  # whose queue holds one preset that no bad input may touch
QUEUE = "/api/preset-queue"
KEPT: dict[str, Any] = {"response": {"content": "untouched"}, "label": "before", "uses": 3}

# What the log says about an exception that nobody foresaw.
UNFORESEEN = ("failed", "Internal Server Error", "Exception in ASGI", "never retrieved", "Unhandled")

DEEP = b"[" * 5000 + b"]" * 5000
DEEP_OBJECT = b'{"a":' * 5000 + b"1" + b"}" * 5000

# Texts that are no JSON which can be read, wherever they are sent.
NOT_JSON: dict[str, bytes] = {
    "nothing": b"",
    "spaces": b" \n\t ",
    "a word": b"hello",
    "half an object": b'{"response": {"content": "x"}',
    "two objects": b"{}{}",
    "a trailing comma": b'{"a": 1,}',
    "single quotes": b"{'a': 1}",
    "a comment": b'{"a": 1} // no',
    "NaN": b'{"response": {"x": NaN}}',
    "Infinity": b'{"response": {"x": -Infinity}}',
    "1e999": b'{"response": {"x": 1e999}}',
    "a leading zero": b'{"a": 01}',
    "a lone surrogate": b'{"response": {"content": "\\ud800"}}',
    "a surrogate the wrong way round": b'{"response": {"content": "\\udc00\\ud800"}}',
    "a bare NUL": b'{"a": "\0"}',
    "NULs": b"\0\0\0\0",
    "a control character": b'{"a": "\x01"}',
    "invalid UTF-8": b'{"a": "\xff"}',
    "overlong UTF-8": b'{"a": "\xc0\xaf"}',
    "a surrogate in UTF-8": b'{"a": "\xed\xa0\x80"}',
    "cut UTF-8": b'{"a": "\xe2\x82',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"a": 1}',
    "deep arrays": DEEP,
    "deep objects": DEEP_OBJECT,
    "101 levels": b'{"response":' + b"[" * 101 + b"]" * 101 + b"}",
    "unclosed brackets": b"[" * 100_000,
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00",
}
NOT_AN_OBJECT: dict[str, bytes] = {
    "null": b"null",
    "a number": b"17",
    "a huge integer": b"9" * 5000,
    "a string": b'"x"',
    "an array": b"[{}]",
    "true": b"true",
}
UNREADABLE = {**NOT_JSON, **NOT_AN_OBJECT}


@pytest.fixture(scope="module")
def target(shared_server: Server) -> Iterator[Server]:
    """The shared server, where calls that are not bad enough are answered by the generator."""
    api = shared_server.api
    api.delete(QUEUE)
    api.put("/api/fallback", json={"text": "auto", "models": "auto"})
    assert api.post(f"{QUEUE}/{CALLER}", json=KEPT).status_code == 200
    start = len(shared_server.log.read_text())
    yield shared_server
    log = shared_server.log.read_text()[start:]
    assert not [line for line in log.splitlines() if any(sign in line for sign in UNFORESEEN)]


@pytest.fixture(autouse=True)
def untouched(target: Server) -> Iterator[None]:
    """After every case the server is up, and its queues, switches and waiting calls are what they were."""
    before = _state(target)
    assert before[0][CALLER]["count"] == 1
    yield
    assert target.process.poll() is None
    assert _state(target) == before


def _state(target: Server) -> list[Any]:
    """All queues, the fallbacks, and how many calls wait."""
    queues, fallback, desk = (target.api.get(path).json() for path in (QUEUE, "/api/fallback", "/api/desk"))
    return [queues["queues"], fallback, desk["count"]]


@pytest.fixture
def http(target: Server) -> Iterator[httpx.Client]:
    headers = {"X-Mock-Caller": CALLER}
    with httpx.Client(base_url=target.url, timeout=PATIENCE_S, headers=headers) as client:
        yield client


def detail_of(answer: httpx.Response) -> str:
    """What is wrong, from an answer in the one shape that errors of /api have."""
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert {"detail"} <= body.keys() <= {"detail", "errors", "state", "by", "at", "reply_id"}
    detail: str = body["detail"]
    assert isinstance(detail, str) and detail
    return detail


def by_name(cases: dict[str, Any]) -> Any:
    """A parametrisation over the cases of a dict, named after its keys."""
    return pytest.mark.parametrize("case", list(cases.values()), ids=list(cases))


# --- /v1 ---------------------------------------------------------------------------------------


@by_name(UNREADABLE)
def test_v1_refuses_a_body_that_cannot_be_read(http: httpx.Client, case: bytes) -> None:
    answer = http.post(CHAT, content=case)
    assert answer.status_code == 400
    error_of(answer)


UNUSABLE: dict[str, dict[str, Any]] = {
    "no model": {"messages": [{"role": "user", "content": "x"}]},
    "a model that is a number": chat() | {"model": 4},
    "an empty model": chat() | {"model": ""},
    "no messages": {"model": "gpt-4o"},
    "empty messages": {"model": "gpt-4o", "messages": []},
    "messages that are an object": {"model": "gpt-4o", "messages": {"role": "user"}},
    "messages of strings": {"model": "gpt-4o", "messages": ["x"]},
    "a message that is null": {"model": "gpt-4o", "messages": [None]},
    "a message without a role": {"model": "gpt-4o", "messages": [{"content": "x"}]},
    "a role that is an object": {"model": "gpt-4o", "messages": [{"role": {}}]},
    "a role of its own": {
        "model": "gpt-4o",
        "messages": [{"role": "robot"}],
    },
    "n of 0": chat(n=0),
    "n of a billion": chat(n=10**9),
    "n true": chat(n=True),
    "n of 1.5": chat(n=1.5),
    "a huge n": chat(n=10**30),
    "stream of text": chat(stream="yes"),
    "stream options of text": chat(stream=True, stream_options="x"),
    "tools that are an object": chat(tools={}),
    "a temperature of text": chat(temperature="hot"),
    "max_tokens of text": chat(max_tokens="1"),
}


@by_name(UNUSABLE)
def test_v1_refuses_a_request_that_cannot_be_used(http: httpx.Client, case: dict[str, Any]) -> None:
    answer = http.post(CHAT, json=case)
    assert answer.status_code == 400
    assert error_of(answer)["param"]


ODD: dict[str, dict[str, Any]] = {
    "content null": chat() | {"messages": [{"role": "user", "content": None}]},
    "content a number": chat() | {"messages": [{"role": "user", "content": 5}]},
    "content of odd parts": chat() | {"messages": [{"role": "user", "content": [1, None, {}, {"text": 5}]}]},
    "a type that is an object": chat() | {"messages": [{"role": "user", "content": [{"type": {"a": []}}]}]},
    "tools of odd things": chat(tools=[1, None, {"type": "function"}, {"function": "x"}]),
    "odd stop": chat(stop=[None, 5, "", {}]),
    "negative max_tokens": chat(max_tokens=-5),
    "huge max_tokens": chat(max_tokens=2**63 - 1),
    "a seed beyond 64 bits": chat(seed=2**70),
    "odd stream options": chat(stream=True, stream_options={"include_usage": "x"}),
    "top_logprobs of a million": chat(logprobs=True, top_logprobs=10**6),
    "negative top_logprobs": chat(logprobs=True, top_logprobs=-1),
    "a NUL in the text": chat("a\0b"),
    "a NUL in the model": chat() | {"model": "gpt\0-4o"},
    "a very long model": chat() | {"model": "m" * 100_000},
    "a special token in the text": chat("<|endoftext|><|im_start|>"),
    "a long word": chat("x" * 300_000),
    "unknown members": chat(response_format=5, metadata=[], user={}, functions="x"),
}


@by_name(ODD)
def test_v1_answers_what_is_merely_odd(http: httpx.Client, case: dict[str, Any]) -> None:
    answer = http.post(CHAT, json=case, headers={"X-Mock-Caller": "odd"})
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        error_of(answer)
    else:
        assert answer.content


PATHS: dict[str, tuple[str, str]] = {
    "dots": ("GET", "/v1/../api/preset-queue"),
    "encoded dots": ("GET", "/v1/%2e%2e/%2e%2e/etc/passwd"),
    "a double slash": ("GET", "/v1//models"),
    "a slash at the end": ("POST", "/v1/chat/completions/"),
    "a NUL": ("GET", "/v1/models%00"),
    "invalid UTF-8": ("GET", "/v1/mod%ffels"),
    "percent alone": ("GET", "/v1/%"),
    "percent and no number": ("GET", "/v1/%zz"),
    "a line end": ("GET", "/v1/models%0d%0aX-Evil:%201"),
    "a very long one": ("GET", "/v1/" + "x" * 30_000),
    "a caller with a slash": ("GET", "/as/a%2fb/v1/models"),
    "no caller": ("GET", "/as//v1/models"),
    "a caller with a space": ("GET", "/as/a%20b/v1/models"),
    "a caller with a NUL": ("GET", "/as/a%00/v1/models"),
    "a caller that is too long": ("GET", f"/as/{'x' * 101}/v1/models"),
    "a caller that is a star": ("GET", "/as/*/v1/models"),
    "a caller that is no ASCII": ("GET", "/as/%c3%a4/v1/models"),
    "a caller and nothing": ("GET", "/as/x"),
    "a caller twice": ("GET", "/as/x/as/y/v1/models"),
    "TRACE": ("TRACE", "/v1/models"),
    "HEAD": ("HEAD", "/v1/models"),
    "a model that is not there": ("GET", "/v1/models/" + "%F0%9F%98%80" * 50),
}


@by_name(PATHS)
def test_v1_refuses_a_path_that_means_nothing(target: Server, case: tuple[str, str]) -> None:
    method, path = case
    status, body = spoken(target, f"{method} {path} HTTP/1.1".encode())
    assert status in (400, 404, 405), body
    if method != "HEAD" and path.startswith(("/v1", "/as")):
        assert set(json.loads(body)) & {"error", "detail"}


@by_name(
    {
        "text": "text/plain",
        "a form": "application/x-www-form-urlencoded",
        "broken multipart": "multipart/form-data",
        "nonsense": "///;;;=",
        "UTF-16": "application/json; charset=utf-16",
    }
)
def test_v1_reads_json_whatever_its_type_is_called(http: httpx.Client, case: str) -> None:
    headers = {"content-type": case, "X-Mock-Caller": "odd"}
    assert http.post(CHAT, content=json.dumps(chat()), headers=headers).status_code == 200
    refused = http.post(CHAT, content=b"--x\r\nContent-Disposition: form-data\r\n\r\n", headers=headers)
    assert refused.status_code == 400
    error_of(refused)


@by_name(
    {
        "a space": b"a b",
        "a star": b"*",
        "Latin-1": b"\xe4",
        "long": b"x" * 101,
        "a slash": b"a/b",
        "a semicolon": b";",
    }
)
@pytest.mark.parametrize("header", ["X-Mock-Caller", "Authorization"])
def test_v1_refuses_a_caller_that_cannot_be_one(http: httpx.Client, header: str, case: bytes) -> None:
    value = case if header == "X-Mock-Caller" else b"Bearer sk-mock-" + case
    headers = [(name, text) for name, text in http.headers.items() if name != "x-mock-caller"]
    headers.append((header, value))  # type: ignore[arg-type]
    http.headers = httpx.Headers()
    answer = http.post(CHAT, json=chat(), headers=headers)
    assert answer.status_code == 400
    assert error_of(answer)["code"] == "invalid_caller"


# --- /api --------------------------------------------------------------------------------------

NO_CALL = "0" * 26
BODY_DOORS: dict[str, tuple[str, str]] = {
    "an entry": ("POST", f"{QUEUE}/{CALLER}"),
    "a batch": ("POST", f"{QUEUE}/{CALLER}/batch"),
    "the order": ("POST", f"{QUEUE}/{CALLER}/reorder"),
    "an answer": ("POST", f"/api/desk/{NO_CALL}/answer"),
    "waiting": ("POST", "/api/exchanges/wait"),
}


@pytest.mark.parametrize("door", list(BODY_DOORS.values()), ids=list(BODY_DOORS))
@by_name(UNREADABLE)
def test_api_refuses_a_body_that_cannot_be_read(
    http: httpx.Client, door: tuple[str, str], case: bytes
) -> None:
    answer = http.request(*door, content=case, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    detail_of(answer)


@by_name({name: text for name, text in UNREADABLE.items() if text})  # nothing: no change
def test_the_fallback_is_not_switched_by_what_cannot_be_read(http: httpx.Client, case: bytes) -> None:
    answer = http.put("/api/fallback", content=case, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    detail_of(answer)


WRONG_FIELDS: dict[str, dict[str, Any]] = {
    "no response": {},
    "response null": {"response": None},
    "response text": {"response": "hi"},
    "response an array": {"response": []},
    "status 199": {"response": {}, "status_code": 199},
    "status 600": {"response": {}, "status_code": 600},
    "status text": {"response": {}, "status_code": "200"},
    "status true": {"response": {}, "status_code": True},
    "status huge": {"response": {}, "status_code": 10**30},
    "status 200.5": {"response": {}, "status_code": 200.5},
    "a header with a line end": {"response": {}, "headers": {"x": "a\r\nSet-Cookie: b=c"}},
    "a header with a NUL": {"response": {}, "headers": {"x": "a\0"}},
    "a header beyond ASCII": {"response": {}, "headers": {"x": "ä"}},
    "a header name with a space": {"response": {}, "headers": {"x y": "a"}},
    "a header without a name": {"response": {}, "headers": {"": "a"}},
    "a cookie": {"response": {}, "headers": {"Set-Cookie": "a=b"}},
    "a hop-by-hop header": {"response": {}, "headers": {"Transfer-Encoding": "chunked"}},
    "a length of one's own": {"response": {}, "headers": {"Content-Length": "1"}},
    "a header that is an object": {"response": {}, "headers": {"x": {}}},
    "headers of text": {"response": {}, "headers": "x: y"},
    "headers of odd pairs": {"response": {}, "headers": [["a"], 5, None]},
    "HTML": {"response": {}, "headers": {"content-type": "text/html"}},
    "a negative delay": {"response": {}, "delay_ms": -1},
    "a delay of a year": {"response": {}, "delay_ms": 10**12},
    "a delay of text": {"response": {}, "delay_ms": "soon"},
    "a pace of a number": {"response": {}, "pace": 5},
    "a pace of its own": {"response": {}, "pace": {"speed": 1}},
    "a negative pace": {"response": {}, "pace": {"token_ms": -1}},
    "verbatim text": {"response": {}, "verbatim": "yes"},
    "an unknown field": {"response": {}, "respnse": {}},
}
ENTRY_ONLY: dict[str, dict[str, Any]] = {
    "an unknown endpoint": {"response": {}, "endpoint": "chat"},
    "an endpoint that is a list": {"response": {}, "endpoint": ["text"]},
    "uses 0": {"response": {}, "uses": 0},
    "uses true": {"response": {}, "uses": True},
    "uses beyond the column": {"response": {}, "uses": 2**63},
    "an unknown on_undelivered": {"response": {}, "on_undelivered": "retry"},
    "a label of 201": {"response": {}, "label": "x" * 201},
    "a label that is an object": {"response": {}, "label": {}},
}


@by_name(WRONG_FIELDS | ENTRY_ONLY)
def test_an_entry_with_a_wrong_field_is_refused(http: httpx.Client, case: dict[str, Any]) -> None:
    answer = http.post(f"{QUEUE}/{CALLER}", json=case)
    assert answer.status_code == 400
    assert answer.json()["errors"], detail_of(answer)


@by_name(
    {
        name: case
        for name, case in (WRONG_FIELDS | ENTRY_ONLY).items()
        if name not in ("no response", "status 200.5")
    }
)
def test_an_entry_is_not_changed_by_a_wrong_field(http: httpx.Client, case: dict[str, Any]) -> None:
    entry = http.get(f"{QUEUE}/{CALLER}").json()["items"][0]["id"]
    answer = http.patch(f"{QUEUE}/{CALLER}/{entry}", json=case)
    assert answer.status_code == 400
    detail_of(answer)


@by_name(WRONG_FIELDS)
def test_an_answer_with_a_wrong_field_is_refused(http: httpx.Client, case: dict[str, Any]) -> None:
    answer = http.post(f"/api/desk/{NO_CALL}/answer", json=case)
    assert answer.status_code == 400
    assert answer.json()["errors"], detail_of(answer)


REQUESTS: dict[str, tuple[int, str, str, Any]] = {
    "a caller of dots": (404, "GET", f"{QUEUE}/../desk/x", None),
    "a caller of encoded dots": (404, "GET", f"{QUEUE}/%2e%2e/%2e%2e/etc", None),
    "a caller with a slash": (404, "GET", f"{QUEUE}/a%2fb%2fc/d/e", None),
    "a caller with a space": (400, "GET", f"{QUEUE}/a%20b", None),
    "a caller with a NUL": (400, "GET", f"{QUEUE}/a%00b", None),
    "a caller of invalid UTF-8": (400, "GET", f"{QUEUE}/%ff%fe", None),
    "a caller beyond ASCII": (400, "POST", f"{QUEUE}/%c3%a4", KEPT),
    "a caller that is too long": (400, "POST", f"{QUEUE}/{'x' * 101}", KEPT),
    "a caller with a line end": (400, "POST", f"{QUEUE}/a%0ab", KEPT),
    "a caller with a line end at its end": (400, "POST", f"{QUEUE}/a%0a", KEPT),
    "a caller that is code": (400, "POST", f"{QUEUE}/'%20OR%201=1;--", KEPT),
    "a slash at the end": (404, "POST", f"{QUEUE}/{CALLER}/", KEPT),
    "a wrong method": (405, "PATCH", QUEUE, {}),
    "OPTIONS": (405, "OPTIONS", QUEUE, None),
    "an entry that is a word": (404, "DELETE", f"{QUEUE}/{CALLER}/first", None),
    "an entry beyond 64 bits": (404, "DELETE", f"{QUEUE}/{CALLER}/{2**64}", None),
    "an entry of many digits": (404, "DELETE", f"{QUEUE}/{CALLER}/{'9' * 5000}", None),
    "an entry below 0": (404, "DELETE", f"{QUEUE}/{CALLER}/-1", None),
    "an entry in other digits": (404, "DELETE", f"{QUEUE}/{CALLER}/%D9%A1", None),
    "the entry of another caller": (404, "DELETE", f"{QUEUE}/other/1", None),
    "an empty queue": (404, "DELETE", f"{QUEUE}/nobody", None),
    "the file of an empty queue": (404, "GET", f"{QUEUE}/nobody/export", None),
    "a batch that is no list": (400, "POST", f"{QUEUE}/{CALLER}/batch", {"responses": {"a": 1}}),
    "a batch without responses": (400, "POST", f"{QUEUE}/{CALLER}/batch", {"status_code": 200}),
    "a batch with a wrong status": (
        400,
        "POST",
        f"{QUEUE}/{CALLER}/batch",
        {"responses": [{}], "status_code": 9},
    ),
    "an order without ids": (400, "POST", f"{QUEUE}/{CALLER}/reorder", {}),
    "an order of words": (400, "POST", f"{QUEUE}/{CALLER}/reorder", {"ids": ["a"]}),
    "an order of objects": (400, "POST", f"{QUEUE}/{CALLER}/reorder", {"ids": [{}]}),
    "an order of truths": (400, "POST", f"{QUEUE}/{CALLER}/reorder", {"ids": [True]}),
    "an order of strangers": (409, "POST", f"{QUEUE}/{CALLER}/reorder", {"ids": [987654321]}),
    "an order twice": (400, "POST", f"{QUEUE}/{CALLER}/reorder", {"ids": [1, 1]}),
    "an order beyond 64 bits": (400, "POST", f"{QUEUE}/{CALLER}/reorder", {"ids": [2**70]}),
    "an unknown fallback": (400, "PUT", "/api/fallback", {"text": "ask"}),
    "a fallback that is a list": (400, "PUT", "/api/fallback", {"text": ["auto"]}),
    "a fallback of nothing": (400, "PUT", "/api/fallback", {"audio": "auto"}),
    "half a good fallback": (400, "PUT", "/api/fallback", {"models": "refuse", "text": "x"}),
    "a claim of nothing": (404, "POST", f"/api/desk/{NO_CALL}/claim", None),
    "a release of nothing": (404, "POST", f"/api/desk/{NO_CALL}/release", None),
    "an abort of nothing": (404, "POST", f"/api/desk/{NO_CALL}/abort", None),
    "an answer to nothing": (404, "POST", f"/api/desk/{NO_CALL}/answer", {"response": {}}),
    "an answer to a NUL": (404, "POST", "/api/desk/%00/answer", {"response": {}}),
    "an answer to a long id": (404, "POST", f"/api/desk/{'x' * 5000}/answer", {"response": {}}),
    "an unknown action": (404, "POST", f"/api/desk/{NO_CALL}/steal", {}),
    "extending by text": (400, "POST", f"/api/desk/{NO_CALL}/extend", {"seconds": "60"}),
    "extending by less than nothing": (400, "POST", f"/api/desk/{NO_CALL}/extend", {"seconds": -1}),
    "extending by true": (400, "POST", f"/api/desk/{NO_CALL}/extend", {"seconds": True}),
    "extending for ever": (400, "POST", f"/api/desk/{NO_CALL}/extend", {"seconds": 1e300}),
    "extending by a list": (400, "POST", f"/api/desk/{NO_CALL}/extend", [1]),
    "an exchange that is a NUL": (404, "GET", "/api/exchanges/%00", None),
    "an exchange that is long": (404, "GET", f"/api/exchanges/{'x' * 5000}", None),
    "an unknown filter": (400, "GET", "/api/exchanges?colour=red", None),
    "an unknown state": (400, "GET", "/api/exchanges?state=happy", None),
    "a status of text": (400, "GET", "/api/exchanges?status=abc", None),
    "a status of many digits": (400, "GET", f"/api/exchanges?status={'9' * 5000}", None),
    "a latency of text": (400, "GET", "/api/exchanges?latency=slow", None),
    "a latency of a million years": (400, "GET", f"/api/exchanges?latency=>{'9' * 400}s", None),
    "a time that is none": (400, "GET", "/api/exchanges?since=yesterday", None),
    "a time of 10^400": (400, "GET", f"/api/exchanges?since={'9' * 400}", None),
    "an open quotation mark": (400, "GET", '/api/exchanges?q="open', None),
    "a limit of 0": (400, "GET", "/api/exchanges?limit=0", None),
    "a limit of text": (400, "GET", "/api/exchanges?limit=all", None),
    "a limit in other digits": (400, "GET", "/api/exchanges?limit=%D9%A1", None),
    "a cursor that is none": (400, "GET", "/api/exchanges?cursor=2", None),
    "deleting everything by accident": (400, "DELETE", "/api/exchanges", None),
    "deleting by an unknown filter": (400, "DELETE", "/api/exchanges?caler=x", None),
    "counting by an unknown filter": (400, "GET", "/api/exchanges/count?caler=x", None),
    "waiting for 0": (400, "POST", "/api/exchanges/wait", {"count": 0}),
    "waiting for a billion": (400, "POST", "/api/exchanges/wait", {"count": 10**9}),
    "waiting for ever": (400, "POST", "/api/exchanges/wait", {"timeout_s": 1e9}),
    "waiting less than nothing": (400, "POST", "/api/exchanges/wait", {"timeout_s": -1}),
    "waiting for a match of text": (400, "POST", "/api/exchanges/wait", {"match": "all"}),
    "waiting for an unknown filter": (400, "POST", "/api/exchanges/wait", {"match": {"colour": "red"}}),
    "waiting for an object": (400, "POST", "/api/exchanges/wait", {"match": {"caller": {}}}),
    "waiting by GET": (405, "GET", "/api/exchanges/wait", None),
    "an export in another format": (400, "GET", "/api/exchanges/export?format=xml", None),
    "nothing at all": (404, "GET", "/api/nothing", None),
    "a page of another origin": (403, "DELETE", QUEUE, "foreign"),
}


@by_name(REQUESTS)
def test_api_refuses_what_means_nothing(http: httpx.Client, case: tuple[int, str, str, Any]) -> None:
    status, method, path, body = case
    headers = {"Origin": "https://evil.example"} if body == "foreign" else {}
    raw = None if body in (None, "foreign") else json.dumps(body).encode()
    if raw is not None:
        headers["content-type"] = "application/json"
    request = http.build_request(method, "/", content=raw, headers=headers)
    # as spelled: httpx would tidy dots and percent signs up
    request.url = request.url.copy_with(raw_path=path.encode())
    answer = http.send(request)
    assert answer.status_code == status, answer.text
    detail_of(answer)


TYPES: dict[str, str] = {
    "text": "text/plain",
    "a form": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data; boundary=x",
    "nonsense": "///;;;=",
}


@by_name(TYPES)
def test_api_refuses_another_content_type(http: httpx.Client, case: str) -> None:
    content = json.dumps(KEPT).encode()
    answer = http.post(f"{QUEUE}/{CALLER}", content=content, headers={"content-type": case})
    assert answer.status_code == 415
    detail_of(answer)


UPLOADS: dict[str, tuple[str, bytes]] = {
    "no multipart": ("application/json", b"[]"),
    "no boundary": ("multipart/form-data", b"--x\r\n\r\n--x--"),
    "a boundary that does not come": ("multipart/form-data; boundary=x", b"garbage"),
    "a boundary beyond ASCII": (
        "multipart/form-data; boundary=\xe4",
        b"--x",
    ),
    "no file": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb\r\n--x--\r\n',
    ),
    "an empty body": ("multipart/form-data; boundary=x", b""),
    "a cut file": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="q.json"\r\n\r\n[{"content": "ha',
    ),
    "broken base64": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="q"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
        b"!!!\r\n--x--\r\n",
    ),
    "a thousand fields": (
        "multipart/form-data; boundary=x",
        b"".join(b'--x\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % i for i in range(1500))
        + b"--x--\r\n",
    ),
}


@by_name(UPLOADS)
def test_an_upload_that_is_none_is_refused(http: httpx.Client, case: tuple[str, bytes]) -> None:
    kind, content = case
    answer = http.post(
        f"{QUEUE}/{CALLER}/import", content=content, headers=[("content-type", kind.encode("latin-1"))]
    )  # type: ignore[list-item]
    assert answer.status_code in (400, 415)
    detail_of(answer)


@by_name(NOT_JSON | {name: text for name, text in NOT_AN_OBJECT.items() if name != "an array"})
def test_a_file_that_is_no_queue_is_refused(http: httpx.Client, case: bytes) -> None:
    answer = http.post(f"{QUEUE}/{CALLER}/import", files={"file": ("../../queue\0.json", case)})
    assert answer.status_code == 400
    detail_of(answer)


# --- raw HTTP ----------------------------------------------------------------------------------


def spoken(
    target: Server, request_line: bytes, *lines: bytes, body: bytes = b"", hang_up_after_s: float = PATIENCE_S
) -> tuple[int, bytes]:
    """What the server says to a request as spelled: (status, body); (0, b"") for nothing.

    A server that says nothing for `hang_up_after_s` hears that no more will come.
    """
    head = (
        request_line,
        b"Host: 127.0.0.1",
        b"X-Mock-Caller: " + CALLER.encode(),
        b"Connection: close",
        *lines,
    )
    address = ("127.0.0.1", int(target.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=PATIENCE_S) as line:
        heard = b""
        try:
            line.sendall(b"\r\n".join(head) + b"\r\n\r\n" + body)
            if not select.select([line], [], [], hang_up_after_s)[0]:
                line.shutdown(socket.SHUT_WR)
            while piece := line.recv(65536):
                heard += piece
        except (ConnectionResetError, BrokenPipeError):
            pass
    head_text, _, rest = heard.partition(b"\r\n\r\n")
    return (int(head_text.split(b" ", 2)[1]), rest) if head_text else (0, b"")


POST = f"POST {CHAT} HTTP/1.1".encode()
POST_ENTRY = f"POST {QUEUE}/{CALLER} HTTP/1.1".encode()
CHUNKED = b"Transfer-Encoding: chunked"
JSON_TYPE = b"Content-Type: application/json"
ENTRY = json.dumps(KEPT).encode()

RAW: dict[str, tuple[bytes, tuple[bytes, ...], bytes]] = {
    "a bad chunk size": (POST, (CHUNKED,), b"zz\r\nabc\r\n0\r\n\r\n"),
    "a negative chunk size": (POST, (CHUNKED,), b"-5\r\nabc\r\n0\r\n\r\n"),
    "a huge chunk size": (POST, (CHUNKED,), b"fffffffffffffffff\r\nabc\r\n"),
    "a chunk that is cut": (POST, (CHUNKED,), b"ff\r\nabc"),
    "chunks without an end": (POST, (CHUNKED,), b"3\r\nabc\r\n"),
    "an unknown transfer encoding": (POST, (b"Transfer-Encoding: braided",), b"x"),
    "a length that is cut": (POST, (b"Content-Length: 5000",), b'{"model":'),
    "a length of text": (POST, (b"Content-Length: many",), b"{}"),
    "a negative length": (POST, (b"Content-Length: -1",), b"{}"),
    "two lengths": (POST, (b"Content-Length: 2", b"Content-Length: 9"), b"{}"),
    "a length and chunks": (POST, (b"Content-Length: 2", CHUNKED), b"0\r\n\r\n"),
    "a length beyond 64 bits": (POST, (b"Content-Length: 99999999999999999999999",), b"{}"),
    "a length over the limit": (POST, (b"Content-Length: 99999999999",), b"{}"),
    "a cut entry": (POST_ENTRY, (JSON_TYPE, b"Content-Length: 5000"), ENTRY),
    "an entry in cut chunks": (POST_ENTRY, (JSON_TYPE, CHUNKED), b"%x\r\n" % len(ENTRY) + ENTRY + b"\r\n"),
    "an entry in bad chunks": (POST_ENTRY, (JSON_TYPE, CHUNKED), b"zz\r\n" + ENTRY),
    "a cut upload": (
        f"POST {QUEUE}/{CALLER}/import HTTP/1.1".encode(),
        (b"Content-Type: multipart/form-data; boundary=x", b"Content-Length: 5000"),
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="q"\r\n\r\n[{}]',
    ),
    "a cut answer": (
        f"POST /api/desk/{NO_CALL}/answer HTTP/1.1".encode(),
        (JSON_TYPE, b"Content-Length: 99"),
        b"{",
    ),
    "a header with a NUL": (POST, (b"X-A: a\0b", b"Content-Length: 2"), b"{}"),
    "a header without a name": (POST, (b": x",), b""),
    "a header without a colon": (POST, (b"no colon here",), b""),
    "a folded header": (POST, (b"X-A: a\r\n  b", b"Content-Length: 2"), b"{}"),
    "a header of a megabyte": (POST, (b"X-A: " + b"a" * 1_000_000,), b""),
    "a flood of headers": (POST, tuple(b"X-%d: %s" % (i, b"a" * 100) for i in range(5000)), b""),
    "a URL of 100 kB": (b"GET /v1/" + b"x" * 100_000 + b" HTTP/1.1", (), b""),
    "a query of 60 kB": (b"GET /v1/nothing?" + b"x" * 60_000 + b" HTTP/1.1", (), b""),
    "raw bytes in the path": (b"GET /v1/\xff\xfe HTTP/1.1", (), b""),
    "a NUL in the path": (b"GET /v1/\0 HTTP/1.1", (), b""),
    "no path": (b"GET  HTTP/1.1", (), b""),
    "no slash": (b"GET v1/models/x HTTP/1.1", (), b""),
    "a star": (b"OPTIONS * HTTP/1.1", (), b""),
    "a version of one's own": (b"GET /v1/nothing HTTP/7.3", (), b""),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", (), b""),
    "nothing but line ends": (b"\r\n\r\n\r\n", (), b""),
    "HTTP/2": (b"PRI * HTTP/2.0", (), b"SM\r\n\r\n"),
    "a method of one's own": (b"BREW /v1/models HTTP/1.1", (), b""),
    "an upgrade to nothing": (b"GET /v1/nothing HTTP/1.1", (b"Connection: Upgrade", b"Upgrade: braid"), b""),
    "a wrong Host at /api": (b"GET /api/desk/x HTTP/1.1", (b"Host: evil.example",), b""),
    "a broken WebSocket": (b"GET /ws HTTP/1.1", (b"Connection: Upgrade", b"Upgrade: websocket"), b""),
    "a WebSocket by POST": (b"POST /ws HTTP/1.1", (b"Connection: Upgrade", b"Upgrade: websocket"), b""),
}


@by_name(RAW)
def test_broken_http_is_refused_or_dropped(
    target: Server, case: tuple[bytes, tuple[bytes, ...], bytes]
) -> None:
    request_line, lines, body = case
    status, answer = spoken(target, request_line, *lines, body=body, hang_up_after_s=0.15)
    assert status == 0 or 400 <= status < 500 or request_line.startswith(b"OPTIONS"), (status, answer[:300])


# --- /ws ---------------------------------------------------------------------------------------


@pytest.fixture
def dashboard(target: Server) -> Iterator[ClientConnection]:
    with open_socket(target.ws_url, origin=target.url, open_timeout=PATIENCE_S) as opened:  # type: ignore[arg-type]
        yield opened


def told(opened: ClientConnection, *kinds: str) -> dict[str, Any]:
    """The data of the next event of these types."""
    while (event := json.loads(opened.recv(timeout=PATIENCE_S)))["type"] not in kinds:
        pass
    data: dict[str, Any] = event["data"]
    return data


FRAMES: dict[str, str | bytes] = {
    **{name: text.decode() for name, text in UNREADABLE.items() if text.isascii()},
    "a binary frame": b'{"type": "ping"}',
    "no type": "{}",
    "a type that is null": '{"type": null}',
    "a type that is a list": '{"type": ["ping"]}',
    "an unknown type": '{"type": "delete_everything"}',
    "a type of our own events": '{"type": "live.batch", "events": []}',
    "a very long type": json.dumps({"type": "x" * 100_000}),
    "an answer to nobody": '{"type": "send_response", "response": {}}',
    "an answer to a number": '{"type": "send_response", "id": 5, "response": {}}',
    "an answer to null": '{"type": "send_response", "id": null, "response": {}}',
}


@by_name(FRAMES)
def test_a_bad_frame_is_told_so(dashboard: ClientConnection, case: str | bytes) -> None:
    dashboard.send(case)
    assert told(dashboard, "error")["detail"]
    dashboard.send('{"type": "ping"}')
    told(dashboard, "pong")


@by_name(WRONG_FIELDS)
def test_a_bad_answer_over_the_socket_is_told_so(dashboard: ClientConnection, case: dict[str, Any]) -> None:
    dashboard.send(json.dumps({"type": "send_response", "id": NO_CALL, **case}))
    result = told(dashboard, "answer_result")
    assert (result["id"], result["code"]) == (NO_CALL, 400)
    assert result["detail"] and result["errors"]


@by_name({"unknown": NO_CALL, "empty": "", "a NUL": "\0", "long": "x" * 50_000, "code": "' OR 1=1 --"})
def test_an_answer_to_a_call_that_is_not_there_is_told_so(dashboard: ClientConnection, case: str) -> None:
    dashboard.send(json.dumps({"type": "send_response", "id": case, "response": {"content": "x"}}))
    assert told(dashboard, "answer_result")["code"] == 404


def test_a_text_frame_that_is_no_utf_8_ends_the_socket(dashboard: ClientConnection) -> None:
    dashboard.send(b"\xff\xfe", text=True)
    with pytest.raises(ConnectionClosed):
        told(dashboard, "pong")


@by_name(
    {
        "foreign": "https://evil.example",
        "null": "null",
        "nonsense": "///",
        "a longer name": "http://127.0.0.1.evil.example",
    }
)
def test_a_socket_of_another_origin_is_refused(target: Server, case: str) -> None:
    with pytest.raises(InvalidStatus) as refused, open_socket(target.ws_url, origin=case):  # type: ignore[arg-type]
        pass
    assert refused.value.response.status_code == 403


@by_name({"beside": "x", "below": "/x", "a NUL": "%00"})
def test_a_socket_at_a_path_that_means_nothing_is_refused(target: Server, case: str) -> None:
    with pytest.raises(InvalidStatus) as refused, open_socket(target.ws_url + case, origin=target.url):  # type: ignore[arg-type]
        pass
    assert 400 <= refused.value.response.status_code < 500
