"""Which latency a reply gets that names none of its own: the narrowest rule, and of these the oldest."""

from collections.abc import Sequence
from fnmatch import fnmatchcase
from functools import lru_cache

import orjson

from apps.faults.in_force import LatencyLine
from apps.wire.call import Call
from apps.wire.pace import read_pace
from apps.wire.reply import INSTANT, Draft, Pace

EVERY = "*"


def slowed(draft: Draft, call: Call, rules: Sequence[LatencyLine]) -> Draft:
    """The draft with the pace of the rule for this call, if it has no delay and no pace of its own.

    `rules` are in the order of `narrowest_first`.
    """
    if draft.delay_ms or draft.pace != INSTANT:
        return draft
    model = call.model
    for rule in rules:
        if rule.caller in (EVERY, call.caller) and (rule.model == EVERY or fnmatchcase(model, rule.model)):
            return draft._replace(pace=_pace(rule.spread))
    return draft


@lru_cache(maxsize=4)
def narrowest_first(rules: tuple[LatencyLine, ...]) -> tuple[LatencyLine, ...]:
    """A named caller before everybody; then the pattern of a model that says most; then the oldest."""
    return tuple(sorted(rules, key=lambda rule: (rule.caller == EVERY, -_said(rule.model), rule.id)))


def _said(pattern: str) -> float:
    """How much a pattern says: a whole name more than any pattern, a long one more than a short one."""
    literal = len(pattern) - pattern.count("*") - pattern.count("?")
    return literal if literal < len(pattern) else literal + 0.5


@lru_cache(maxsize=64)
def _pace(spread: str) -> Pace:
    """The pace that a rule names; what an older version wrote and this one refuses is no pace."""
    return read_pace(orjson.loads(spread))[0]
