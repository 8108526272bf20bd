"""The fields of an entry that are not its draft's: when it applies, and what becomes of it."""

from difflib import get_close_matches
from typing import Any

from apps.library.sequence import SEQUENCE
from apps.queues.models import OnUndelivered
from apps.wire.jsongate import kind
from apps.wire.match import MatchError, read_match
from apps.wire.table import BY_NAME

OWN_FIELDS = ("endpoint", "match", "uses", "on_undelivered", "label")
ANY_ENDPOINT = ("text", "*")
LABEL_MAX = 200
USES_MAX = 1_000_000_000  # fits the column with room to spare
NAME_MAX = 60  # characters of an endpoint's name


def own_errors(fields: dict[str, Any]) -> list[dict[str, str]]:
    """What is wrong with these fields; null is as good as not given: [{"field", "error"}, …]."""
    found = [
        ("endpoint", _endpoint_problem(fields.get("endpoint"))),
        ("uses", _uses_problem(fields.get("uses"))),
        ("on_undelivered", _on_undelivered_problem(fields.get("on_undelivered"))),
        ("on_undelivered", _sequence_problem(fields)),
        ("label", _label_problem(fields.get("label"))),
    ]
    told = [{"field": name, "error": problem} for name, problem in found if problem]
    return [*told, *_match_problems(fields.get("match"))]


def _endpoint_problem(value: object) -> str:
    if value is None or value in ANY_ENDPOINT or (isinstance(value, str) and value in BY_NAME):
        return ""
    near = get_close_matches(value, BY_NAME, n=3) if isinstance(value, str) and len(value) <= NAME_MAX else []
    hint = f"; did you mean {' or '.join(near)}?" if near else ", such as chat.completions or files.create"
    return f"must be text (every text endpoint), * (every endpoint) or the name of an endpoint{hint}"


def _match_problems(value: object) -> list[dict[str, str]]:
    try:
        read_match(value)
    except MatchError as error:
        return error.errors
    return []


def _uses_problem(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, int) or isinstance(value, bool):
        return f"must be a whole number of at least 1, or null for ever, not {kind(value)}"
    return "" if 1 <= value <= USES_MAX else f"must be from 1 to {USES_MAX}, or null for ever, not {value}"


def _on_undelivered_problem(value: object) -> str:
    known = value is None or (isinstance(value, str) and value in OnUndelivered.values)
    return "" if known else f"must be {' or '.join(OnUndelivered.values)}"


def _sequence_problem(fields: dict[str, Any]) -> str:
    if fields.get(SEQUENCE) is None or fields.get("on_undelivered") in (None, OnUndelivered.DROP.value):
        return ""
    return "must be drop for a sequence: it goes on with its next reply"


def _label_problem(value: object) -> str:
    if value is None or (isinstance(value, str) and len(value) <= LABEL_MAX):
        return ""
    found = f"{len(value)} characters" if isinstance(value, str) else kind(value)
    return f"must be a string of at most {LABEL_MAX} characters, not {found}"
