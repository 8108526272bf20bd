"""The fields of a rule of faults as its author writes them: read strictly, every problem told."""

from difflib import get_close_matches
from typing import Any

from apps.faults.models import FaultRule
from apps.faults.rule_fields import Errors, read_caller, refuse
from apps.wire.faults.read import PROBABILITY, fault_of, fault_text, read_fault, written_fault
from apps.wire.jsongate import kind
from apps.wire.table import BY_NAME

SEED_MAX = 2**53  # what every JSON reader keeps exactly
_KNOWN = ("fault", PROBABILITY, "caller", "endpoint", "seed", "is_on")


def read_rule(fields: dict[str, Any]) -> dict[str, Any]:
    """The columns of a FaultRule; raises RestError."""
    errors: Errors = [
        {"field": name, "error": f"is not a field here; known: {', '.join(_KNOWN)}"}
        for name in fields
        if name not in _KNOWN
    ]
    value = fields.get("fault")
    if fields.get(PROBABILITY) is not None and value is not None:
        named = {"name": value} if isinstance(value, str) else value
        value = {**named, PROBABILITY: fields[PROBABILITY]} if isinstance(named, dict) else value
    fault, wrong = read_fault(value)
    errors += [{"field": _field(fields, where), "error": told} for where, told in wrong]
    if value is None:
        errors.append({"field": "fault", "error": "is required: the name of a fault, or an object with name"})
    caller, endpoint, seed, is_on = (fields.get(name) for name in _KNOWN[2:])
    try:
        caller = "*" if caller is None else read_caller(caller)
    except ValueError as error:
        errors.append({"field": "caller", "error": str(error)})
    if endpoint not in (None, "*", "text") and not (isinstance(endpoint, str) and endpoint in BY_NAME):
        errors.append({"field": "endpoint", "error": _endpoint_problem(endpoint)})
    if seed is not None and (
        not isinstance(seed, int) or isinstance(seed, bool) or not 0 <= seed <= SEED_MAX
    ):
        errors.append({"field": "seed", "error": f"must be a whole number from 0 to {SEED_MAX}"})
    if is_on is not None and not isinstance(is_on, bool):
        errors.append({"field": "is_on", "error": f"must be true or false, not {kind(is_on)}"})
    refuse(errors)
    return {
        "fault": fault_text(fault),
        "caller": caller,
        "endpoint": endpoint or "*",
        "seed": seed or 0,
        "is_on": is_on is not False,
    }


def rule_fields(rule: FaultRule) -> dict[str, Any]:
    """A rule as its author would write it."""
    return {
        "fault": written_fault(fault_of(rule.fault)),
        "caller": rule.caller,
        "endpoint": rule.endpoint,
        "seed": rule.seed,
        "is_on": rule.is_on,
    }


def _field(fields: dict[str, Any], where: str) -> str:
    """The field that its author wrote: a probability may stand beside the fault, or in it."""
    is_beside = where == f".{PROBABILITY}" and fields.get(PROBABILITY) is not None
    return PROBABILITY if is_beside else f"fault{where}"


def _endpoint_problem(value: Any) -> str:
    near = get_close_matches(value, BY_NAME, n=3) if isinstance(value, str) and len(value) <= 60 else []
    hint = f"; did you mean {' or '.join(near)}?" if near else ", such as chat.completions"
    return f"must be * (every endpoint), text or the name of an endpoint{hint}"
