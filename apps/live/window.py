"""Gathers the events of a short while, so that they leave together; a flood of them is only counted."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson

EVENTS_MAX = 50  # more in one window, and dashboards are told to fetch again instead
BATCH_MAX_BYTES = 512 * 1024

# These say how things stand now: of several in one window only the last is worth sending.
STANDINGS = frozenset({"queue_updated", "all_queues_updated", "stats"})

Data = dict[str, Any] | Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True, eq=False)  # compared, and hashed, by identity: data is a dict
class Event:
    """What a dashboard is told has changed; `ip` is repeated beside `data` for older clients."""

    kind: str
    data: Data
    ip: str = ""

    def text(self) -> str:
        """The event as JSON text; this is where a lazy `data` is worked out."""
        data = self.data() if callable(self.data) else self.data
        whole: dict[str, Any] = {"type": self.kind, "data": data}
        if self.ip:
            whole["ip"] = self.ip
        return orjson.dumps(whole).decode()


@dataclass(frozen=True, slots=True)
class Gathered:
    """The events of one window; `events` is empty when there were more than EVENTS_MAX."""

    count: int
    events: tuple[Event, ...]

    def texts(self) -> list[str]:
        """The events as JSON texts; [] when they are too many or too big to be sent."""
        texts: list[str] = []
        size_bytes = 0
        for event in self.events:
            texts.append(event.text())
            size_bytes += len(texts[-1])
            if size_bytes > BATCH_MAX_BYTES:
                return []
        return texts


class Window:
    """The events published since the last `take`, from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._clear()
        self._open = False

    def _clear(self) -> None:
        self._events: dict[object, Event] = {}
        self._overflow = 0

    def add(self, event: Event) -> bool:
        """Keep the event. True: the window was shut, and the caller has to see that it is taken."""
        key: object = (event.kind, event.ip) if event.kind in STANDINGS else event
        with self._lock:
            if self._overflow:
                self._overflow += 1
            else:
                # Popped first, so that an event of standing takes its place after what led to it.
                self._events.pop(key, None)
                self._events[key] = event
                if len(self._events) > EVENTS_MAX:
                    self._overflow = len(self._events)
                    self._events = {}
            first, self._open = not self._open, True
        return first

    def take(self) -> Gathered | None:
        """What has come; None, and the window is shut, when nothing has."""
        with self._lock:
            if not self._events and not self._overflow:
                self._open = False
                return None
            taken = Gathered(self._overflow or len(self._events), tuple(self._events.values()))
            self._clear()
            return taken

    def shut(self) -> None:
        """Forget everything: whoever was to take it is gone."""
        with self._lock:
            self._clear()
            self._open = False
