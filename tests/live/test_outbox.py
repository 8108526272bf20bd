"""What one dashboard has yet to be sent."""

import asyncio
import json

from apps.live import outbox
from apps.live.outbox import Outbox
from tests.conftest import PATIENCE_S


class Client:
    """Reads when it is told to."""

    def __init__(self) -> None:
        self.got: list[dict] = []
        self.reads = asyncio.Event()

    async def send(self, text: str) -> None:
        await self.reads.wait()
        self.got.append(json.loads(text))


async def read_all(box: Outbox, client: Client, count: int) -> None:
    running = asyncio.ensure_future(box.run(client.send))
    client.reads.set()
    async with asyncio.timeout(PATIENCE_S):
        while len(client.got) < count:
            await asyncio.sleep(0)
    running.cancel()


async def test_events_are_numbered_from_one_without_a_gap():
    box, client = Outbox(), Client()
    for n in range(3):
        box.put(json.dumps({"type": "x", "data": {"n": n}}))
    await read_all(box, client, 3)
    assert [(event["seq"], event["data"]["n"]) for event in client.got] == [(1, 0), (2, 1), (3, 2)]


async def test_a_client_that_does_not_read_gets_one_resync_for_all_it_missed(monkeypatch):
    monkeypatch.setattr(outbox, "OUTBOX_MAX_BYTES", 1000)
    box, client = Outbox(), Client()
    for n in range(25):
        box.put(json.dumps({"type": "x", "data": {"n": n, "filler": "y" * 60}}))
    box.put('{"type":"last","data":{}}')
    await read_all(box, client, 2)
    kinds = [event["type"] for event in client.got]
    assert kinds[0] == "resync"
    assert kinds[-1] == "last"
    assert kinds.count("resync") == 1
    assert [event["seq"] for event in client.got] == list(range(1, len(kinds) + 1))


async def test_what_has_been_sent_makes_room(monkeypatch):
    monkeypatch.setattr(outbox, "OUTBOX_MAX_BYTES", 100)
    box, client = Outbox(), Client()
    running = asyncio.ensure_future(box.run(client.send))
    client.reads.set()
    for n in range(20):
        box.put(json.dumps({"type": "x", "data": {"n": n}}))
        await asyncio.sleep(0.001)
    running.cancel()
    assert {event["type"] for event in client.got} == {"x"}
    assert len(client.got) == 20


async def test_whoever_has_much_to_tell_waits_until_the_box_is_half_empty(monkeypatch):
    monkeypatch.setattr(outbox, "OUTBOX_MAX_BYTES", 1000)
    monkeypatch.setattr(outbox, "ROOMY_BYTES", 500)
    box, client = Outbox(), Client()

    async def tell_all() -> None:
        for n in range(50):
            await box.room()
            box.put(json.dumps({"type": "x", "data": {"n": n, "text": "x" * 300}}))

    telling = asyncio.ensure_future(tell_all())
    await read_all(box, client, 50)
    await telling
    assert [event["data"]["n"] for event in client.got] == list(range(50))
