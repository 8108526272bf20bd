"""Calls at which this server fails: answered with a 500, kept like all others, and nobody else's matter."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import httpx
import orjson
import pytest

from apps.accounts.errors import FAILED
from apps.gateway.answer import decide_group
from apps.gateway.decision import Asked
from apps.gateway.intake import Address, Request, take_in
from apps.journal.writer import writer
from apps.wire.call import Call
from apps.wire.table import BY_NAME
from tests.conftest import PATIENCE_S, Server
from tests.gateway.conftest import chat, error_of

CALLER = "failing"
NOTE = FAILED["detail"]


def edit(server: Server, sql: str, *values: str) -> None:
    """Changes a row by hand, past everything that checks what may stand there."""
    with closing(sqlite3.connect(server.data_dir / "mockopenai.sqlite3", timeout=20)) as database, database:
        assert database.execute(sql, values).rowcount == 1


def broken_thread(server: Server) -> str:
    """The path of a thread that makes whatever reads it raise."""
    thread = httpx.post(f"{server.url}/as/{CALLER}/v1/threads", json={}, timeout=PATIENCE_S).json()["id"]
    edit(server, "UPDATE kept_kept SET body = 'no JSON' WHERE object_id = ?", thread)
    return f"/as/{CALLER}/v1/threads/{thread}"


def test_a_call_that_fails_is_kept_with_its_request_and_its_500(server: Server) -> None:
    path = broken_thread(server)
    with httpx.Client(base_url=server.url, timeout=PATIENCE_S) as client:
        answers = [client.post(path, json={"metadata": {"n": str(n)}}) for n in range(3)]
    assert [error_of(one)["code"] for one in answers] == ["internal_error"] * 3
    rows = server.api.get("/api/exchanges", params={"caller": CALLER, "status": "500"}).json()["items"]
    assert {row["request_id"] for row in rows} == {one.headers["x-request-id"] for one in answers}
    row = server.exchange(rows[0]["id"])
    assert (row["endpoint"], row["source"], row["note"]) == ("beta.threads.update", "", NOTE)
    assert (row["body"], row["response"]) == ({"metadata": {"n": "2"}}, answers[-1].json())
    log = server.log.read_text()
    assert "JSONDecodeError" in log and row["request_id"] in log


def test_a_preset_that_was_taken_stands_where_it_was(server: Server) -> None:
    server.queue(CALLER, {"content": "first"}, {"content": "second"})
    edit(server, "UPDATE queues_preset SET spread = 'no JSON' WHERE body LIKE '%first%'")
    url = f"{server.url}/as/{CALLER}/v1/chat/completions"
    assert [httpx.post(url, json=chat(), timeout=PATIENCE_S).status_code for _ in range(2)] == [500, 500]
    edit(server, "UPDATE queues_preset SET spread = '' WHERE body LIKE '%first%'")
    answers = [httpx.post(url, json=chat(), timeout=PATIENCE_S).json() for _ in range(2)]
    assert [one["choices"][0]["message"]["content"] for one in answers] == ["first", "second"]


def test_calls_of_the_same_moment_are_answered(server: Server) -> None:
    path = broken_thread(server)
    sound = f"/as/{CALLER}/v1/chat/completions"
    server.queue(CALLER, *[{"content": "Yes."}] * 12)

    def ask(number: int) -> int:
        if number % 2:
            return httpx.post(f"{server.url}{path}", json={}, timeout=PATIENCE_S).status_code
        return httpx.post(f"{server.url}{sound}", json=chat(str(number)), timeout=PATIENCE_S).status_code

    with ThreadPoolExecutor(8) as callers:
        assert [*callers.map(ask, range(24))] == [200, 500] * 12


@pytest.mark.django_db(transaction=True)
def test_a_check_that_fails_is_the_servers_error_not_the_callers() -> None:
    def check(_: Call) -> None:
        raise LookupError("nobody foresaw it")

    address = Address(CALLER, replace(BY_NAME["chat.completions"], check=check))
    call = take_in(Request("POST", "/v1/chat/completions", (), orjson.dumps(chat()), "", 0, 0.0), address)
    [decision] = writer.call(lambda: decide_group([Asked(call, "", False)]))
    assert (decision.reply.status, decision.opening.source, decision.opening.note) == (500, "", NOTE)  # type: ignore[union-attr]
