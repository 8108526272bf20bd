"""Which rules of faults strike which calls: by seed and the number of the caller's call, so repeatably."""

import time
from collections.abc import Sequence
from typing import NamedTuple

from apps.faults.indexes import FaultIndex, Ruled
from apps.faults.models import Draw
from apps.journal.rows import run_each, select_rows
from apps.wire.call import Call
from apps.wire.endpoint import Endpoint
from apps.wire.faults.strike import fits, strikes
from apps.wire.reply import Fault

_TABLE = Draw._meta.db_table
_PUT = (
    f"INSERT INTO {_TABLE} (rule_id, caller, count, at) "  # noqa: S608
    "VALUES ({place}, {place}, {place}, {place}) "
    "ON CONFLICT (rule_id, caller) DO UPDATE SET count = excluded.count, at = excluded.at"
)


class Drawn(NamedTuple):
    """The fault of a rule that strikes."""

    rule_id: int
    fault: Fault


class Drawing:
    """The draws for the calls of one group; what was counted is written at the end, all at once."""

    def __init__(self, rules: FaultIndex, calls: Sequence[tuple[Call, Endpoint]]) -> None:
        self._rules = {
            call.id: [rule for rule in rules.of(call.caller, endpoint) if fits(rule.row, call, endpoint)]
            for call, endpoint in calls
        }
        by_chance = [
            (rule.id, call.caller)
            for call, _ in calls
            for rule in self._rules[call.id]
            if rule.fault.probability_pct < 100
        ]
        self._counts = _read(by_chance)
        self._changed: set[tuple[int, str]] = set()

    def fault(self, call: Call) -> Drawn | None:
        """The first that strikes; every rule that could is asked, and counts the call."""
        found: Drawn | None = None
        for rule in self._rules[call.id]:
            if self._strikes(rule, call.caller):
                found = found or Drawn(rule.id, rule.fault._replace(probability_pct=100.0))
        return found

    def write(self) -> None:
        now = time.time()
        run_each(_PUT, [(*key, self._counts[key], now) for key in sorted(self._changed)])

    def _strikes(self, rule: Ruled, caller: str) -> bool:
        if rule.fault.probability_pct >= 100:
            return True
        key = (rule.id, caller)
        number = self._counts.get(key, 0)
        self._counts[key] = number + 1
        self._changed.add(key)
        return strikes(rule.fault, seed=f"{rule.seed}/{caller}", number=number)


def _read(asked: Sequence[tuple[int, str]]) -> dict[tuple[int, str], int]:
    if not asked:
        return {}
    rules, callers = (sorted(set(one)) for one in zip(*asked, strict=True))
    places, names = (", ".join(["{place}"] * len(one)) for one in (rules, callers))
    sql = (
        f"SELECT rule_id, caller, count FROM {_TABLE} "  # noqa: S608
        f"WHERE rule_id IN ({places}) AND caller IN ({names})"
    )
    return {(rule, caller): count for rule, caller, count in select_rows(sql, [*rules, *callers])}
