"""Bad input at the doors of a server with accounts: each is a clear 4xx, nothing fails, all is as before."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from apps.wire.table import ENDPOINTS
from tests.accounts.keys import ACCOUNTS, PASSWORD, logged_in, make, with_token
from tests.conftest import Server, start_server, wait_for
from tests.gateway.bad_cases import FRAMES, NOT_AN_OBJECT, NOT_JSON, REQUESTS, UNREADABLE, UNUSABLE
from tests.gateway.conftest import CHAT, error_of
from tests.gateway.test_bad_input import UNFORESEEN, spoken

LONG = "x" * 5000
TEXTS = {
    "nothing": "",
    "a NUL": "a\0b",
    "a line end": "a\r\nSet-Cookie: x=y",
    "long": LONG,
    "code": "' OR 1=1 --",
    "a script": "<script>alert(1)</script>",
    "right to left": "\u202eecila",
    "surrogates": "\U0001f600" * 200,
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = start_server(tmp_path_factory.mktemp("doors"), **ACCOUNTS, MOCKOPENAI_REQUIRE_KEY="1")
    yield running
    assert running.process.poll() is None
    log = running.log.read_text()
    running.stop()
    assert "Traceback" not in log
    lines = [
        line for line in log.splitlines() if "django.security.csrf" not in line
    ]  # a form's origin "failed"
    assert not [line for line in lines if any(sign in line for sign in UNFORESEEN)]


@pytest.fixture(scope="module")
def alice(server: Server) -> Iterator[httpx.Client]:
    with closing(logged_in(server)) as client:
        yield client


@pytest.fixture(scope="module")
def token(alice: httpx.Client) -> str:
    text: str = make(alice, "/api/tokens", role="admin", label="bad")["token"]
    return text


@pytest.fixture(autouse=True)
def it_still_answers(server: Server) -> Iterator[None]:
    yield
    wait_for(lambda: httpx.get(f"{server.url}/readyz", timeout=30).status_code == 200)


def told(answer: httpx.Response) -> bool:
    """A clear refusal in the shape of its door, which shows none of our insides."""
    text = answer.text
    if not 400 <= answer.status_code < 500 or "Traceback" in text or "/site-packages/" in text:
        return False
    path = answer.request.url.path
    if path.startswith("/api"):
        return bool(answer.json()["detail"])
    return set(answer.json()) == {"error"} if path.startswith(("/v1", "/as")) else bool(text)


def sent(client: httpx.Client, case: tuple[int, str, str, Any]) -> httpx.Response:
    """A case of `REQUESTS`, as it is spelled."""
    _, method, path, body = case
    headers = (
        {"Origin": "https://evil.example"} if body == "foreign" else {"content-type": "application/json"}
    )
    raw = None if body in (None, "foreign") else json.dumps(body).encode()
    request = client.build_request(method, "/", content=raw, headers=headers)
    request.url = request.url.copy_with(raw_path=path.encode())
    return client.send(request)


def test_whoever_is_nobody_hears_no_more_than_that(server: Server) -> None:
    with httpx.Client(base_url=server.url, timeout=30) as nobody:
        answers = {name: sent(nobody, case) for name, case in REQUESTS.items()}
    wrong = {name: answer.status_code for name, answer in answers.items() if not told(answer)}
    assert wrong == {}
    assert {answer.status_code for answer in answers.values()} <= {400, 401, 404, 405}


def test_an_admins_token_opens_nothing_that_means_nothing(server: Server, token: str) -> None:
    with closing(with_token(server, token)) as client:
        answers = {name: sent(client, case) for name, case in REQUESTS.items()}
    wrong = {
        name: (answer.status_code, answer.text[:200])
        for name, answer in answers.items()
        if not told(answer) or answer.status_code != REQUESTS[name][0]
    }
    assert wrong == {}


TOKENS = {
    "our prefix": b"Bearer mot_",
    "a wrong one": b"Bearer mot_" + b"x" * 43,
    "a long one": b"Bearer mot_" + b"x" * 20_000,
    "Latin-1": b"Bearer mot_\xe4\xff",
    "code": b"Bearer mot_' OR 1=1 --",
    "another scheme": b"Token mot_x",
    "two": b"Bearer mot_x, Bearer mot_y",
    "Basic": b"Basic YWxpY2U6YWxpY2U=",
    "broken base64": b"Basic %%%",
    "a scheme alone": b"Bearer",
    "spaces": b"Bearer    mot_   x",
}


@pytest.mark.parametrize("path", ["/api/desk", "/api/tokens", CHAT])
def test_a_token_that_is_none_is_a_401(server: Server, path: str) -> None:
    method = "POST" if path == CHAT else "GET"
    with httpx.Client(base_url=server.url, timeout=30) as client:
        answers = {
            name: client.request(method, path, headers=[(b"authorization", text)])
            for name, text in TOKENS.items()
        }
    wrong = {name: answer.status_code for name, answer in answers.items() if not told(answer)}
    assert wrong == {}
    assert {answer.status_code for answer in answers.values()} == {401}


def test_no_cookie_breaks_a_page(server: Server) -> None:
    texts = [b"sessionid=", b"sessionid=" + b"x" * 9000, b"sessionid=\xff\xfe", b"sessionid=%00", b"=;;=",
             b'sessionid="unclosed', b"csrftoken=\x80; sessionid=a b", b"sessionid=../../etc", b"a" * 9000]  # fmt: skip
    for text in texts:
        for path in ("/api/desk", "/login", "/join/x"):
            answer = httpx.get(server.url + path, headers=[(b"cookie", text)], timeout=30)
            assert answer.status_code == {"/api/desk": 401, "/login": 200, "/join/x": 404}[path], text


def test_the_login_form_refuses_what_is_no_login(server: Server) -> None:
    with httpx.Client(base_url=server.url, timeout=30) as client:
        client.get("/login")
        csrf = client.cookies["csrftoken"]
        forms: list[dict[str, Any]] = [{"name": text, "password": PASSWORD} for text in TEXTS.values()]
        forms += [{"name": "alice", "password": text} for text in ("", "\0", LONG)]
        forms += [
            {},
            {"name": ["alice", "bob"]},
            {"name": "alice", "password": "x", "next": "//evil.example"},
        ]
        for form in forms:
            answer = client.post("/login", data={**form, "csrfmiddlewaretoken": csrf})
            assert answer.status_code == 200 and "<script>alert" not in answer.text, form
            assert "sessionid" not in client.cookies
        for body, kind in (
            (b"\xff\xfe", "text/plain"),
            (b"--x", "multipart/form-data; boundary=x"),
            (b"{}", ""),
        ):
            headers = {"content-type": kind, "x-csrftoken": csrf}
            assert 200 <= client.post("/login", content=body, headers=headers).status_code < 500
        for missing in ({}, {"csrfmiddlewaretoken": "x"}, {"csrfmiddlewaretoken": "\0"}):
            assert client.post("/login", data={"name": "alice", **missing}).status_code == 403
        foreign = {"origin": "https://evil.example", "x-csrftoken": csrf}
        assert client.post("/login", data={"name": "alice"}, headers=foreign).status_code == 403
        for next_page in ("//evil.example", "%00", "javascript:alert(1)", LONG, "%0d%0aX-Evil:1"):
            answer = client.get(f"/login?next={next_page}")
            assert answer.status_code == 200 and "x-evil" not in answer.headers


def test_an_invitation_that_is_none_leads_nowhere(server: Server) -> None:
    links = ["x", "%00", "%ff", "a%2fb", "..%2f..", "x" * 3000, "%0d%0aX-Evil:%201", "'%20OR%201=1--", "😀"]
    with httpx.Client(base_url=server.url, timeout=30) as client:
        client.get("/login")
        form = {"name": "mallory", "password": PASSWORD, "csrfmiddlewaretoken": client.cookies["csrftoken"]}
        for link in links:
            for answer in (client.get(f"/join/{link}"), client.post(f"/join/{link}", data=form)):
                assert answer.status_code == 404 and "x-evil" not in answer.headers, link


def test_the_pages_of_accounts_refuse_forms_that_are_none(alice: httpx.Client) -> None:
    csrf = {"csrfmiddlewaretoken": alice.cookies["csrftoken"]}
    forms = [
        *({"do": text} for text in TEXTS.values()),
        *({"do": "key", "caller": text} for name, text in TEXTS.items()),
        *({"do": "role", "id": text, "role": "viewer"} for text in ("", "x", "-1", "٣", "9" * 40, "0", "\0")),
        *({"do": "invite", "role": text} for text in ("root", "none", "\0", LONG)),
        *({"do": "key", "caller": "a", "days": text} for text in ("0", "-1", "x", "9" * 40, "1.5")),
        {"do": "invite", "label": LONG},
        {"do": "key", "caller": "a", "label": "\0"},
        {"do": "revoke-key", "id": "9" * 18},
    ]
    for path in ("/people", "/tokens"):
        for form in forms:
            answer = alice.post(path, data={**form, **csrf})
            assert told(answer), (path, form, answer.status_code)
    for query in ("before=x", "before=" + "9" * 30, "who=%00", "action=%ff", f"who={LONG}", "before=-1"):
        assert alice.get(f"/people/log?{query}").status_code == 200


def test_rest_makes_no_token_and_no_key_of_nonsense(alice: httpx.Client) -> None:
    fields: list[Any] = [
        {}, {"role": 5}, {"role": "root"}, {"role": None}, {"role": ["admin"]}, {"role": "admin", "days": 0},
        {"role": "admin", "days": True}, {"role": "admin", "days": 1e9}, {"role": "admin", "label": LONG},
        {"role": "admin", "label": "\0"}, {"role": "admin", "more": 1}, {"caller": ""}, {"caller": "a b"},
        {"caller": "a\r\nb"}, {"caller": 5}, {"caller": "ä"}, {"caller": "a", "days": -1}, [], 5, "x", None,
    ]  # fmt: skip
    for path in ("/api/tokens", "/api/caller-keys"):
        for body in (json.dumps(one).encode() for one in fields):
            assert told(alice.post(path, content=body)), (path, body)
        for name, body in {**NOT_JSON, **NOT_AN_OBJECT}.items():
            assert told(alice.post(path, content=body)), (path, name)
        for row in ("0", "99999999999999999999999", "x", "-1", "%00"):
            assert told(alice.delete(f"{path}/{row}")), (path, row)


def test_the_admin_takes_no_nonsense(alice: httpx.Client) -> None:
    paths = ["queues/preset/%00/change/", "queues/preset/x/change/", f"queues/preset/{'9' * 40}/change/",
             "journal/exchange/?state=nope", "journal/exchange/?o=99", "journal/exchange/?p=x", "no/such/",
             "journal/exchange/?q=%00", "journal/exchange/?created_at__year=0", "accounts/audit/?kind=%00",
             "accounts/token/?owner__password=x", "jsi18n/../..", "r/0/x/", "autocomplete/"]  # fmt: skip
    for path in paths:
        answer = alice.get(f"/admin/{path}")
        assert answer.status_code < 500 and "Traceback" not in answer.text, (path, answer.status_code)
    csrf = {"csrfmiddlewaretoken": alice.cookies["csrftoken"]}
    for form in ({"action": "revoke"}, {"action": "x", "_selected_action": "\0"}, {"_selected_action": LONG}):
        for model in ("accounts/token", "queues/preset"):
            answer = alice.post(f"/admin/{model}/", data={**form, **csrf})
            assert answer.status_code < 500, (form, model)
    for name in TEXTS.values():
        form = {"family": name, "mode": name, "caller": name, "model": name, "as_of": name, "input_usd": name}
        for model in ("queues/fallback", "queues/pause", "stats/price"):
            assert alice.post(f"/admin/{model}/add/", data={**form, **csrf}).status_code < 500, (name, model)


HOSTS = (b"evil.example", b"", b"a b", b"[::1", b"127.0.0.1@evil", b"\xff", b"x" * 5000)


@pytest.mark.parametrize("path", [b"/api/desk", b"/login", b"/admin/", b"/ws"])
def test_a_host_that_is_not_ours_is_refused(server: Server, path: bytes) -> None:
    for host in HOSTS:
        status, body = _at_host(server, path, host)
        assert status == 0 or 400 <= status < 500, (host, status)
        assert b"Traceback" not in body


def _at_host(server: Server, path: bytes, host: bytes) -> tuple[int, bytes]:
    import socket

    address = ("127.0.0.1", int(server.url.rpartition(":")[2]))
    with socket.create_connection(address, timeout=30) as line:
        line.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
        heard = b""
        while piece := line.recv(65536):
            heard += piece
    head, _, body = heard.partition(b"\r\n\r\n")
    return (int(head.split(b" ", 2)[1]), body) if head else (0, b"")


def test_no_header_smuggles_another_in(server: Server) -> None:
    lines = (
        b"X-Mock-Person: a\rX-Evil: 1", b"X-Mock-Person: a%0d%0aX-Evil:1", b"Origin: http://a\r\n X-Evil: 1",
        b"X-Request-Id: a\nX-Evil: 1", b"X-Forwarded-For: a\x00, 1.2.3.4", b"X-Forwarded-For: " + b"1," * 9000,
        b"X-Forwarded-Proto: https, http", b"X-Forwarded-Host: evil.example", b"Accept-Language: \xff\xfe",
        b"Accept-Language: " + b"zh," * 3000, b"Referer: \x80", b"Range: bytes=9-1", b"Expect: 200-ok",
        b"Sec-Fetch-Mode: \x01", b"If-None-Match: \xff", b"Accept: " + b"*/*," * 4000,
    )  # fmt: skip
    for line in lines:
        for request in (
            b"GET /api/desk HTTP/1.1",
            b"GET /people HTTP/1.1",
            b"POST " + CHAT.encode() + b" HTTP/1.1",
        ):
            status, body = spoken(server, request, line, b"Content-Length: 0")
            assert status < 500 and b"X-Evil" not in body, (line, request, status)


def test_v1_hears_about_the_key_first_and_about_the_body_with_one(
    server: Server, alice: httpx.Client
) -> None:
    key = make(alice, "/api/caller-keys", caller="bad")["key"]
    cases = [*UNREADABLE.values(), *(json.dumps(case).encode() for case in UNUSABLE.values())]
    with httpx.Client(base_url=server.url, timeout=30) as client:
        for body in cases:
            without = client.post(CHAT, content=body)
            assert without.status_code in (400, 401) and error_of(without), body
            known = client.post(CHAT, content=body, headers={"authorization": f"Bearer {key}"})
            assert known.status_code == 400 and error_of(known), body


def _told_of_frame(socket: ClientConnection) -> dict[str, Any]:
    """What is said of a frame; figures, say, may be told of in between."""
    while (event := json.loads(socket.recv(timeout=30)))["type"] not in (
        "error",
        "answer_result",
        "type_result",
    ):
        pass
    found: dict[str, Any] = event
    return found


def test_a_socket_asks_who_it_is_and_takes_no_nonsense_of_a_viewer(
    server: Server, alice: httpx.Client, token: str
) -> None:
    for headers in ({}, {"authorization": "Bearer mot_x"}, {"cookie": "sessionid=x"}):
        with connect(server.ws_url, additional_headers=headers) as socket:
            with pytest.raises(ConnectionClosed):
                socket.recv(timeout=30)
            assert socket.close_code == 4401
    viewer = make(alice, "/api/tokens", role="viewer", label="ws")["token"]
    bearer = {"authorization": f"Bearer {viewer}"}
    with connect(server.ws_url, additional_headers=bearer, max_size=None) as socket:
        for frame in FRAMES.values():
            socket.send(frame)
            _told_of_frame(socket)
        for kind in ("send_response", "type_live"):
            socket.send(json.dumps({"type": kind, "id": "0" * 26, "response": {}}))
            event = _told_of_frame(socket)
            assert "role" in json.dumps(event), event


def test_whatever_was_asked_for_the_metrics_have_no_more_labels(server: Server) -> None:
    for n in range(30):
        headers = {"x-mock-caller": f"caller-{n}"}
        httpx.post(f"{server.url}/v1/unknown-{n}", json={"model": f"model-{n}"}, headers=headers, timeout=30)
    text = httpx.get(f"{server.url}/metrics", timeout=30).text
    assert not re.findall(r"caller-\d|model-\d|unknown-\d", text)
    endpoints = set(re.findall(r'endpoint="([^"]*)"', text))
    assert endpoints <= {"none", *(endpoint.name for endpoint in ENDPOINTS)}
