"""Finds the rules for one call among thousands.

They are read once whenever the rules change, so that those of other calls cost nothing.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from re import Pattern
from typing import NamedTuple

import orjson

from apps.faults.lines import FaultLine, LatencyLine, LimitLine
from apps.faults.models import Limit
from apps.wire.call import Call
from apps.wire.endpoint import Endpoint
from apps.wire.faults.read import fault_of
from apps.wire.faults.row import FaultRow
from apps.wire.faults.table import BY_NAME
from apps.wire.jsongate import strip_nul
from apps.wire.match.glob import WILD, pattern_of
from apps.wire.pace import read_pace
from apps.wire.reply import Fault, Pace

EVERY = "*"
HOLDER_MAX = 200


class Ruled(NamedTuple):
    """A rule of faults, read."""

    id: int
    seed: int
    fault: Fault
    row: FaultRow


class FaultIndex:
    """Rules of faults by caller and endpoint."""

    def __init__(self, lines: Iterable[FaultLine]) -> None:
        self._by: dict[tuple[str, str], list[Ruled]] = {}
        for line in lines:
            fault = fault_of(line.fault)
            if fault is not None and fault.name in BY_NAME:  # else an older version wrote it
                rule = Ruled(line.id, line.seed, fault, BY_NAME[fault.name])
                self._by.setdefault((line.caller, line.endpoint), []).append(rule)

    def of(self, caller: str, endpoint: Endpoint) -> Sequence[Ruled]:
        """Those for such a call, in the order in which they were made."""
        names = (EVERY, endpoint.name, "text") if endpoint.family == "text" else (EVERY, endpoint.name)
        asked = [self._by.get((who, what), ()) for who in (EVERY, caller) for what in names]
        found = [rules for rules in asked if rules]
        if len(found) > 1:
            return sorted(chain(*found), key=lambda rule: rule.id)
        return found[0] if found else ()


class LatencyIndex:
    """Rules of latency by caller, then by model."""

    def __init__(self, lines: Iterable[LatencyLine]) -> None:
        self._by: dict[str, _Models] = {}
        for line in lines:
            self._by.setdefault(line.caller, _Models()).add(line)

    def pace(self, call: Call) -> Pace | None:
        """That of the narrowest rule.

        A named caller goes before everybody, then what says most of the model, then the oldest.
        """
        for caller in (call.caller, EVERY):
            models = self._by.get(caller)
            pace = models.pace(call.model) if models is not None else None
            if pace is not None:
                return pace
        return None


class _Pattern(NamedTuple):
    rank: tuple[float, int]  # the lowest wins
    matcher: Pattern[str]
    pace: Pace


class _Models:
    """The rules of one caller: names of models, and patterns by the letters with which they begin."""

    def __init__(self) -> None:
        self._named: dict[str, Pace] = {}
        self._patterns: dict[str, list[_Pattern]] = {}
        self._lengths: set[int] = set()  # of those beginnings

    def add(self, line: LatencyLine) -> None:
        # What an older version wrote and this one refuses is no pace.
        pace, model = read_pace(orjson.loads(line.spread))[0], line.model
        wild = next((at for at, letter in enumerate(model) if letter in WILD), None)
        if wild is None:
            self._named.setdefault(model, pace)
            return
        literal = len(model) - model.count("*") - model.count("?")
        pattern = _Pattern((-literal, line.id), pattern_of(model), pace)
        self._patterns.setdefault(model[:wild], []).append(pattern)
        self._lengths.add(wild)

    def pace(self, model: str) -> Pace | None:
        if model in self._named:
            return self._named[model]
        beginnings = {model[:length] for length in self._lengths}
        patterns = chain.from_iterable(self._patterns.get(one, ()) for one in beginnings)
        found = [one for one in patterns if one.matcher.match(model)]
        return min(found, key=lambda one: one.rank).pace if found else None


class LimitIndex:
    """Rate limits by what they count by, and of whom."""

    def __init__(self, lines: Iterable[LimitLine]) -> None:
        self._by: dict[tuple[str, str], list[LimitLine]] = {}
        for line in lines:
            self._by.setdefault((line.per, line.name), []).append(line)

    def of(self, call: Call, key: str) -> list[tuple[LimitLine, str]]:
        """Those for a call with this key, the oldest first, each with who holds the bucket."""
        holders = {Limit.Per.CALLER: call.caller, Limit.Per.KEY: key, Limit.Per.MODEL: call.model}
        found = [(line, "") for line in self._by.get((Limit.Per.EVERYONE, EVERY), ())]
        for per, holder in holders.items():
            if holder:
                held_by = strip_nul(holder[:HOLDER_MAX])
                names = {EVERY, held_by}
                found += [(line, held_by) for name in names for line in self._by.get((per, name), ())]
        return sorted(found, key=lambda one: one[0].id)
