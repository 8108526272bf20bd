"""Which events of a stream are due when: an absolute schedule, so that lateness never adds up."""

from collections.abc import Iterator
from itertools import islice

from apps.wire import sse
from apps.wire.latency import total_ms, waits_ms
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

    def each(self) -> Iterator[tuple[float, bytes]]:
        """Each event on its own, with when it is due; the last ([DONE]) is due with its neighbour."""
        while self._next:
            event, self._next = self._next, next(self._events, b"")
            yield self.at_s, event
            if self._next != sse.DONE:
                self._step()

    def _step(self) -> None:
        self._taken += 1
        self.at_s = self._first_s + self._taken * self._step_s


class UnevenDue(Due):
    """The same where each event has a wait of its own, in milliseconds, after the one before."""

    def __init__(self, events: Iterator[bytes], pace: Pace, waits: Iterator[float]) -> None:
        super().__init__(events, pace)
        self._waits = waits
        self._last_s = 0.0

    @property
    def taken_s(self) -> float:
        return self._last_s

    def take(self, elapsed_s: float) -> bytes:
        taken: list[bytes] = []
        while self._next and self.at_s <= elapsed_s + EARLY_S and len(taken) < TOGETHER:
            taken.append(self._next)
            self._last_s = self.at_s
            self._next = next(self._events, b"")
            if self._next == sse.DONE:
                taken.append(self._next)
                self._next = b""
            self.at_s += next(self._waits) / 1000
        return b"".join(taken)

    def _step(self) -> None:
        self.at_s += next(self._waits) / 1000


class TotalDue(Due):
    """The same where all of it takes so many milliseconds, however many events there are."""

    def __init__(self, events: Iterator[bytes], pace: Pace, total: float) -> None:
        known = list(events)
        steps = len(known) - (2 if known and known[-1] == sse.DONE else 1)
        super().__init__(iter(known), pace)
        if steps > 0:
            self._step_s = max(0.0, total / 1000 - self._first_s) / steps
        else:
            self._first_s = self.at_s = total / 1000


def due_of(events: Iterator[bytes], pace: Pace) -> Due:
    """The schedule of a reply's events; the same each time it is asked for."""
    if not pace.seed:
        return Due(events, pace)
    total = total_ms(pace)
    if total is not None:
        return TotalDue(events, pace, total)
    waits = waits_ms(pace)
    return Due(events, pace) if waits is None else UnevenDue(events, pace, waits)
