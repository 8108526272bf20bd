"""Waiting for calls, and exporting them."""

import asyncio
import time
from functools import partial

import orjson
import pytest
from channels.db import database_sync_to_async
from django.test.client import AsyncClient, Client

from apps.journal import follow
from tests.conftest import PATIENCE_S

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = partial(database_sync_to_async, thread_sensitive=False)


async def wait(**fields) -> tuple[int, dict]:
    answer = await AsyncClient().post("/api/exchanges/wait", fields, content_type="application/json")
    return answer.status_code, orjson.loads(answer.content)


async def test_what_has_come_already_is_told_at_once(add):
    exchange = await in_thread(add)(caller="ci-42", status_code=429)
    status, told = await wait(match={"caller": "ci-42", "status": 429, "stream": False})
    assert (status, told["reached"], told["count"]) == (200, True, 1)
    assert told["items"][0]["id"] == exchange


async def test_it_waits_until_as_many_have_come(add):
    await in_thread(add)(caller="ci-42")
    waiting = asyncio.ensure_future(wait(match={"caller": "ci-42"}, count=2, timeout_s=PATIENCE_S))
    await asyncio.sleep(follow.LOOK_S * 1.5)
    assert not waiting.done()
    await in_thread(add)(caller="ci-42")
    _, told = await asyncio.wait_for(waiting, PATIENCE_S)
    assert (told["reached"], told["count"]) == (True, 2)


async def test_it_says_when_they_have_not_come_in_time(add):
    began = time.monotonic()
    status, told = await wait(match={"caller": ["a", "b"]}, timeout_s=0.15)
    assert (status, told) == (200, {"reached": False, "count": 0, "items": []})
    assert 0.15 <= time.monotonic() - began < PATIENCE_S


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"match": {"colour": "red"}}, "colour"),
        ({"match": {"status": "bad"}}, "status"),
        ({"match": {"caller": {"a": 1}}}, "caller"),
        ({"match": []}, "match"),
        ({"count": 0}, "count"),
        ({"count": True}, "count"),
        ({"timeout_s": 61}, "timeout_s"),
        ({"timeout": 5}, "timeout"),
    ],
)
async def test_a_bad_field_is_named(fields, named):
    status, told = await wait(**fields)
    assert status == 400
    assert told["detail"].startswith(f"{named}:")


async def test_a_body_that_is_no_json_is_400():
    answer = await AsyncClient().post("/api/exchanges/wait", b"{'", content_type="application/json")
    assert answer.status_code == 400
    assert orjson.loads(answer.content)["detail"]


async def exported(query: str = "") -> list[dict]:
    answer = await AsyncClient().get(f"/api/exchanges/export{query}")
    assert answer.status_code == 200
    text = b"".join([chunk async for chunk in answer.streaming_content])
    return [orjson.loads(line) for line in text.splitlines()]


async def test_the_export_has_every_exchange_once_with_its_bodies(add_many, monkeypatch):
    monkeypatch.setattr(follow, "PAGE", 10)
    written = await in_thread(add_many)([{"request_body": f'{{"n":{n}}}'} for n in range(30)])
    lines = await exported()
    assert [line["id"] for line in lines] == written[::-1]
    assert [line["body"]["n"] for line in lines] == list(range(30))[::-1]


async def test_the_export_takes_the_same_filters(add):
    await in_thread(add)(caller="a")
    await in_thread(add)(caller="b")
    assert [line["caller"] for line in await exported("?q=caller:b&format=jsonl")] == ["b"]


@pytest.mark.parametrize("query", ["?format=csv", "?colour=red"])
async def test_an_export_that_cannot_be_is_400(query):
    answer = await AsyncClient().get(f"/api/exchanges/export{query}")
    assert answer.status_code == 400


async def test_what_nobody_foresaw_is_told_in_json_and_logged(monkeypatch, caplog):
    monkeypatch.setattr(follow, "COUNT_MAX", None)  # a comparison with it fails
    status, told = await wait(count=1)
    assert (status, told) == (500, {"detail": "The server failed at this; its log says why."})
    assert "A view of /api failed." in caplog.text


async def test_a_body_that_is_too_large_is_told_in_json(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    status, told = await wait(match={"caller": "ci-42"})
    assert status == 413
    assert "too large" in told["detail"]


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize(("path", "allowed"), [("export", "GET"), ("wait", "POST")])
def test_another_method_is_refused_in_json_without_a_token(method, path, allowed):
    if method == allowed.lower():
        return
    answer = getattr(Client(enforce_csrf_checks=True), method)(f"/api/exchanges/{path}")
    assert (answer.status_code, answer["allow"], answer["content-type"]) == (405, allowed, "application/json")
    assert list(answer.json()) == ["detail"] and allowed in answer.json()["detail"]
