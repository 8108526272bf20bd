"""The fields of rules as their authors write them: read strictly, every problem told."""

from collections.abc import Callable
from typing import Any

import orjson

from apps.accounts.rest import RestError
from apps.faults.models import Limit
from apps.wire.caller_name import RULE, caller_name
from apps.wire.jsongate import kind, strip_nul
from apps.wire.match.glob import WILD
from apps.wire.pace import read_pace

NAME_MAX = 200  # characters of a model's name or pattern
PER_MINUTE_MAX = 2_000_000_000  # what the columns hold
PERS = tuple(Limit.Per.values)

Errors = list[dict[str, str]]


def read_latency(fields: dict[str, Any]) -> dict[str, Any]:
    """The columns of a LatencyRule in {"caller", "model", "pace"}; raises RestError."""
    errors = _unknown(fields, ("caller", "model", "pace"))
    columns = {
        "caller": _read(fields, "caller", read_caller, errors),
        "model": _read(fields, "model", read_name, errors),
    }
    if fields.get("pace") is None:
        errors.append({"field": "pace", "error": "is required: the name of a latency, or an object"})
    else:
        _, wrong = read_pace(fields["pace"])
        errors += [{"field": f"pace{where}", "error": told} for where, told in wrong]
    refuse(errors)
    return {**columns, "spread": orjson.dumps(fields["pace"]).decode()}


def read_limit(fields: dict[str, Any]) -> dict[str, Any]:
    """The columns of a Limit in {"per", "name", and how many a minute}; raises RestError."""
    numbers = ("requests_per_minute", "tokens_per_minute")
    errors = _unknown(fields, ("per", "name", *numbers))
    per = fields.get("per", PERS[0])
    if per not in PERS:
        errors.append({"field": "per", "error": f"has to be one of {', '.join(PERS)}"})
    name = _read(fields, "name", read_caller if per == "caller" else read_name, errors)
    if per == "everyone" and name != "*":
        errors.append({"field": "name", "error": "everyone has one bucket: leave the name out"})
    if per == "model" and name != "*" and not WILD.isdisjoint(name):
        errors.append({"field": "name", "error": "is one model, or * for each: no other wildcards here"})
    for field in numbers:
        if problem := _number_problem(fields.get(field)):
            errors.append({"field": field, "error": problem})
    if all(fields.get(field) is None for field in numbers):
        errors.append({"field": numbers[0], "error": f"is required, or {numbers[1]}"})
    refuse(errors)
    return {"per": per, "name": name, **{field: fields.get(field) for field in numbers}}


def read_caller(value: Any) -> str:
    """A caller's name in its one spelling, or *; raises ValueError."""
    if value == "*":
        return "*"
    if not isinstance(value, str):
        raise ValueError(f"has to be a string, not {kind(value)}")
    try:
        return caller_name(value)
    except ValueError:
        raise ValueError(f"is no caller: {RULE}; * is everybody") from None


def read_name(value: Any) -> str:
    """A name of anything, or a pattern of names; raises ValueError."""
    if not isinstance(value, str):
        raise ValueError(f"has to be a string, not {kind(value)}")
    name = strip_nul(value)
    if not 1 <= len(name) <= NAME_MAX:
        raise ValueError(f"has to have 1 to {NAME_MAX} characters, not {len(name)}")
    return name


def refuse(errors: Errors) -> None:
    """Raises RestError if there are any."""
    if errors:
        raise RestError(400, "; ".join(f"{error['field']} {error['error']}" for error in errors), errors)


def _read(fields: dict[str, Any], field: str, read: Callable[[Any], str], errors: Errors) -> str:
    value = fields.get(field)
    try:
        return "*" if value is None else read(value)
    except ValueError as error:
        errors.append({"field": field, "error": str(error)})
        return "*"


def _unknown(fields: dict[str, Any], known: tuple[str, ...]) -> Errors:
    return [
        {"field": name, "error": f"is not a field here; known: {', '.join(known)}"}
        for name in fields
        if name not in known
    ]


def _number_problem(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, int) or isinstance(value, bool):
        return f"must be a whole number of at least 1, or null for no limit, not {kind(value)}"
    return "" if 1 <= value <= PER_MINUTE_MAX else f"must be from 1 to {PER_MINUTE_MAX}, not {value}"
