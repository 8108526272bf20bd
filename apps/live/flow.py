"""Decides what one dashboard is sent of the stream: the events, or word to fetch everything again."""

from collections import deque
from dataclasses import dataclass
from enum import Enum, auto

EVENTS_MAX_PER_S = 50
RESYNC_EVERY_S = 1.0
DEAD_AFTER_S = 20.0  # four beats of apps.live.events


class Verdict(Enum):
    FORWARD = auto()
    RESYNC = auto()
    HOLD = auto()


@dataclass(frozen=True, slots=True)
class Batch:
    """What one process published together; `count` events without texts are a flood or a loss."""

    worker: str
    first: int
    count: int
    people: list[str]  # the name at each dashboard that is open there; "" where nobody gave one
    events: list[str]


@dataclass(frozen=True, slots=True)
class Presence:
    """Who is here: `names` has each person once, `people` counts them and every dashboard without a name."""

    people: int
    names: tuple[str, ...]


@dataclass(slots=True)
class _Sender:
    """A process that publishes: the number its next batch must start with, who watches there."""

    expected: int
    people: list[str]
    heard_at: float


class Flow:
    """The state of one dashboard's stream. Times are given, in seconds of any one clock."""

    def __init__(self) -> None:
        self.bursting = False
        self._recent: deque[tuple[float, int]] = deque()
        self._rate = 0
        self._resynced_at = float("-inf")
        self._senders: dict[str, _Sender] = {}

    def admit(self, batch: Batch, now: float) -> Verdict:
        """Take note of a batch, and say what becomes of it."""
        missed = self._note(batch, now)
        flood = self._count(batch.count, now) > EVENTS_MAX_PER_S
        lost = missed or (batch.count > 0 and not batch.events)
        if not (flood or lost or self.bursting):
            return Verdict.FORWARD
        recently = now - self._resynced_at < RESYNC_EVERY_S
        # Whoever was told to fetch a moment ago is told once more when it is over.
        self.bursting = self.bursting or flood or recently
        if recently:
            return Verdict.HOLD
        self._resynced_at = now
        return Verdict.RESYNC

    def settle(self, now: float) -> bool:
        """Whether the burst is over just now: time for the resync that sets everything right."""
        if not self.bursting or self._count(0, now) > EVENTS_MAX_PER_S:
            return False
        if now - self._resynced_at < RESYNC_EVERY_S:
            return False
        self.bursting = False
        self._resynced_at = now
        return True

    def presence(self, now: float) -> Presence:
        """Who is here, over all processes that gave a sign of life."""
        alive = [sender for sender in self._senders.values() if now - sender.heard_at < DEAD_AFTER_S]
        everybody = [name for sender in alive for name in sender.people]
        names = tuple(sorted({name for name in everybody if name}))
        return Presence(len(names) + everybody.count(""), names)

    def _note(self, batch: Batch, now: float) -> bool:
        """Whether something of this process was missed before the batch; one that comes late is no loss."""
        known = self._senders.get(batch.worker)
        expected = known.expected if known else batch.first
        self._senders[batch.worker] = _Sender(max(expected, batch.first + batch.count), batch.people, now)
        return batch.first > expected

    def _count(self, count: int, now: float) -> int:
        """The events of the last second, `count` new ones among them."""
        if count:
            self._recent.append((now, count))
            self._rate += count
        while self._recent and self._recent[0][0] <= now - 1:
            self._rate -= self._recent.popleft()[1]
        return self._rate
