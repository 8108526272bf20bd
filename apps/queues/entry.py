"""An entry as its author writes it: read strictly, written back the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import orjson

from apps.queues.models import OnUndelivered, Preset
from apps.wire.complete import foresee
from apps.wire.doubts import doubts
from apps.wire.draft import DraftError, read_draft
from apps.wire.faults.read import fault_of, fault_text, written_fault
from apps.wire.first_words import first_words
from apps.wire.jsongate import kind, strip_nul
from apps.wire.match import MatchError, read_match
from apps.wire.pace import written as written_pace
from apps.wire.reply import Draft, Pace
from apps.wire.table import BY_NAME

DRAFT_FIELDS = (
    "response",
    "status_code",
    "headers",
    "delay_ms",
    "pace",
    "verbatim",
    "x_should_retry",
    "fault",
)
OWN_FIELDS = ("endpoint", "match", "uses", "on_undelivered", "label")
FIELDS = DRAFT_FIELDS + OWN_FIELDS

ANY_ENDPOINT = ("text", "*")
LABEL_MAX = 200
USES_MAX = 1_000_000_000  # fits the column with room to spare
NAME_MAX = 60  # characters of an endpoint's name

# The columns that keep a field, where they are not just called like it.
COLUMNS = {
    "response": ("body", "words", "whole_for", "prompt_tokens", "completion_tokens", "kind"),
    "pace": ("first_token_ms", "token_ms", "spread"),
}

# Every column that `columns` fills, in its order.
COLUMN_NAMES = tuple(column for field in FIELDS for column in COLUMNS.get(field, (field,)))


class EntryError(ValueError):
    """An entry that cannot be used; `errors` has every problem: [{"field", "error"}, …]."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{error['field']} {error['error']}".strip() for error in errors))
        self.errors = errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One preset before it has a place in a queue: a draft plus when it applies."""

    draft: Draft
    endpoint: str = "text"
    match: str = ""  # as `wire.match.read_match` gave it
    uses: int | None = 1
    on_undelivered: str = OnUndelivered.DROP.value
    label: str = ""


def read_entry(fields: dict[str, Any], *, raw: bytes | None = None) -> Entry:
    """The entry in an author's fields; raises EntryError.

    `raw` is the original text of `fields["response"]`: with it the body is kept byte for byte.
    """
    errors = field_errors(fields)
    try:
        draft = foresee(read_draft(fields, raw=raw))
    except DraftError as error:
        raise EntryError(errors + error.errors) from None
    if errors:
        raise EntryError(errors)
    return Entry(
        draft=draft,
        endpoint=fields.get("endpoint") or "text",
        match=read_match(fields.get("match")),
        uses=fields.get("uses", 1),
        on_undelivered=fields.get("on_undelivered") or OnUndelivered.DROP.value,
        label=strip_nul(fields.get("label") or ""),
    )


def field_errors(fields: dict[str, Any]) -> list[dict[str, str]]:
    """What is wrong with the fields that are not the draft's; null is as good as not given."""
    found = [
        *((name, f"is not a field of a preset; known: {', '.join(FIELDS)}") for name in _unknown(fields)),
        ("endpoint", _endpoint_problem(fields.get("endpoint"))),
        ("uses", _uses_problem(fields.get("uses"))),
        ("on_undelivered", _on_undelivered_problem(fields.get("on_undelivered"))),
        ("label", _label_problem(fields.get("label"))),
    ]
    told = [{"field": name, "error": problem} for name, problem in found if problem]
    return [*told, *_match_problems(fields.get("match"))]


def is_full(element: dict[str, Any]) -> bool:
    """Whether an element of a batch is a full entry; any other object is a body."""
    beside = any(name in element for name in FIELDS[1:])
    if isinstance(element.get("fault"), (str, dict)) and "response" not in element:
        return element.keys() <= set(FIELDS)
    return isinstance(element.get("response"), dict) and beside and "choices" not in element


def entry_doubts(entry: Entry) -> list[dict[str, str]]:
    """What is doubtful in an entry that can be used: [{"field", "error"}, …]."""
    return doubts(entry.draft, endpoint=entry.endpoint)


def columns(entry: Entry, fields: Iterable[str] = FIELDS) -> dict[str, Any]:
    """What the columns of a preset hold for these fields of the entry."""
    draft = entry.draft
    values = {
        "body": draft.body.decode(),
        "words": first_words(draft.body),
        "whole_for": draft.whole_for,
        "prompt_tokens": draft.prompt_tokens,
        "completion_tokens": draft.completion_tokens,
        "kind": draft.kind,
        "status_code": draft.status,
        "headers": orjson.dumps(draft.headers).decode(),
        "delay_ms": draft.delay_ms,
        "first_token_ms": draft.pace.first_token_ms,
        "token_ms": draft.pace.token_ms,
        "spread": draft.pace.spread,
        "verbatim": draft.verbatim,
        "x_should_retry": draft.x_should_retry,
        "fault": fault_text(draft.fault),
        "endpoint": entry.endpoint,
        "match": entry.match,
        "uses": entry.uses,
        "on_undelivered": entry.on_undelivered,
        "label": entry.label,
    }
    return {column: values[column] for field in fields for column in COLUMNS.get(field, (field,))}


def written(preset: Preset) -> dict[str, Any]:
    """A preset as its author would write it, every field named, the body spelled as it was."""
    return {
        "response": orjson.Fragment(preset.body),
        "status_code": preset.status_code,
        "headers": _named(orjson.loads(preset.headers)),
        "delay_ms": preset.delay_ms,
        "pace": written_pace(Pace(preset.first_token_ms, preset.token_ms, preset.spread)),
        "endpoint": preset.endpoint,
        "match": orjson.loads(preset.match) if preset.match else None,
        "uses": preset.uses,
        "on_undelivered": preset.on_undelivered,
        "label": preset.label,
        "verbatim": preset.verbatim,
        "x_should_retry": preset.x_should_retry,
        "fault": written_fault(fault_of(preset.fault)),
    }


def _named(headers: list[list[str]]) -> dict[str, str] | list[list[str]]:
    """An object where the names allow it; a name that comes twice needs the list of pairs."""
    found = {pair[0]: pair[1] for pair in headers}
    return found if len(found) == len(headers) else headers


def _unknown(fields: dict[str, Any]) -> list[str]:
    return [name for name in fields if name not in FIELDS]


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


def _label_problem(value: object) -> str:
    if value is None or (isinstance(value, str) and len(value) <= LABEL_MAX):
        return ""
    found = f"{len(value)} characters" if isinstance(value, str) else kind(value)
    return f"must be a string of at most {LABEL_MAX} characters, not {found}"
