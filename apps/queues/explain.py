"""Explains a choice: which preset would answer a call, and why each other one would not. Uses nothing up."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from apps.journal.inline import not_on_the_loop
from apps.journal.rows import select_rows
from apps.queues.models import Preset
from apps.queues.pause import paused
from apps.wire.endpoint import Endpoint
from apps.wire.match import Subject, match_of

SHOWN_MAX = 100  # presets that are told of one by one

_LIVE = f"FROM {Preset._meta.db_table} WHERE (uses IS NULL OR uses > 0)"
_IN_ORDER = f"""
    SELECT id, endpoint, "match", label {_LIVE} AND caller = {{place}} ORDER BY position, id LIMIT {{place}}
"""
_ALL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Considered:
    """A preset at its place in a queue, whether it accepts the call, and in one sentence why or why not."""

    id: int
    queue: str
    place: int
    accepts: bool
    why: str
    label: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """`considered` are the first presets in reach, and always the one that answers; `count` is of all."""

    accepted_by: Considered | None
    considered: list[Considered]
    count: int
    paused: list[str]


def explain(caller: str, shared: str, subject: Subject, endpoint: Endpoint) -> Explanation:
    """What a call of that caller would be answered with; an idle look that no lock holds up."""
    stopped = paused(among=(caller, shared))
    shown: list[Considered] = []
    answers, count = None, 0
    for queue in dict.fromkeys((caller, shared)):
        for one in considered(queue, subject, endpoint) if queue not in stopped else ():
            count += 1
            if one.accepts and answers is None:
                answers = one
                shown = [*shown[: SHOWN_MAX - 1], one]
            elif len(shown) < SHOWN_MAX:
                shown.append(one)
    return Explanation(answers, shown, count, sorted(stopped))


def considered(
    queue: str, subject: Subject, endpoint: Endpoint, *, limit: int = _ALL
) -> Iterator[Considered]:
    """The first presets of a queue, in their order, each as the call sees it."""
    rows = select_rows(_IN_ORDER, (queue, limit))
    for place, (row_id, meant_for, match, label) in enumerate(islice(rows, limit), 1):
        if meant_for not in endpoint.meant:
            why = f"is for endpoint '{meant_for}'"
            yield Considered(row_id, queue, place, False, why, label)
            continue
        condition = match_of(match) if match else None
        if condition is None:
            yield Considered(row_id, queue, place, True, "accepts every such call", label)
            continue
        if condition.is_slow:
            not_on_the_loop()
        accepts = condition.accepts(subject)
        why = f"accepts it: {condition.line}" if accepts else condition.why_not(subject)
        yield Considered(row_id, queue, place, accepts, why, label)
