"""Events: gathered, numbered, sent from any thread, and free when nobody listens."""

import asyncio
import json
import threading

import orjson
import pytest
from channels.layers import get_channel_layer

from apps.live import events
from tests.conftest import PATIENCE_S


class Listener:
    """A dashboard without a socket: what the channel layer brings."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.people_said: set[int] = set()  # at which numbers, before the batch

    async def batch(self) -> dict:
        """The next message that carries events."""
        async with asyncio.timeout(PATIENCE_S):
            while not (message := await get_channel_layer().receive(self.channel))["count"]:
                self.people_said.add(message["first"])
        return message

    async def kinds(self) -> list[str]:
        return [json.loads(text)["type"] for text in (await self.batch())["events"]]


@pytest.fixture
async def listener():
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add(events.GROUP, channel)
    events.attach(asyncio.get_running_loop())
    events.joined("")
    yield Listener(channel)
    events.left("")
    await layer.flush()


async def test_events_of_one_moment_travel_in_one_message(listener):
    events.publish("new_request", {"id": "1"})
    events.publish("completed_request", {"id": "1"}, ip="ci-42")
    batch = await listener.batch()
    assert batch["count"] == 2
    assert batch["events"] == [
        '{"type":"new_request","data":{"id":"1"}}',
        '{"type":"completed_request","data":{"id":"1"},"ip":"ci-42"}',
    ]


async def test_batches_are_numbered_without_a_gap(listener):
    events.publish("a", {})
    first = await listener.batch()
    events.publish("b", {})
    second = await listener.batch()
    assert first["worker"] == second["worker"] == events.PROCESS_ID
    assert second["first"] == first["first"] + 1


async def test_who_is_here_overtakes_a_batch_without_looking_like_a_loss(listener, monkeypatch):
    layer = get_channel_layer()
    send, sending, go = layer.group_send, asyncio.Event(), asyncio.Event()

    async def slowly(group, message):
        if message["count"]:
            sending.set()
            await go.wait()
        await send(group, message)

    monkeypatch.setattr(layer, "group_send", slowly)
    events.publish("a", {})
    await sending.wait()
    assert await events.show_people()
    go.set()
    batch = await listener.batch()
    assert listener.people_said == {batch["first"]}


async def test_an_event_from_a_thread_arrives(listener):
    thread = threading.Thread(target=events.publish, args=("from_a_thread", {}))
    thread.start()
    assert await listener.kinds() == ["from_a_thread"]
    thread.join()


async def test_one_caller_s_queue_changes_are_said_once_and_last(listener):
    for length in range(100):
        events.publish("queue_updated", {"ip": "ci-42", "length": length}, ip="ci-42")
    events.publish("queue_updated", {"ip": "dev"}, ip="dev")
    events.publish("completed_request", {})
    events.publish("queue_updated", {"ip": "ci-42", "length": 100}, ip="ci-42")
    said = [json.loads(text) for text in (await listener.batch())["events"]]
    assert [(event["type"], event.get("ip")) for event in said] == [
        ("queue_updated", "dev"),
        ("completed_request", None),
        ("queue_updated", "ci-42"),
    ]
    assert said[-1]["data"]["length"] == 100


async def test_a_flood_travels_as_a_count_and_its_data_is_never_made(listener):
    made = []
    for _ in range(1000):
        events.publish("new_request", lambda: made.append(1) or {})
    batch = await listener.batch()
    assert (batch["count"], batch["events"], made) == (1000, [], [])


async def test_fifty_events_still_travel_as_events(listener):
    for n in range(50):
        events.publish("new_request", {"id": n})
    assert len(await listener.kinds()) == 50


async def test_a_batch_over_512_kb_travels_as_a_count(listener):
    for _ in range(9):
        events.publish("new_request", {"body": "x" * 60_000})
    batch = await listener.batch()
    assert (batch["count"], batch["events"]) == (9, [])


async def test_data_that_cannot_be_made_becomes_a_resync_and_the_next_event_arrives(listener, caplog):
    events.publish("broken", lambda: {"x": 1 / 0})
    assert (await listener.batch())["events"] == []
    assert "ZeroDivisionError" in caplog.text
    events.publish("whole", {})
    assert await listener.kinds() == ["whole"]


async def test_with_no_dashboard_nothing_is_made_and_nothing_is_sent():
    made = []
    assert not events.listening()
    events.publish("new_request", lambda: made.append(1) or {})
    await asyncio.sleep(events.GATHER_S * 2)
    assert made == []
    assert get_channel_layer().channels == {}


def test_publishing_without_any_loop_harms_nobody():
    events.publish("new_request", {})


def test_json_is_embedded_as_it_is_spelled():
    text = '{"b": 1.10, "a": 12345678901234567890123}'
    assert orjson.dumps({"body": events.embed(text, href="/x")}).decode() == '{"body":' + text + "}"


@pytest.mark.parametrize("text", ["plain text", '{"cut', "[NaN]", "{'single': 1}", "\ud800"])
def test_what_is_no_json_is_embedded_as_a_string(text):
    told = json.loads(orjson.dumps({"body": events.embed(text, href="/x")}))
    assert told["body"] == text.encode("utf-8", "replace").decode()


def test_no_body_is_null():
    assert events.embed("", href="/x") is None


def test_a_body_over_64_kb_is_a_link():
    at_the_limit = json.dumps("é" * 10, ensure_ascii=False) + " " * (65536 - 22)
    assert isinstance(events.embed(at_the_limit, href="/x"), orjson.Fragment)
    assert events.embed(at_the_limit + " ", href="/x") == {"href": "/x", "size_bytes": 65537}
