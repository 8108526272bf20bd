"""Issued keys for /v1: whom they name, when one is needed, and that a revoked one opens nothing."""

import time
from collections.abc import Iterator
from contextlib import closing

import httpx
import openai
import pytest
from asgiref.sync import async_to_sync
from openai import OpenAI

from apps.accounts import caller_keys, people
from apps.accounts.models import CallerKey
from apps.accounts.roles import NOBODY
from apps.gateway.caller import identify
from tests.accounts.keys import ACCOUNTS, logged_in, make
from tests.conftest import PATIENCE_S, Server, start_server, wait_for
from tests.databases import shared_redis
from tests.gateway.conftest import CHAT, chat, error_of

MESSAGES = [{"role": "user", "content": "Hello?"}]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Server]]:
    """Two processes on one database, both with accounts; the first takes issued keys only."""
    data = tmp_path_factory.mktemp("keys")
    strict = start_server(data, **ACCOUNTS, **shared_redis(), MOCKOPENAI_REQUIRE_KEY="1")
    easy = start_server(data, **ACCOUNTS, **shared_redis())
    yield strict, easy
    strict.stop()
    easy.stop()


@pytest.fixture
def strict(house: tuple[Server, Server]) -> Server:
    return house[0]


@pytest.fixture
def easy(house: tuple[Server, Server]) -> Server:
    return house[1]


@pytest.fixture(scope="module")
def alice(house: tuple[Server, Server]) -> Iterator[httpx.Client]:
    with closing(logged_in(house[0])) as client:
        yield client


def queue(alice: httpx.Client, caller: str, *contents: str) -> None:
    drafts = [{"content": content} for content in contents]
    answer = alice.post(f"/api/preset-queue/{caller}/batch", json={"responses": drafts})
    assert answer.status_code == 200, answer.text


def ask(server: Server, key: str, **options: object) -> str | None:
    with OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0) as client:
        made = client.chat.completions.create(model="gpt-4o", messages=MESSAGES, **options)  # type: ignore[call-overload]
        text: str | None = made.choices[0].message.content
        return text


def bearer(key: str) -> dict[str, str]:
    return {"authorization": f"Bearer {key}"}


def test_a_new_key_names_its_caller_at_once(alice: httpx.Client, strict: Server) -> None:
    key = make(alice, "/api/caller-keys", caller="ci-1", label="nightly")["key"]
    queue(alice, "ci-1", "for ci-1")
    assert ask(strict, key) == "for ci-1"


@pytest.mark.parametrize("key", ["sk-proj-abcdefghijkl", "sk-mock-ci-1", "sk-mok_" + "x" * 43])
def test_any_other_key_is_refused_where_keys_are_required(
    alice: httpx.Client, strict: Server, key: str
) -> None:
    queue(alice, "*", "kept")
    with pytest.raises(openai.AuthenticationError) as refused:
        ask(strict, key)
    assert refused.value.code == "invalid_api_key"
    assert key not in str(refused.value)
    assert alice.get("/api/preset-queue/*").json()["count"] == 1  # nothing was taken
    alice.delete("/api/preset-queue/*")


@pytest.mark.parametrize("path", [CHAT, "/as/ci-1" + CHAT, "/v1/models"])
def test_no_key_opens_no_door(strict: Server, path: str) -> None:
    method = "GET" if path.endswith("models") else "POST"
    body = None if method == "GET" else chat()
    answer = httpx.request(
        method, strict.url + path, json=body, headers={"x-mock-caller": "ci-1"}, timeout=PATIENCE_S
    )
    assert answer.status_code == 401
    assert error_of(answer)["type"] == "invalid_request_error"


def test_a_refused_call_stands_in_the_journal(alice: httpx.Client, strict: Server) -> None:
    httpx.post(
        strict.url + CHAT, json=chat("unlocked?"), headers=bearer("sk-wrong-0123456789"), timeout=PATIENCE_S
    )
    found = wait_for(lambda: alice.get("/api/exchanges?status=401").json()["items"] or None)
    assert found[0]["status_code"] == 401


def test_with_a_key_the_path_and_the_header_still_choose_the_queue(
    alice: httpx.Client, strict: Server
) -> None:
    key = make(alice, "/api/caller-keys", caller="ci-2")["key"]
    queue(alice, "other", "by path", "by header")
    by_path = httpx.post(f"{strict.url}/as/other{CHAT}", json=chat(), headers=bearer(key), timeout=PATIENCE_S)
    by_header = httpx.post(
        strict.url + CHAT, json=chat(), headers={"x-mock-caller": "other", **bearer(key)}, timeout=PATIENCE_S
    )
    contents = [answer.json()["choices"][0]["message"]["content"] for answer in (by_path, by_header)]
    assert contents == ["by path", "by header"]


