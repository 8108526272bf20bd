"""The WebSocket of a dashboard."""

import asyncio
import json

import pytest
from channels.testing import WebsocketCommunicator

from apps.live import events
from apps.live.consumer import FRAME_MAX_BYTES, DashboardConsumer
from tests.conftest import PATIENCE_S


async def test_an_event_reaches_every_dashboard_with_a_number_of_its_own(dashboard):
    async with dashboard() as one, dashboard() as two:
        await two.until("presence")
        events.publish("queue_updated", {"ip": "ci-42"}, ip="ci-42")
        for socket in (one, two):
            event = await socket.until("queue_updated")
            assert event["data"] == {"ip": "ci-42"}
            assert event["ip"] == "ci-42"
            assert event["seq"] > 1


async def test_nothing_happens_unheard_once_a_page_is_connected(dashboard):
    class Quick(DashboardConsumer):
        async def accept(self, *args, **options) -> None:
            await super().accept(*args, **options)
            events.publish("at_once", {})

    async with dashboard(Quick) as socket:
        await socket.until("at_once")


async def test_a_page_that_left_before_it_was_connected_does_not_count():
    class Gone(DashboardConsumer):
        async def accept(self, *args, **options) -> None:
            raise ConnectionError

    socket = WebsocketCommunicator(Gone.as_asgi(), "/ws")
    await socket.send_input({"type": "websocket.connect"})
    with pytest.raises(ConnectionError):
        await socket.wait(PATIENCE_S)
    assert not events.listening()


async def test_numbers_begin_at_one_and_have_no_gap(dashboard):
    async with dashboard() as socket:
        for n in range(5):
            events.publish("note", {"n": n})
        seqs = [
            (await socket.receive_json_from(PATIENCE_S))["seq"] for _ in range(6)
        ]  # presence, and the five
        assert seqs == [1, 2, 3, 4, 5, 6]


async def test_presence_counts_the_open_dashboards(dashboard):
    async with dashboard() as one:
        assert (await one.until("presence"))["data"] == {"people": 1, "names": []}
        async with dashboard() as two:
            assert (await one.until("presence"))["data"] == {"people": 2, "names": []}
            assert (await two.until("presence"))["data"] == {"people": 2, "names": []}
        assert (await one.until("presence"))["data"] == {"people": 1, "names": []}
    assert not events.listening()


async def test_presence_names_each_person_once(dashboard):
    async with dashboard(person="bob") as one:
        assert (await one.until("presence"))["data"] == {"people": 1, "names": ["bob"]}
        async with dashboard(person="%C3%89va%00") as two:
            assert (await one.until("presence"))["data"] == {"people": 2, "names": ["bob", "Éva"]}
            async with dashboard(person="bob") as tab:
                assert (await tab.until("presence"))["data"] == {"people": 2, "names": ["bob", "Éva"]}
                async with dashboard():
                    assert (await two.until("presence"))["data"]["people"] == 2
                    assert (await two.until("presence"))["data"] == {"people": 3, "names": ["bob", "Éva"]}
        assert (await one.until("presence"))["data"]["people"] in (2, 3)
    assert not events.listening()


async def test_a_page_of_another_origin_is_refused():
    headers = [(b"host", b"testserver:8000"), (b"origin", b"http://evil.example")]
    socket = WebsocketCommunicator(DashboardConsumer.as_asgi(), "/ws", headers=headers)
    connected, _ = await socket.connect(PATIENCE_S)
    assert not connected  # closed before it was accepted: servers answer 403
    await socket.disconnect(timeout=PATIENCE_S)
    assert not events.listening()


async def test_a_page_of_this_server_is_welcome(dashboard):
    async with dashboard(
        headers=[(b"host", b"testserver:8000"), (b"origin", b"http://testserver:8000")]
    ) as socket:
        await socket.until("presence")


async def test_ping_is_answered_with_pong(dashboard):
    async with dashboard() as socket:
        await socket.send_to(text_data='{"type": "ping"}')
        assert (await socket.until("pong"))["data"] == {}


@pytest.mark.parametrize(
    "frame",
    [
        '{"type": "no_such_thing"}',
        '{"kind": "ping"}',
        '{"type": 7}',
        '["ping"]',
        "ping",
        "",
        '{"type": NaN}',
        "[" * 100_000,
        b"\x00\xff",
        "x" * (FRAME_MAX_BYTES + 1),
    ],
    ids=lambda frame: f"{frame[:24]!r}",
)
async def test_a_frame_that_means_nothing_is_an_error_and_the_dashboard_stays_open(dashboard, frame):
    async with dashboard() as socket:
        key = "bytes" if isinstance(frame, bytes) else "text"
        await socket.send_input({"type": "websocket.receive", key: frame})
        assert (await socket.until("error"))["data"]["detail"]
        await socket.send_to(text_data='{"type": "ping"}')
        await socket.until("pong")


class Desk(DashboardConsumer):
    """What a subclass adds."""

    async def on_open(self) -> None:
        self.tell("new_request", {"id": "waiting already"})

    async def receive_event(self, kind, content, raw) -> None:
        if kind != "send_response":
            return await super().receive_event(kind, content, raw)
        return self.tell("answer_result", {"raw": raw.decode(), "id": content["id"]})


async def test_what_waits_already_is_told_first(dashboard):
    async with dashboard(Desk) as socket:
        first = await socket.receive_json_from(PATIENCE_S)
        assert (first["seq"], first["type"]) == (1, "new_request")


async def test_a_subclass_takes_frames_with_their_text_as_it_came(dashboard):
    async with dashboard(Desk) as socket:
        text = '{"type":"send_response", "id":"x", "response":{"temperature":1.10}}'
        await socket.send_to(text_data=text)
        assert (await socket.until("answer_result"))["data"] == {"raw": text, "id": "x"}
        await socket.send_to(text_data='{"type":"unheard_of"}')
        assert "unheard_of" in (await socket.until("error"))["data"]["detail"]


async def test_a_flood_is_a_resync_at_each_end_and_then_events_flow_again(dashboard):
    async with dashboard() as socket:
        await socket.until("presence")
        for n in range(500):
            events.publish("new_request", {"id": n})
        got = [await socket.receive_json_from(PATIENCE_S) for _ in range(2)]
        assert [event["type"] for event in got] == ["resync", "resync"]
        events.publish("new_request", {"id": "after"})
        assert (await socket.until("new_request"))["data"]["id"] == "after"


async def test_a_batch_that_was_lost_on_the_way_makes_a_resync(dashboard):
    async with dashboard() as socket:
        events.publish("one", {})
        await socket.until("one")
        events._Process.published += 3  # three events that the layer dropped
        events.publish("two", {})
        await socket.until("resync")


async def test_a_dashboard_that_does_not_read_delays_no_other(dashboard):
    stuck = asyncio.Event()

    class Stuck(DashboardConsumer):
        async def _send_text(self, text: str) -> None:
            await stuck.wait()

    async with dashboard(Stuck), dashboard() as healthy:
        for n in range(300):  # far more batches than the layer holds for one channel
            events.publish("note", {"n": n})
            if n % 10 == 0:
                await asyncio.sleep(0.001)
        await healthy.until("resync")
        await healthy.send_to(text_data='{"type": "ping"}')
        await healthy.until("pong")


async def test_event_text_is_sent_as_its_author_spelled_it(dashboard):
    async with dashboard() as socket:
        await socket.until("presence")
        events.publish("new_request", lambda: {"body": events.embed('{"t": 1.10}', href="/x")})
        text = await socket.receive_from(PATIENCE_S)
        assert '"body":{"t": 1.10}' in text
        json.loads(text)
