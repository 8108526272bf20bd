"""What the list of waiting calls says of one: whose patience ends first, which try it is, what it asks for."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from apps.desk.models import Parked
from apps.desk.parked import note_parked
from apps.desk.waiting_list import waiting_items
from apps.journal.models import State
from apps.journal.record import Opening, open_exchanges
from apps.journal.writer import writer
from apps.wire.call import Call
from apps.wire.ids import exchange_id
from tests.callers import CALL
from tests.conftest import PATIENCE_S, Server, wait_for

IMAGE = {"type": "image_url", "image_url": {"url": "https://example.com/x.png"}}
TOOL = {"type": "function", "function": {"name": "pay"}}


@asynccontextmanager
async def waiting(server: Server, body: Any = CALL, **headers: str) -> AsyncIterator[dict[str, Any]]:
    """A call with these headers (`retry_count` is x-stainless-retry-count) waits: its item. Then it is gone."""
    sent = {"x-mock-caller": "sdk"} | {f"x-stainless-{k.replace('_', '-')}": v for k, v in headers.items()}
    before = {item["id"] for item in server.api.get("/api/desk").json()["items"]}
    async with httpx.AsyncClient(base_url=server.base_url, timeout=60) as client:
        posting = asyncio.ensure_future(client.post("/chat/completions", json=body, headers=sent))
        item = await asyncio.to_thread(wait_for, lambda: _new(server, before))
        try:
            yield item
        finally:
            posting.cancel()
            await asyncio.wait([posting])
            await asyncio.to_thread(
                wait_for, lambda: server.exchange(item["id"])["state"] != "waiting" or None
            )


def _new(server: Server, before: set[str]) -> dict[str, Any] | None:
    items = server.api.get("/api/desk").json()["items"]
    return next((item for item in items if item["id"] not in before), None)


@pytest.mark.parametrize(
    ("headers", "whose", "patience_s"),
    [
        ({}, "hold", 290),
        ({"read_timeout": "600"}, "hold", 290),
        ({"read_timeout": "9"}, "client", 9),
        ({"timeout": "60"}, "client", 60),
        ({"read_timeout": "30", "timeout": "5"}, "client", 30),
        ({"read_timeout": "never"}, "hold", 290),
    ],
)
async def test_the_smaller_patience_counts_and_is_named(
    server: Server, headers: dict[str, str], whose: str, patience_s: float
) -> None:
    async with waiting(server, **headers) as item:
        assert (item["time_left_of"], item["patience_s"]) == (whose, pytest.approx(patience_s, abs=0.01))
        assert item["until"] == pytest.approx(item["created_at"] + patience_s, abs=0.01)
        assert 0 < item["time_left_s"] <= patience_s


@pytest.mark.parametrize(
    ("headers", "tried"),
    [
        ({}, {"number": 1, "of": None}),
        ({"retry_count": "0"}, {"number": 1, "of": 3}),
        ({"retry_count": "2"}, {"number": 3, "of": 3}),
        ({"retry_count": "5"}, {"number": 6, "of": None}),
        ({"retry_count": "x"}, {"number": 1, "of": 3}),
    ],
)
async def test_it_says_which_try_it_is(server: Server, headers: dict[str, str], tried: Any) -> None:
    async with waiting(server, **headers) as item:
        assert item["try"] == tried


async def test_a_retry_names_the_try_before(server: Server) -> None:
    body = {**CALL, "user": "retry"}
    ids: list[str] = []
    for count in range(3):
        async with waiting(server, body, retry_count=str(count)) as item:
            assert item["retry_of"] == (ids[-1] if ids else None)
            ids.append(item["id"])
    async with waiting(server, body, retry_count="2") as item:  # of tries with the same number the newest
        assert item["retry_of"] == ids[1]


async def test_a_retry_of_a_call_that_a_preset_answered_names_it_too(server: Server) -> None:
    server.queue("sdk", {"error": {"message": "slow down"}}, status_code=429)
    body = {**CALL, "user": "preset"}
    answer = httpx.post(
        f"{server.base_url}/chat/completions",
        json=body,
        headers={"x-mock-caller": "sdk", "x-stainless-retry-count": "0"},
        timeout=PATIENCE_S,
    )
    assert answer.status_code == 429
    async with waiting(server, body, retry_count="1") as item:
        assert server.exchange(item["retry_of"])["status_code"] == 429


@pytest.mark.parametrize(
    ("changes", "headers"),
    [
        ({"user": "another"}, {"retry_count": "1"}),
        ({}, {"retry_count": "2"}),
        ({}, {"retry_count": "0"}),
        ({}, {}),
    ],
)
async def test_another_call_is_no_retry(
    server: Server, changes: dict[str, str], headers: dict[str, str]
) -> None:
    body = {**CALL, "seed": time.time_ns()}
    async with waiting(server, body, retry_count="0"), waiting(server, body | changes, **headers) as item:
        assert item["retry_of"] is None


async def test_it_says_what_the_call_asks_for(server: Server) -> None:
    async with waiting(server) as item:
        assert (item["tools"], item["image"], item["schema"]) == (0, False, False)
    rich = {
        "model": "gpt-4o",
        "messages": [{"role": "user", "content": [{"type": "text", "text": "Look\nhere"}, IMAGE]}],
        "tools": [TOOL, TOOL],
        "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}},
        "stream": True,
    }
    async with waiting(server, rich) as item:
        assert (item["tools"], item["image"], item["schema"], item["stream"]) == (2, True, True, True)
        assert (item["summary"], item["model"]) == ("Look here [image]", "gpt-4o")


async def test_a_claim_that_has_run_out_names_nobody(server: Server) -> None:
    async with waiting(server) as item:
        server.api.post(f"/api/desk/{item['id']}/claim", headers={"x-mock-person": "alice"})
        assert server.waiting(1)[0]["claimed_by"] == "alice"
        server.api.post(f"/api/desk/{item['id']}/release", headers={"x-mock-person": "alice"})
        assert server.waiting(1)[0]["claimed_by"] == ""


def park(count: int, **fields: Any) -> list[Call]:
    """Calls that wait, straight into the tables."""
    body = json.dumps(CALL).encode()
    calls = [
        Call(
            id=exchange_id(),
            caller="many",
            method="POST",
            path="/v1/chat/completions",
            endpoint="chat.completions",
            data=CALL,
            body=body,
            received_at=time.time(),
            **fields,
        )
        for _ in range(count)
    ]

    def write() -> None:
        open_exchanges([Opening(call, State.WAITING, deadline_at=time.time() + 290) for call in calls])
        note_parked(calls)

    writer.call(write)
    return calls


@pytest.mark.django_db(transaction=True)
def test_two_thousand_waiting_calls_are_listed_at_once(django_assert_num_queries: Any) -> None:
    for _ in range(4):
        park(500, headers=(("x-stainless-retry-count", "1"),))
    with django_assert_num_queries(2):
        began = time.process_time()
        assert len(waiting_items()) == 2000
    assert time.process_time() - began < 1.5  # its own time: 0.12 s


@pytest.mark.django_db(transaction=True)
def test_of_a_group_that_waits_and_is_tried_again_each_names_the_newest_try() -> None:
    first = park(50, headers=(("x-stainless-retry-count", "0"),))
    park(50, headers=(("x-stainless-retry-count", "1"),))
    assert set(Parked.objects.exclude(retry_of="").values_list("retry_of", flat=True)) == {first[-1].id}


@pytest.mark.django_db(transaction=True)
def test_a_call_without_a_note_is_listed_all_the_same() -> None:
    park(1)
    Parked.objects.all().delete()
    [item] = waiting_items()
    assert (item["tools"], item["retry_of"], item["try"]) == (0, None, {"number": 1, "of": None})
