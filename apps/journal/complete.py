"""Completes a line of the filter grammar: names, then values that are really in the journal."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import Max

from apps.journal.conditions import FIELDS
from apps.journal.filters import FilterError, read_query, units
from apps.journal.models import Exchange

SUGGESTIONS_MAX = 20
RECENT = 20_000  # how many of the newest exchanges give their values

_WORD = re.compile(r'(?:[^\s"]|"(?:[^"\\]|\\.)*(?:"|\\?$))+', re.S)  # a quotation may still be open
_NAMED = re.compile(r"(-?)(\w+):(.*)", re.S)
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)["\\]?', re.S)
_NAME = re.compile(r"(-?)(\w*)")
_COLUMNS = {
    "caller": "caller",
    "endpoint": "endpoint",
    "model": "model",
    "status": "status_code",
    "state": "state",
    "source": "source",
    "fault": "fault",
}
_STATE_WORDS = {  # as the lines of the journal name them
    "gone": "hung up",
    "aborted": "aborted",
    "undelivered": "not received",
    "orphaned": "server ended",
}
_WORD_MIN = 3  # letters; fewer begin too much
_FIXED = {
    "has": ("fault",),
    "status": ("4xx", "5xx"),
    "stream": ("true", "false"),
    "latency": (">500ms", ">2s", ">10s"),
    "since": ("15m", "1h", "24h", "7d"),
    "until": ("15m", "1h", "24h", "7d"),
}


class Completion(NamedTuple):
    """What may stand from `start` to `end` (positions as `filters.units` counts) instead."""

    start: int
    end: int
    suggestions: list[str]


def complete(text: str, at: int) -> Completion:
    """What may stand at the caret, at most SUGGESTIONS_MAX of it; `at` is an index into the text."""
    word = next((found for found in _WORD.finditer(text) if found.start() <= at <= found.end()), None)
    start, end = word.span() if word else (at, at)
    found = list(dict.fromkeys(_suggested(text[start:at])))[:SUGGESTIONS_MAX]
    return Completion(units(text, start), units(text, end), found)


def mistake(text: str) -> FilterError | None:
    """What is wrong with the line, or None."""
    try:
        read_query(text)
    except FilterError as error:
        return error
    return None


def index(text: str, at: int) -> int:
    """The index of the character at a position as a browser counts it; at most the end of the text."""
    return len(text.encode("utf-16-le")[: 2 * at].decode("utf-16-le", "ignore"))


def _suggested(typed: str) -> Iterable[str]:
    if named := _NAMED.fullmatch(typed):
        sign, name, value = named.groups()
        quoted = _QUOTED.fullmatch(value)
        begun = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else value
        found = _matching(_values(name), begun) + (_states_in_words(begun) if name == "state" else [])
        return (f"{sign}{name}:{_written(one)}" for one in found)
    if name := _NAME.fullmatch(typed):
        sign, begun = name.groups()
        states = [f"state:{one}" for one in _states_in_words(begun)]
        return (f"{sign}{one}" for one in [f"{field}:" for field in _matching(list(FIELDS), begun)] + states)
    return ()


def _matching(known: Sequence[str], begun: str) -> list[str]:
    """Those that begin so, then those that hold it; each in their order."""
    wanted = begun.casefold()
    holding = [one for one in known if wanted in one.casefold()]
    return sorted(holding, key=lambda one: not one.casefold().startswith(wanted))


def _states_in_words(begun: str) -> list[str]:
    """The states whose words begin so: "hung" is `gone`."""
    if len(begun) < _WORD_MIN:
        return []
    return [state for state, words in _STATE_WORDS.items() if words.startswith(begun.casefold())]


def _values(name: str) -> list[str]:
    """Values for a name, the newest first."""
    column = _COLUMNS.get(name)
    if column is None:
        return list(_FIXED.get(name, ()))
    rows = Exchange.objects.order_by("-id")
    oldest = rows.values_list("id", flat=True)[RECENT - 1 : RECENT].first()
    recent = rows.order_by() if oldest is None else rows.order_by().filter(id__gte=oldest)
    latest = recent.values_list(column, flat=True).annotate(last=Max("id")).order_by("-last")
    return [*(str(value) for value in latest if value not in (None, "")), *_FIXED.get(name, ())]


def _written(value: str) -> str:
    """A value as the grammar reads it."""
    if re.fullmatch(r'[^\s"]+', value):
        return value
    return '"' + re.sub(r'(["\\])', r"\\\1", value) + '"'
