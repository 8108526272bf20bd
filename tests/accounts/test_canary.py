"""Secrets that are sent to a server are found nowhere: no table, log, event, export, page or metric has them."""

import json
import os
import sqlite3
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from websockets.sync.client import connect

from tests.accounts.keys import ACCOUNTS, PASSWORD, logged_in, make, post_form
from tests.conftest import PATIENCE_S, ROOT, Server, start_server, wait_for
from tests.gateway.conftest import CHAT, chat

CANARY = "canary-7Qd2xWb91LkZ"
WRONG_PASSWORD = f"{CANARY}-password"
SENT: list[dict[str, str]] = [
    {"authorization": f"Bearer {CANARY}-bearer"},
    {"authorization": f"Bearer sk-{CANARY}-bearer"},
    {"authorization": f"Basic {b64encode(f'alice:{CANARY}'.encode()).decode()}"},
    {"api-key": f"{CANARY}-api"},
    {"x-api-key": f"{CANARY}-xapi"},
    {"cookie": f"sessionid={CANARY}-cookie; other={CANARY}-other"},
    {"referer": f"http://localhost/?api_key={CANARY}-referer"},
    {"x-note": f"mot_{CANARY}-note and sk-mok_{CANARY}-note"},
]
PAGES = (
    "/", "/queues", "/journal", "/journal/rows", "/callers", "/settings", "/people", "/people/log", "/tokens",
    "/desk/waiting", "/desk/recent", "/stats", "/stats/parts", "/docs", "/api/docs", "/pulse", "/settings/fallbacks",
    f"/nowhere/{'x' * 20}", "/queues/a", "/password", "/journal/newer", "/admin/no/such/",
)  # fmt: skip
REST = (
    "/api/exchanges?limit=100", "/api/exchanges/export", "/api/preset-queue", "/api/preset-queue/export",
    "/api/desk", "/api/callers", "/api/tokens", "/api/caller-keys", "/metrics", "/livez", "/readyz",
    "/api/stats", "/api/schema", "/api/exchanges/pruned", "/api/exchanges/complete?q=caller:", "/api/no/such",
)  # fmt: skip
FORMS = ("curl", "python", "node", "preset")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    told = {"MOCKOPENAI_LOG_LEVEL": "debug", "MOCKOPENAI_ACCESS_LOG": "1", "MOCKOPENAI_REQUIRE_KEY": "0"}
    running = start_server(tmp_path_factory.mktemp("canary"), **ACCOUNTS, **told)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def seen(server: Server) -> dict[str, str]:
    """Everything that can be read of a server to which every secret was sent, by where it was read."""
    with closing(logged_in(server)) as alice:
        token = make(alice, "/api/tokens", role="admin", label="script")["token"]
        key = make(alice, "/api/caller-keys", caller="ci", label="nightly")["key"]
        cookie = f"sessionid={alice.cookies['sessionid']}"
        with connect(server.ws_url, additional_headers={"cookie": cookie, "origin": server.url}) as socket:
            _send_all(server, token, key)
            rows = wait_for(lambda: _ended(alice, len(SENT) + 2))
            events = []
            while event := _next(socket):
                events.append(event)
        found = {"events": "\n".join(events)}
        for path in (
            *PAGES,
            *REST,
            *(f"/api/exchanges/{row['id']}/as/{form}" for row in rows for form in FORMS),
        ):
            found[path] = alice.get(path).text
        for row in rows:
            found[f"/journal/{row['id']}"] = alice.get(f"/journal/{row['id']}").text
            found[f"/api/exchanges/{row['id']}"] = alice.get(f"/api/exchanges/{row['id']}").text
            found[f"/admin/{row['id']}"] = alice.get(f"/admin/journal/exchange/{row['id']}/change/").text
        found |= {path: alice.get(path).text for path in _admin_pages(alice)}
        session = alice.cookies["sessionid"]
    server.stop()  # so that all of it is written
    found["log"] = server.log.read_text()
    found["database"] = _dump(server.data_dir / "mockopenai.sqlite3")
    found["backup"] = _dump(_backup(server))
    found["secrets"] = json.dumps([token, key, session])
    return found


