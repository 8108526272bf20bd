"""Calls that the server sends to itself."""

import asyncio
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
from channels.db import database_sync_to_async

from apps.desk.waiting import waiting_here
from apps.gateway import again, inside
from apps.journal.models import Body, Exchange, State
from apps.journal.writer import writer
from apps.queues.entry import read_entry
from apps.queues.fallback import switch
from apps.queues.storage import add
from tests.conftest import PATIENCE_S
from tests.gateway.conftest import CHAT, chat

pytestmark = pytest.mark.django_db(transaction=True)

in_thread = partial(database_sync_to_async, thread_sensitive=False)


@pytest.fixture(autouse=True)
async def nothing_goes_on() -> AsyncIterator[None]:
    """What is still parked gets its answer before the loop ends."""
    yield
    await waiting_here().close()
    async with asyncio.timeout(PATIENCE_S):
        while again._under_way:
            await asyncio.sleep(0.01)


async def send(path: str = CHAT, *, note: str = "", **fields: Any) -> str:
    headers = (("content-type", "application/json"), ("x-mock-caller", "ci-42"))
    return await again.send(
        method="POST", path=path, headers=headers, body=json.dumps(chat(**fields)).encode(), note=note
    )


async def until(exchange_id: str, state: State) -> Exchange:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            row = await writer.run(lambda: Exchange.objects.get(id=exchange_id))
            if row.state == state:
                return row
            await asyncio.sleep(0.01)


async def test_a_preset_answers_a_call_from_inside() -> None:
    await in_thread(add)(caller="ci-42", entries=[read_entry({"response": {"content": "Hi."}})])
    row = await until(await send(), State.DELIVERED)
    assert (row.caller, row.source, row.status_code) == ("ci-42", "preset", 200)
    assert row.bytes_sent


async def test_a_stream_is_read_to_its_end() -> None:
    entry = read_entry({"response": {"content": "one two three"}, "pace": {"token_ms": 1}})
    await in_thread(add)(caller="ci-42", entries=[entry])
    row = await until(await send(stream=True), State.DELIVERED)
    assert row.stream
    assert row.bytes_sent and row.bytes_sent > 500


async def test_a_call_that_nothing_answers_waits_on_the_desk() -> None:
    exchange_id = await send(text="Anybody?")
    row = await writer.run(lambda: Exchange.objects.get(id=exchange_id))
    body = await writer.run(lambda: Body.objects.get(exchange_id=exchange_id))
    assert (row.state, row.summary) == (State.WAITING, "Anybody?")
    assert json.loads(body.request_body) == chat("Anybody?")


async def test_a_note_goes_before_what_the_exchange_says_of_itself() -> None:
    await in_thread(switch)(changes={"text": "refuse"})
    row = await until(await send(note="Why it was sent."), State.DELIVERED)
    assert row.note.startswith("Why it was sent. No preset accepts this")
    await in_thread(switch)(changes={"text": "auto"})
    row = await until(await send(note="Why it was sent."), State.DELIVERED)
    assert row.note == "Why it was sent."


async def test_a_reply_that_stalls_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inside, "PATIENCE_S", 0.2)
    entry = read_entry({"response": {"content": "Hi."}, "fault": "stall"})
    await in_thread(add)(caller="ci-42", entries=[entry])
    row = await until(await send(note="Why it was sent."), State.DELIVERED)
    assert row.fault == "stall"
    assert row.note == "Why it was sent. The reply stalled: after 0.2 s its caller, this server, gave up."


async def test_a_wrong_path_is_refused_like_any_call() -> None:
    row = await until(await send("/v1/chats"), State.DELIVERED)
    assert (row.source, row.status_code) == ("invalid", 404)


async def test_only_so_many_are_under_way_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(again, "AT_ONCE_MAX", 2)
    await send(), await send()
    with pytest.raises(again.TooManyError, match="2 calls"):
        await send()
    assert await writer.run(Exchange.objects.count) == 2
