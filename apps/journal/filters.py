"""Selects exchanges: one set of conditions, written as URL parameters or as one line of text."""

import json
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce

from django.db.models import Q, QuerySet
from django.utils.dateparse import parse_datetime

from apps.journal.models import Exchange, Source, State

UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000}
COMPARISONS = {">=": "gte", "<=": "lte", ">": "gt", "<": "lt"}
UNIX_MAX_S = 4_102_444_800  # the year 2100; more is somebody's milliseconds
TERMS_MAX = 50  # SQLite takes expressions 1000 deep, and a text alone is seven
VALUE_MAX = 1000  # characters; SQLite takes patterns of 50,000 bytes, and JSON may spell a character in 12

_TOKEN = re.compile(r'(?:(?P<name>\w+):)?(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s"]+))(?=\s|$)')
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)")  # bounded: a float can overflow


Term = tuple[str, str]  # a filter's name, and a value of it


class FilterError(ValueError):
    """A condition that cannot be understood; the message names it and says what is wanted."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that all have to hold; false when there are none."""

    conditions: tuple[Q, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.conditions)

    def apply(self, rows: QuerySet[Exchange]) -> QuerySet[Exchange]:
        return rows.filter(*self.conditions)


def read_params(params: Mapping[str, Sequence[str]]) -> Filter:
    """The filter of URL parameters: every name of FIELDS, and `q` in the grammar of `read_query`.

    Raises FilterError, which names the parameter.
    """
    groups = [[(name, value) for name, values in params.items() for value in values if name != "q"]]
    groups += [_terms(text) for text in params.get("q", ())[: TERMS_MAX + 1]]
    if max(sum(map(len, groups)), len(groups) - 1) > TERMS_MAX:
        raise _too_many()
    return Filter(tuple(condition for terms in groups for condition in _conditions(terms)))


def read_query(text: str) -> Filter:
    """The filter of one line: `caller:ci-42 status:4xx latency:>2s model:"my model" "refund" order`.

    Words without a name have to occur in the texts. Raises FilterError.
    """
    return Filter(tuple(_conditions(_terms(text))))


def _terms(text: str) -> list[Term]:
    """The names and values of one line."""
    terms, rest = list[Term](), text.strip()
    while rest:
        if len(terms) == TERMS_MAX:
            raise _too_many()
        token = _TOKEN.match(rest)
        if token is None:
            raise FilterError(f"q: cannot read {rest[:40]!r}: a quotation mark is missing or misplaced.")
        quoted = token["quoted"]
        value = token["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        terms.append((token["name"] or "text", value))
        rest = rest[token.end() :].lstrip()
    return terms


def _too_many() -> FilterError:
    return FilterError(f"At most {TERMS_MAX} conditions at once: ask for less, several times.")


def _conditions(terms: Iterable[Term]) -> Iterable[Q]:
    """One condition a name (`caller:a caller:b` is either), but texts and ranges each on their own."""
    either: dict[str, list[Q]] = {}
    for name, value in terms:
        field = FIELDS.get(name)
        if field is None:
            known = f"Known: {', '.join(FIELDS)}. Quote a text with a colon."
            raise FilterError(f"{name[:40]}: there is no such filter. {known}")
        if len(value) > VALUE_MAX:
            raise FilterError(f"{name}: a value has at most {VALUE_MAX:,} characters, not {len(value):,}.")
        if "\0" in value:
            raise FilterError(f"{name}: U+0000 is in no text of the journal.")
        try:
            condition = field(value)
        except ValueError as error:
            raise FilterError(f"{name}: {value!r} is not {error}.") from None
        if name in RANGES:
            yield condition
        else:
            either.setdefault(name, []).append(condition)
    yield from (reduce(operator.or_, found) for found in either.values())


def _exactly(column: str) -> Callable[[str], Q]:
    return lambda value: Q(**{column: value})


def _one_of(column: str, known: Sequence[str]) -> Callable[[str], Q]:
    def read(value: str) -> Q:
        if value not in known:
            raise ValueError(f"one of {', '.join(filter(None, known))}")
        return Q(**{column: value})

    return read


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
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise ValueError(wanted)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _text(value: str) -> Q:
    """In the summary or a body, there also in the spellings that JSON gives to quotes and accents."""
    found = Q(summary__icontains=value)
    for spelling in {value, json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}:
        found |= Q(body__request_body__icontains=spelling) | Q(body__reply_body__icontains=spelling)
    return found


def _tool(value: str) -> Q:
    """A tool of that name was offered or called: its name stands in quotes in a body."""
    name = json.dumps(value)
    return Q(body__request_body__contains=name) | Q(body__reply_body__contains=name)


FIELDS: dict[str, Callable[[str], Q]] = {
    "caller": _exactly("caller"),
    "endpoint": _exactly("endpoint"),
    "model": _exactly("model"),
    "status": _status,
    "state": _one_of("state", State.values),
    "source": _one_of("source", Source.values),
    "stream": _stream,
    "tool": _tool,
    "latency": _latency,
    "since": lambda value: Q(created_at__gte=_moment(value)),
    "until": lambda value: Q(created_at__lt=_moment(value)),
    "text": _text,
}
RANGES = frozenset({"latency", "since", "until", "text"})
