"""A fault as its author writes it: "cut", or {"name": "cut", "after_tokens": 3, "probability_pct": 30}."""

from difflib import get_close_matches
from typing import Any

import orjson

from apps.wire.faults.row import FaultRow
from apps.wire.faults.table import BY_NAME
from apps.wire.jsongate import kind
from apps.wire.reply import Fault

PROBABILITY = "probability_pct"
NAME_MAX = 60

Problems = list[tuple[str, str]]  # (below which member of the field: "" or ".name", what is wrong)


def read_fault(value: Any) -> tuple[Fault | None, Problems]:
    """The fault, and what is wrong with it; null is none."""
    if value is None:
        return None, []
    fields = {"name": value} if isinstance(value, str) else value
    if not isinstance(fields, dict):
        return None, [("", f"must be the name of a fault, or an object with name, not {kind(value)}")]
    row = _row(fields.get("name"))
    if row is None:
        where = "" if isinstance(value, str) else ".name"
        return None, [(where, _unknown_name(fields.get("name")))]
    number = row.number
    known = [name for name in ("name", number.name if number else "", PROBABILITY) if name]
    wrong = [(f".{name}", f"is not known: use {', '.join(known)}") for name in fields if name not in known]
    amount = number.default if number else 0
    if number and fields.get(number.name) is not None:
        amount = fields[number.name]
        wrong += _whole_problems(number.name, amount, number.low, number.high)
    chance = fields.get(PROBABILITY)
    chance = 100.0 if chance is None else chance
    if not isinstance(chance, int | float) or isinstance(chance, bool):
        wrong.append((f".{PROBABILITY}", f"must be a number from 0 to 100, not {kind(chance)}"))
    elif not 0 <= chance <= 100:
        wrong.append((f".{PROBABILITY}", f"must be from 0 to 100, not {chance:g}"))
    return (None, wrong) if wrong else (Fault(row.name, amount, float(chance)), [])


def written_fault(fault: Fault | None) -> Any:
    """The fault as its author would write it: a name where that says all; null for none."""
    if fault is None:
        return None
    row = BY_NAME.get(fault.name)
    number = row.number if row else None
    said: dict[str, Any] = {"name": fault.name}
    if number and number.low <= fault.amount != number.default:  # below: kept before the fault had a number
        said[number.name] = fault.amount
    if fault.probability_pct != 100:
        chance = fault.probability_pct
        said[PROBABILITY] = int(chance) if chance == int(chance) else chance
    return fault.name if len(said) == 1 else said


def stands_alone(fault: Fault) -> bool:
    """Whether it needs no reply: it answers instead of one, or nothing of one leaves."""
    row = BY_NAME[fault.name]
    return row.alone or row.instead is not None


def is_all(fault: Fault | None) -> bool:
    """Whether a fault is all that ever leaves: it needs no reply, and it strikes each time."""
    return fault is not None and fault.probability_pct >= 100 and stands_alone(fault)


def fault_text(fault: Fault | None) -> str:
    """The fault as a column keeps it; "" for none."""
    return "" if fault is None else orjson.dumps(fault._asdict()).decode()


def fault_of(text: str) -> Fault | None:
    """What `fault_text` wrote."""
    return Fault(**orjson.loads(text)) if text else None


def _row(name: Any) -> FaultRow | None:
    return BY_NAME.get(name) if isinstance(name, str) else None


def _unknown_name(name: Any) -> str:
    if not isinstance(name, str):
        return f"must be the name of a fault, not {kind(name)}"
    near = get_close_matches(name, BY_NAME, n=3) if len(name) <= NAME_MAX else []
    hint = f"did you mean {' or '.join(near)}?" if near else f"known: {', '.join(BY_NAME)}"
    return f"is no fault that is known; {hint}"


def _whole_problems(name: str, value: Any, low: int, high: int) -> Problems:
    if not isinstance(value, int) or isinstance(value, bool):
        return [(f".{name}", f"must be a whole number from {low} to {high}, not {kind(value)}")]
    return [] if low <= value <= high else [(f".{name}", f"must be from {low} to {high}, not {value}")]
