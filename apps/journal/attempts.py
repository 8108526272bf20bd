"""Links the attempts of one logical call, by what their exchanges say; calls pay nothing for it."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from apps.journal.models import State
from apps.wire.retries import BREAKING, CUTTING, SILENT, TRUNCATING, is_retried

COUNTED_WITHIN_S = (
    1200.0  # a retry by its count: an SDK may wait ten minutes for an answer, then as long again
)
AGAIN_WITHIN_S = 60.0  # the same body once more, after what is retried, beside what the reply asked to wait
HEARD_LATE_S = 1.0  # how much later than its client, at most, a server knows that it hung up
FINAL_WITHIN_S = 10.0  # the same after what must not be retried: later, it is likely a call of its own
LIKE_MAX = 50  # calls that ask the same, among which the one that an attempt belongs to is looked for

_BROKEN = frozenset({State.UNDELIVERED, State.GONE, State.ABORTED, State.ORPHANED})


class Fact(NamedTuple):
    """What of an exchange tells whose attempt it is. `ask`: the same of two calls that ask the same.

    `is_counted`: its client sends the SDKs' retry count. Times are unix seconds; `ended` is None while
    it is under way. `wait_name`, `wait_s`: what its reply asked to wait, and by which header.
    """

    id: str
    caller: str
    ask: tuple[object, ...]
    came: float
    ended: float | None
    state: str
    status: int | None
    retry_count: int = 0
    is_counted: bool = False
    stream: bool = False
    fault: str = ""
    x_should_retry: bool | None = None
    wait_name: str = ""
    wait_s: float = 0.0

    @property
    def is_broken(self) -> bool:
        """Its client did not get the whole answer."""
        is_cut = not self.stream and self.fault in CUTTING
        return self.state in _BROKEN or self.fault in BREAKING or is_cut

    @property
    def seen_late_s(self) -> float:
        """How much later than its client, at most, the server knew of its end."""
        if self.state == State.ORPHANED:  # somebody else found out, some time after its server had died
            return math.inf
        return HEARD_LATE_S if self.is_broken else 0.05

    @property
    def is_truncated(self) -> bool:
        """It was answered with a stream that ended too early on purpose."""
        return self.stream and self.fault in TRUNCATING and (self.status or 0) < 400

    @property
    def is_silently_truncated(self) -> bool:
        """Nothing but the missing end told its client so."""
        return self.is_truncated and self.fault in SILENT

    @property
    def is_failed(self) -> bool:
        return self.is_broken or self.is_truncated or self.status is None or self.status >= 400

    @property
    def is_retried(self) -> bool:
        """Whether SDKs ask again after it."""
        broken = self.is_broken or self.is_truncated
        return is_retried(None if broken else self.status, x_should_retry=self.x_should_retry)


@dataclass(slots=True, eq=False)
class Chain:
    """The attempts of one logical call, the oldest first."""

    attempts: list[Fact]

    @property
    def last(self) -> Fact:
        return self.attempts[-1]

    @property
    def is_open(self) -> bool:
        return self.last.ended is None

    @property
    def waits_s(self) -> list[float]:
        """Between the end of each attempt and the next one; 0 where that did not wait for the end."""
        pairs = zip(self.attempts, self.attempts[1:], strict=False)
        return [max(0.0, after.came - (before.ended or after.came)) for before, after in pairs]


def link(facts: Iterable[Fact]) -> list[Chain]:
    """The logical calls, in the order of their first attempts; facts may come in any order."""
    chains: list[Chain] = []
    known: dict[tuple[object, ...], list[Chain]] = {}
    for fact in sorted(facts, key=lambda one: (one.came, one.id)):
        like = known.setdefault((fact.caller, fact.ask), [])
        earlier = _earlier(fact, like)
        if earlier is None:
            like.append(Chain([fact]))
            chains.append(like[-1])
        else:
            earlier.attempts.append(fact)
            like.remove(earlier)
            like.append(earlier)  # so that the list stays in the order of the newest attempts
    return chains


def may_follow(before: Fact, after: Fact) -> bool:
    """Whether, of two that ask the same, the one can be the next attempt after the other."""
    passed_s = after.came - (before.came if before.ended is None else before.ended)
    if after.retry_count:
        return before.retry_count == after.retry_count - 1 and passed_s <= COUNTED_WITHIN_S
    if before.ended is None or not before.is_failed or after.came < before.came:
        return False
    if after.is_counted:  # an SDK's first try; of a truncated stream its program alone can know
        return before.is_truncated and passed_s <= AGAIN_WITHIN_S
    if before.is_counted:
        return False
    within_s = AGAIN_WITHIN_S + before.wait_s if before.is_retried else FINAL_WITHIN_S
    return before.seen_late_s >= -passed_s and passed_s <= within_s


def _earlier(fact: Fact, like: Sequence[Chain]) -> Chain | None:
    """The newest chain that it can go on with; one rather that has ended and waited as long as it should."""
    possible = [one for one in reversed(like[-LIKE_MAX:]) if may_follow(one.last, fact)]
    waited = [one for one in possible if one.last.ended and fact.came >= one.last.ended + one.last.wait_s]
    ended = [one for one in possible if one.last.ended and fact.came >= one.last.ended]
    return next(iter(waited or ended or possible), None)
