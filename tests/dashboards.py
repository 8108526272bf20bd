"""Open dashboards of real servers, and what they hear."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.conftest import PATIENCE_S, Server


@contextmanager
def dashboard(server: Server, person: str = "") -> Iterator[ClientConnection]:
    with connect(f"{server.ws_url}?person={person}", origin=server.url, max_queue=None) as opened:
        yield opened


def until(
    opened: ClientConnection, *kinds: str, timeout_s: float = PATIENCE_S, **wanted: Any
) -> dict[str, Any]:
    """The next event of one of these types with these values."""
    end = time.monotonic() + timeout_s
    while True:
        event = json.loads(opened.recv(timeout=max(0.01, end - time.monotonic())))
        if event["type"] in kinds and all(event["data"].get(key) == value for key, value in wanted.items()):
            return event
