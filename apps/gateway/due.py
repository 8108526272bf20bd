"""Which events of a stream are due when: an absolute schedule, so that lateness never adds up."""

from collections.abc import Iterator
from itertools import islice

from apps.wire import sse
from apps.wire.reply import Pace

TOGETHER = 128  # events that are due at the same moment leave together, so many at a time
EARLY_S = 0.0005  # uvloop's clock and timers count whole milliseconds


class Due:
    """The events of a streamed reply that are still to leave.

    The first (the role) is due first_token_ms after the start, each later one token_ms after the one
    before; the last ([DONE]) leaves with its neighbour.
    """

    def __init__(self, events: Iterator[bytes], pace: Pace) -> None:
        self._events = events
        self._next = next(events, b"")
        self._step_s = pace.token_ms / 1000
        self._first_s = pace.first_token_ms / 1000
        self.at_s = self._first_s  # when the next one is due, after the start
        self._taken = 0

    @property
    def taken_s(self) -> float:
        """When the last one that was taken had been due."""
        return self._first_s + (self._taken - 1) * self._step_s if self._taken else 0.0

    @property
    def over(self) -> bool:
        """Whether all of them were taken."""
        return not self._next

    def take(self, elapsed_s: float) -> bytes:
        """What is due by then, joined, as far as it leaves together; nothing when nothing is due."""
        late_s = elapsed_s - self.at_s + EARLY_S
        if late_s < 0:
            return b""
        count = min(TOGETHER, 1 + int(late_s / self._step_s)) if self._step_s else TOGETHER
        taken = self._next if count == 1 else b"".join((self._next, *islice(self._events, count - 1)))
        self._next = next(self._events, b"")
        if self._next == sse.DONE:
            taken, self._next = taken + self._next, b""
        self._taken += count
        self.at_s = self._first_s + self._taken * self._step_s
        return taken