def _send_all(server: Server, token: str, key: str) -> None:
    for headers in [*SENT, {"authorization": f"Bearer {token}"}, {"authorization": f"Bearer {key}"}]:
        httpx.post(
            f"{server.url}{CHAT}?api_key={CANARY}-query&token={token}",
            json=chat(),
            headers=headers,
            timeout=PATIENCE_S,
        )
    for path in ("/api/desk", "/", "/api/preset-queue/a", "/ws", "/nowhere"):
        for headers in SENT:
            httpx.get(f"{server.url}{path}?api_key={CANARY}-query", headers=headers, timeout=PATIENCE_S)
    bearer = {"authorization": f"Bearer {token}"}
    httpx.post(
        f"{server.url}/api/preset-queue/a?api_key={CANARY}",
        json={"response": {"content": "x"}},
        headers=bearer,
        timeout=PATIENCE_S,
    )
    httpx.delete(f"{server.url}/api/preset-queue/a?api_key={CANARY}", headers=bearer, timeout=PATIENCE_S)
    httpx.delete(
        f"{server.url}/api/exchanges?caller=nobody&api_key={CANARY}", headers=bearer, timeout=PATIENCE_S
    )
    with httpx.Client(base_url=server.url, timeout=PATIENCE_S) as client:
        client.get("/login")
        post_form(client, "/login", name="alice", password=WRONG_PASSWORD)
        client.get(f"/join/{CANARY}-link")
        post_form(client, f"/join/{CANARY}-link", name="x", password=WRONG_PASSWORD)


def _ended(alice: httpx.Client, count: int) -> list[dict[str, str]] | None:
    rows: list[dict[str, str]] = alice.get("/api/exchanges?limit=100").json()["items"]
    return rows if len(rows) >= count else None


def _next(socket: object) -> str:
    try:
        return str(socket.recv(timeout=0.5))  # type: ignore[attr-defined]
    except TimeoutError:
        return ""


def _admin_pages(alice: httpx.Client) -> list[str]:
    """Every list of Django's admin, and the first row of each."""
    import re

    lists = sorted(set(re.findall(r'href="(/admin/\w+/\w+/)"', alice.get("/admin/").text)))
    assert len(lists) > 8
    rows = [re.search(rf'href="({path}[^"/]+/change/)', alice.get(path).text) for path in lists]
    return ["/admin/", *lists, *(row[1] for row in rows if row)]


def _backup(server: Server) -> Path:
    copy = server.data_dir / "copy.sqlite3"
    environment = {**os.environ, "MOCKOPENAI_DATA_DIR": str(server.data_dir)}
    command = [sys.executable, "manage.py", "backup", str(copy)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, timeout=60)
    return copy


def _dump(database: Path) -> str:
    with closing(sqlite3.connect(database)) as connection:
        return "\n".join(connection.iterdump())


def _where(seen: dict[str, str], text: str) -> list[str]:
    return [place for place, content in seen.items() if text in content and place != "secrets"]


def test_there_is_something_to_look_through(seen: dict[str, str]) -> None:
    assert "new_request" in seen["events"] or "completed_request" in seen["events"]
    assert "nightly" in seen["/people"] and "key.add" in seen["/people/log"]
    assert 'INSERT INTO "journal_exchange"' in seen["database"]
    assert 'INSERT INTO "journal_exchange"' in seen["backup"]
    assert "/v1/chat/completions" in seen["log"]
    assert "chat.completions" in seen["/stats"] and "nothing at" in seen["/api/no/such"]


def test_no_secret_of_a_request_is_anywhere(seen: dict[str, str]) -> None:
    assert not _where(seen, CANARY)


def test_no_secret_in_base64_is_anywhere(seen: dict[str, str]) -> None:
    assert not _where(seen, b64encode(f"alice:{CANARY}".encode()).decode())


def test_no_password_is_anywhere(seen: dict[str, str]) -> None:
    assert not _where(seen, PASSWORD)


def test_no_token_and_no_key_is_anywhere(seen: dict[str, str]) -> None:
    token, key, _session = json.loads(seen["secrets"])
    assert not _where(seen, token) and not _where(seen, key)


def test_a_session_is_in_its_own_table_alone(seen: dict[str, str]) -> None:
    session = json.loads(seen["secrets"])[2]
    assert _where(seen, session) == ["database", "backup"]
    lines = [line for line in seen["database"].splitlines() if session in line]
    assert all("django_session" in line for line in lines)
