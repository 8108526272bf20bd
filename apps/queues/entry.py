"""An entry as its author writes it: read strictly, written back the same."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import orjson

from apps.library.content import FIELDS as CONTENT_FIELDS
from apps.library.content import TEMPLATE, read_content
from apps.library.sequence import SEQUENCE, uses_of
from apps.library.shown import content_words, said
from apps.library.tried import content_doubts
from apps.queues.entry_fields import OWN_FIELDS, own_errors
from apps.queues.models import OnUndelivered, Preset
from apps.wire.doubts import doubts
from apps.wire.draft import FIELDS as DRAFT_FIELDS
from apps.wire.draft import DraftError
from apps.wire.faults.read import fault_of, fault_text, written_fault
from apps.wire.first_words import first_words
from apps.wire.jsongate import strip_nul
from apps.wire.match import read_match
from apps.wire.pace import written as written_pace
from apps.wire.reply import Draft, Pace

PLAIN_FIELDS = DRAFT_FIELDS + OWN_FIELDS  # each with columns of its own
FIELDS = PLAIN_FIELDS + CONTENT_FIELDS  # what is in the column of the response, too

# The columns that keep a field, where they are not just called like it.
COLUMNS = {
    "response": ("body", "words", "whole_for", "prompt_tokens", "completion_tokens", "kind"),
    "pace": ("first_token_ms", "token_ms", "spread"),
}

# Every column that `columns` fills, in its order. How often it was given is a count of its own, which a
# change of what is sent must not set back.
_KEPT_FIELDS = (*PLAIN_FIELDS, "given")
COLUMN_NAMES = tuple(column for field in _KEPT_FIELDS for column in COLUMNS.get(field, (field,)))


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

    `raw` is the original text of `fields["response"]`, or of its sequence: it is kept byte for byte.
    """
    errors = field_errors(fields)
    try:
        draft = read_content(fields, raw=raw)
    except DraftError as error:
        raise EntryError(errors + error.errors) from None
    if errors:
        raise EntryError(errors)
    return Entry(
        draft=draft,
        endpoint=fields.get("endpoint") or "text",
        match=read_match(fields.get("match")),
        uses=uses_of(fields) if draft.kind == SEQUENCE else fields.get("uses", 1),
        on_undelivered=fields.get("on_undelivered") or OnUndelivered.DROP.value,
        label=strip_nul(fields.get("label") or ""),
    )


def field_errors(fields: dict[str, Any]) -> list[dict[str, str]]:
    """What is wrong with the fields that are not the draft's; null is as good as not given."""
    unknown = [name for name in fields if name not in FIELDS]
    strange = f"is not a field of a preset; known: {', '.join(FIELDS)}"
    return [*({"field": name, "error": strange} for name in unknown), *own_errors(fields)]


def is_full(element: dict[str, Any]) -> bool:
    """Whether an element of a batch is a full entry; any other object is a body."""
    beside = any(name in element for name in FIELDS[1:])
    if isinstance(element.get("fault"), (str, dict)) and "response" not in element:
        return element.keys() <= set(FIELDS)
    if isinstance(element.get(TEMPLATE), str) or isinstance(element.get(SEQUENCE), list):
        return element.keys() <= set(FIELDS)
    return isinstance(element.get("response"), dict) and beside and "choices" not in element


def entry_doubts(entry: Entry) -> list[dict[str, str]]:
    """What is doubtful in an entry that can be used: [{"field", "error"}, …]."""
    draft, endpoint = entry.draft, entry.endpoint
    return content_doubts(draft, endpoint) if draft.kind else doubts(draft, endpoint=endpoint)


def columns(entry: Entry, fields: Iterable[str] = _KEPT_FIELDS) -> dict[str, Any]:
    """What the columns of a preset hold for these fields of the entry."""
    draft = entry.draft
    values = {
        "body": draft.body.decode(),
        "words": content_words(draft) if draft.kind else first_words(draft.body),
        "whole_for": draft.whole_for,
        "prompt_tokens": draft.prompt_tokens,
        "completion_tokens": draft.completion_tokens,
        "kind": draft.kind,
        "given": draft.given,
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
        **said(preset.kind, preset.body, preset.given),
        "status_code": preset.status_code or None,  # a template and the replies of a sequence have their own
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
