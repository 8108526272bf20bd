"""The conditions of a filter: what each name means, and how its values are written."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from django.db.models import Q
from django.utils.dateparse import parse_datetime

from apps.journal.models import Source, State
from apps.journal.tools import Tools
from apps.wire.faults.table import FAULTS

Condition = Q | Tools

UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
COMPARISONS = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}
UNIX_MAX_S = 4_102_444_800  # the year 2100; more is somebody's milliseconds

_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)")  # bounded: a float can overflow

# A function reads one value; it raises ValueError with what is wanted: "a status such as 429".


def _exactly(column: str) -> Callable[[str], Q]:
    return lambda value: Q(**{column: value})


def _one_of(column: str, known: Sequence[str]) -> Callable[[str], Q]:
    def read(value: str) -> Q:
        if value not in known:
            raise ValueError(f"one of {', '.join(filter(None, known))}")
        return Q(**{column: value})

    return read


def _has(value: str) -> Q:
    if value != "fault":
        raise ValueError("fault")
    return ~Q(fault="")


def _status(value: str) -> Q:
    if re.fullmatch(r"[1-5]xx", value):
        low = int(value[0]) * 100
        return Q(status_code__gte=low, status_code__lt=low + 100)
    comparison, number = _compared(value)
    if not re.fullmatch(r"[0-9]{3}", number):
        raise ValueError("a status such as 429, 4xx or >=400")
    return Q(**{f"status_code__{comparison}": int(number)})


def _latency(value: str) -> Q:
    comparison, duration = _compared(value)
    found = _DURATION.fullmatch(duration)
    if comparison == "exact" or found is None:
        raise ValueError("a comparison with a duration, such as >2s or <=500ms")
    return Q(**{f"duration_ms__{comparison}": float(found[1]) * UNITS_MS[found[2]]})


def _compared(value: str) -> tuple[str, str]:
    """`>=400` → ("gte", "400"); without a sign it is "exact"."""
    for sign, comparison in COMPARISONS.items():
        if value.startswith(sign):
            return comparison, value.removeprefix(sign)
    return "exact", value


def _stream(value: str) -> Q:
    known = {"true": True, "1": True, "false": False, "0": False}
    if value.lower() not in known:
        raise ValueError("true or false")
    return Q(stream=known[value.lower()])


def _moment(value: str) -> datetime:
    """Unix seconds, ISO 8601 (UTC when it names no zone), or so long ago: 15m, 2h, 3d."""
    wanted = "a time: unix seconds, 2026-01-31T12:00:00Z, or so long ago as 15m, 2h, 3d"
    try:
        if ago := _DURATION.fullmatch(value):
            return datetime.now(UTC) - timedelta(milliseconds=float(ago[1]) * UNITS_MS[ago[2]])
        if re.fullmatch(r"\d+(\.\d+)?", value) and float(value) <= UNIX_MAX_S:
            return datetime.fromtimestamp(float(value), UTC)
        found = parse_datetime(value) or parse_datetime(f"{value}T00:00:00")
        if found is not None:
            # Here and not in the database's adapter: the year 1 east of UTC is before every year.
            return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(wanted)


def _text(value: str) -> Q:
    """In the summary or a body, there also in the spellings that JSON gives to quotes and accents."""
    found = Q(summary__icontains=value)
    for spelling in {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}:
        found |= Q(body__request_body__icontains=spelling) | Q(body__reply_body__icontains=spelling)
    return found


FIELDS: dict[str, Callable[[str], Condition]] = {
    "caller": _exactly("caller"),
    "endpoint": _exactly("endpoint"),
    "model": _exactly("model"),
    "status": _status,
    "state": _one_of("state", State.values),
    "fault": _one_of("fault", ("", *(row.name for row in FAULTS))),
    "has": _has,
    "source": _one_of("source", Source.values),
    "stream": _stream,
    "tool": lambda value: Tools(frozenset([value])),
    "latency": _latency,
    "since": lambda value: Q(created_at__gte=_moment(value)),
    "until": lambda value: Q(created_at__lt=_moment(value)),
    "text": _text,
}
# Of these each holds on its own; of the others, a second value is another choice.
RANGES = frozenset({"latency", "since", "until", "text"})
# These look into bodies.
DEEP = frozenset({"tool", "text"})
