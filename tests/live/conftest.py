"""Dashboards without a browser."""

import asyncio
from contextlib import asynccontextmanager
from typing import Any

import pytest
from channels.layers import get_channel_layer
from channels.testing import WebsocketCommunicator

from apps.live.consumer import DashboardConsumer
from tests.conftest import PATIENCE_S


class Dashboard(WebsocketCommunicator):
    """One open socket."""

    async def until(self, kind: str) -> dict[str, Any]:
        """The next event of that type; what comes before it is skipped."""
        async with asyncio.timeout(PATIENCE_S):
            while (event := await self.receive_json_from(timeout=PATIENCE_S))["type"] != kind:
                pass
        return event


@asynccontextmanager
async def open_dashboard(consumer=DashboardConsumer, headers=((b"host", b"testserver:8000"),), person=""):
    socket = Dashboard(consumer.as_asgi(), f"/ws?person={person}", headers=list(headers))
    connected, _ = await socket.connect(timeout=PATIENCE_S)
    assert connected
    try:
        yield socket
    finally:
        await socket.disconnect(timeout=PATIENCE_S)


@pytest.fixture
async def dashboard(db):
    """Opens a dashboard: `async with dashboard() as socket`.

    The database is for Channels: it looks at the connections of its thread, where another test may have left one.
    """
    yield open_dashboard
    await get_channel_layer().flush()
