"""Which rules of faults strike which calls: by seed and the number of the caller's call, so repeatably."""

from collections.abc import Sequence

from apps.faults.in_force import FaultLine
from apps.faults.models import Draw
from apps.journal.rows import run_each, select_rows
from apps.wire.call import Call
from apps.wire.endpoint import Endpoint
from apps.wire.faults.read import fault_of
from apps.wire.faults.strike import fits, strikes
from apps.wire.faults.table import BY_NAME
from apps.wire.reply import Fault

_TABLE = Draw._meta.db_table
_PUT = (
    f"INSERT INTO {_TABLE} (rule_id, caller, count) VALUES ({{place}}, {{place}}, {{place}}) "  # noqa: S608
    "ON CONFLICT (rule_id, caller) DO UPDATE SET count = excluded.count"
)


class Drawing:
    """The draws for the calls of one group; what was counted is written at the end, all at once."""

    def __init__(self, rules: Sequence[FaultLine], callers: Sequence[str]) -> None:
        read = [(rule, fault_of(rule.fault)) for rule in rules]
        self._rules = [(rule, fault) for rule, fault in read if fault is not None and fault.name in BY_NAME]
        by_chance = [rule.id for rule, fault in self._rules if fault.probability_pct < 100]
        self._counts = _read(by_chance, sorted(set(callers))) if by_chance else {}
        self._changed: set[tuple[int, str]] = set()

    def fault(self, call: Call, endpoint: Endpoint) -> Fault | None:
        """The first that strikes; every rule that could is asked, and counts the call."""
        found: Fault | None = None
        for rule, fault in self._rules:
            if rule.caller not in ("*", call.caller) or rule.endpoint not in _names(endpoint):
                continue
            if fits(BY_NAME[fault.name], call, endpoint) and self._strikes(rule, fault, call.caller):
                found = found or fault._replace(probability_pct=100.0)
        return found

    def write(self) -> None:
        run_each(_PUT, [(*key, self._counts[key]) for key in sorted(self._changed)])

    def _strikes(self, rule: FaultLine, fault: Fault, caller: str) -> bool:
        if fault.probability_pct >= 100:
            return True
        key = (rule.id, caller)
        number = self._counts.get(key, 0)
        self._counts[key] = number + 1
        self._changed.add(key)
        return strikes(fault, seed=f"{rule.seed}/{caller}", number=number)


def _names(endpoint: Endpoint) -> tuple[str, ...]:
    return ("*", endpoint.name, "text") if endpoint.family == "text" else ("*", endpoint.name)


def _read(rules: Sequence[int], callers: Sequence[str]) -> dict[tuple[int, str], int]:
    places, names = (", ".join(["{place}"] * len(one)) for one in (rules, callers))
    sql = (
        f"SELECT rule_id, caller, count FROM {_TABLE} "  # noqa: S608
        f"WHERE rule_id IN ({places}) AND caller IN ({names})"
    )
    return {(rule, caller): count for rule, caller, count in select_rows(sql, [*rules, *callers])}
