"""Open dashboards of real servers, and what they hear."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.conftest import PATIENCE_S, Server


class Dashboard:
    """An open socket; every event's number is checked as it comes."""

    def __init__(self, opened: ClientConnection) -> None:
        self._opened = opened
        self._heard: list[dict[str, Any]] = []

    def hear(self, timeout_s: float = PATIENCE_S) -> dict[str, Any]:
        try:
            event: dict[str, Any] = json.loads(self._opened.recv(timeout=max(0.01, timeout_s)))
        except TimeoutError:
            raise TimeoutError(
                f"nothing more came after {[event['type'] for event in self._heard]}"
            ) from None
        self._heard.append(event)
        assert event["seq"] == len(self._heard), "the numbers have a gap"
        return event

    def until(self, *kinds: str, timeout_s: float = PATIENCE_S, **wanted: Any) -> dict[str, Any]:
        """The next event of one of these types whose data has these values; what comes before it is skipped."""
        end = time.monotonic() + timeout_s
        while True:
            event = self.hear(end - time.monotonic())
            if _is(event, kinds, wanted):
                return event

    def ever(self, *kinds: str, **wanted: Any) -> dict[str, Any]:
        """The first such event since the dashboard was opened: for what may come before or after something else."""
        for event in self._heard:
            if _is(event, kinds, wanted):
                return event
        return self.until(*kinds, **wanted)

    def say(self, **frame: Any) -> None:
        self._opened.send(json.dumps(frame))

    def close(self) -> None:
        self._opened.close()


def _is(event: dict[str, Any], kinds: tuple[str, ...], wanted: dict[str, Any]) -> bool:
    return event["type"] in kinds and all(event["data"].get(key) == value for key, value in wanted.items())


@contextmanager
def dashboard(server: Server, person: str = "", max_queue: int | None = None) -> Iterator[Dashboard]:
    with connect(f"{server.ws_url}?person={person}", origin=server.url, max_queue=max_queue) as opened:
        yield Dashboard(opened)