def test_a_revoked_key_opens_nothing_on_a_connection_that_used_it_nor_in_another_process(
    alice: httpx.Client, strict: Server, easy: Server
) -> None:
    made = make(alice, "/api/caller-keys", caller="ci-3")
    endless = {"response": {"content": "still open"}, "uses": None}  # no 404 because it is used up
    assert alice.post("/api/preset-queue/ci-3", json=endless).status_code == 200
    patient = {"headers": bearer(made["key"]), "timeout": PATIENCE_S}
    with httpx.Client(**patient) as here, httpx.Client(**patient) as there:
        for _ in range(3):  # the third comes by the fast lane
            assert here.post(strict.url + CHAT, json=chat()).status_code == 200
        wait_for(lambda: there.post(easy.url + CHAT, json=chat()).status_code == 200)
        assert there.post(easy.url + CHAT, json=chat()).status_code == 200
        assert alice.delete(f"/api/caller-keys/{made['id']}").status_code == 200
        assert here.post(strict.url + CHAT, json=chat()).status_code == 401
        # There keys are not required: a key that names nobody leaves the address, whose queue is empty.
        # 2 s are promised; what is remembered for lack of news is remembered for ever.
        wait_for(lambda: there.post(easy.url + CHAT, json=chat()).status_code == 404, pause_s=0.1)


def test_an_issued_key_names_its_caller_where_none_is_required(alice: httpx.Client, easy: Server) -> None:
    key = make(alice, "/api/caller-keys", caller="ci-4")["key"]
    queue(alice, "ci-4", "bound")
    assert wait_for(lambda: _content_or_none(easy, key)) == "bound"


def _content_or_none(server: Server, key: str) -> str | None:
    try:
        return ask(server, key)
    except openai.NotFoundError:  # the process has not noticed the key yet
        return None


def test_a_call_that_the_server_sends_itself_needs_no_key(alice: httpx.Client, strict: Server) -> None:
    sent = alice.post("/api/desk/test-call", json={})
    assert sent.status_code == 202, sent.text
    row = wait_for(lambda: _ended(alice, sent.json()["id"]))
    assert (row["caller"], row["status_code"]) == ("test", 404)  # no preset; but not 401


def _ended(alice: httpx.Client, exchange_id: str) -> dict[str, object] | None:
    row: dict[str, object] = alice.get(f"/api/exchanges/{exchange_id}").json()
    return row if row.get("status_code") else None


def used_at(alice: httpx.Client, row_id: int) -> str | None:
    [row] = [row for row in alice.get("/api/caller-keys").json()["items"] if row["id"] == row_id]
    found: str | None = row["used_at"]
    return found


def test_a_keys_last_use_is_kept_by_and_by_and_shown(alice: httpx.Client, strict: Server) -> None:
    made = make(alice, "/api/caller-keys", caller="ci-5", label="used")
    assert used_at(alice, made["id"]) is None
    queue(alice, "ci-5", *"abcdefghi")
    with httpx.Client(headers=bearer(made["key"]), timeout=PATIENCE_S) as client:

        def uses() -> None:
            for _ in range(3):
                assert client.post(strict.url + CHAT, json=chat()).status_code == 200

        def stays() -> bool:
            before = used_at(alice, made["id"])
            uses()
            time.sleep(2 * caller_keys.FRESH_S)
            return used_at(alice, made["id"]) == before

        uses()
        wait_for(lambda: used_at(alice, made["id"]))
        assert stays() or stays(), "at most once a minute: of two looks one at most falls between two of them"
    for page in ("/people", "/admin/accounts/callerkey/"):
        row = alice.get(page).text.partition(made["prefix"])[2].partition("</tr>")[0]
        assert str(time.gmtime().tm_year) in row.partition("used")[2]


def test_a_use_in_the_next_minute_is_noted_though_what_the_key_means_was_remembered(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller_keys, "FRESH_S", 0)
    monkeypatch.setattr(caller_keys._Snapshot, "minute_at", time.monotonic())
    text = people.make_key(NOBODY, "ci-6", label="", days=None)
    headers = (("authorization", f"Bearer {text}"),)
    uses = []
    for every_s in (3600, 3600, 0, 3600):
        identify("", headers, "127.0.0.1")
        monkeypatch.setattr(caller_keys, "USED_EVERY_S", every_s)
        async_to_sync(caller_keys.fresh)()
        uses.append(CallerKey.objects.get().used_at)
    assert uses[0] and uses[0] == uses[1] == uses[2] < uses[3]
