"""Bad input at every door: refused in the right shape, at once, and nothing is half done."""

import gzip
import json
import select
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as open_socket

from tests.conftest import PATIENCE_S, Server
from tests.gateway.bad_cases import (
    BODY_DOORS,
    CALLER,
    ENTRY_ONLY,
    FRAMES,
    JSON_TYPE,
    KEPT,
    NO_CALL,
    NOT_AN_OBJECT,
    NOT_JSON,
    ODD,
    PATHS,
    POST,
    POST_ENTRY,
    QUEUE,
    RAW,
    REQUESTS,
    TYPES,
    UNREADABLE,
    UNUSABLE,
    UPLOADS,
    WRONG_FIELDS,
)
from tests.gateway.conftest import CHAT, chat, error_of

TABLES = ("queues_preset", "queues_pause", "queues_fallback")
# What the log says about an exception that nobody foresaw.
UNFORESEEN = ("failed", "Internal Server Error", "Exception in ASGI", "never retrieved", "Unhandled")


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


@pytest.fixture(scope="module")
def state_before(target: Server) -> list[Any]:
    before = _state(target)
    assert len(before[0]) == 1
    return before


@pytest.fixture(autouse=True)
def untouched(target: Server, state_before: list[Any]) -> Iterator[None]:
    """After every case the server is up, and its queues, switches and waiting calls are what they were."""
    yield
    assert target.process.poll() is None
    assert _state(target) == state_before


def _state(target: Server) -> list[Any]:
    """All queues, the fallbacks, and how many calls wait; over REST it takes longer than most cases."""
    with closing(sqlite3.connect(target.data_dir / "mockopenai.sqlite3", timeout=PATIENCE_S)) as database:
        tables = [database.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES]
        waiting = database.execute("SELECT count(*) FROM journal_exchange WHERE state = 'waiting'").fetchone()
    return [*tables, waiting]


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
    assert "could not parse" in error_of(answer)["message"]


@by_name(UNUSABLE)
def test_v1_refuses_a_request_that_cannot_be_used(http: httpx.Client, case: dict[str, Any]) -> None:
    answer = http.post(CHAT, json=case)
    assert answer.status_code == 400
    assert error_of(answer)["param"]


@by_name(ODD)
def test_v1_answers_what_is_merely_odd(http: httpx.Client, case: dict[str, Any]) -> None:
    answer = http.post(CHAT, json=case, headers={"X-Mock-Caller": "odd"})
    assert answer.status_code in (200, 400)
    if answer.status_code == 400:
        error_of(answer)
    else:
        assert answer.content


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


FORM = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\nhello'


@by_name(
    {
        "no boundary": ("multipart/form-data", FORM + b"\r\n--x--\r\n", "names no boundary"),
        "another boundary": ("multipart/form-data; boundary=y", FORM + b"\r\n--x--\r\n", "is not in it"),
        "the end of a file": ("multipart/form-data; boundary=x", FORM, "it ends before its last boundary"),
        "the last boundary": ("multipart/form-data; boundary=x", FORM + b"\r\n--x\r\n", "it ends before"),
    }
)
def test_v1_refuses_a_form_that_breaks_off(http: httpx.Client, case: tuple[str, bytes, str]) -> None:
    content_type, body, words = case
    answer = http.post("/v1/files", content=body, headers={"content-type": content_type})
    assert answer.status_code == 400
    message = error_of(answer)["message"]
    assert "could not parse the multipart/form-data body" in message and words in message


@by_name({"really": gzip.compress(json.dumps(chat()).encode()), "only said": json.dumps(chat()).encode()})
def test_v1_refuses_a_body_that_is_encoded(http: httpx.Client, case: bytes) -> None:
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = http.post(CHAT, content=case, headers=headers)
    assert answer.status_code == 415
    assert "Content-Encoding: gzip" in error_of(answer)["message"]
    as_it_is = {**headers, "content-encoding": "identity", "X-Mock-Caller": "odd"}
    assert http.post(CHAT, content=json.dumps(chat()), headers=as_it_is).status_code == 200


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


@by_name(TYPES)
def test_api_refuses_another_content_type(http: httpx.Client, case: str) -> None:
    content = json.dumps(KEPT).encode()
    answer = http.post(f"{QUEUE}/{CALLER}", content=content, headers={"content-type": case})
    assert answer.status_code == 415
    detail_of(answer)


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


@by_name(RAW)
def test_broken_http_is_refused_or_dropped(
    target: Server, case: tuple[bytes, tuple[bytes, ...], bytes]
) -> None:
    request_line, lines, body = case
    status, answer = spoken(target, request_line, *lines, body=body, hang_up_after_s=0.15)
    assert status == 0 or 400 <= status < 500 or request_line.startswith(b"OPTIONS"), (status, answer[:300])


@by_name({"v1": POST, "api": POST_ENTRY})
def test_a_body_that_is_too_large_is_refused_at_its_header(target: Server, case: bytes) -> None:
    status, answer = spoken(target, case, JSON_TYPE, b"Content-Length: 99999999999")
    assert status == 413
    assert json.loads(answer).keys() == ({"error"} if case is POST else {"detail"})


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
