"""Queues an answer for the next calls, too: "send, and the same for the next three"."""

from typing import Any

from django.conf import settings

from apps.journal.models import Exchange
from apps.queues import storage
from apps.queues.entry import Entry
from apps.queues.entry_fields import USES_MAX
from apps.wire.complete import foresee
from apps.wire.draft import DraftError
from apps.wire.jsongate import kind
from apps.wire.reply import Draft
from apps.wire.table import BY_NAME


def read_repeat(fields: dict[str, Any]) -> int:
    """For how many more calls an answer is meant: its field `repeat`; raises DraftError."""
    value = fields.get("repeat")
    if value is None:
        return 0
    if not isinstance(value, int) or isinstance(value, bool):
        raise DraftError([{"field": "repeat", "error": f"must be a whole number, not {kind(value)}"}])
    if not 0 <= value <= USES_MAX:
        raise DraftError([{"field": "repeat", "error": f"must be from 0 to {USES_MAX}, not {value}"}])
    return value


def has_room(caller: str) -> bool:
    """Whether the caller's queue takes one more preset. Under the queues' lock it stays true."""
    return storage.queue(caller).count() < settings.MOCKOPENAI_QUEUE_MAX


def queue_same(row: Exchange, draft: Draft, *, repeat: int) -> None:
    """Adds the draft of an answer to its caller's queue, for the next `repeat` calls of the kind."""
    endpoint = "text" if BY_NAME[row.endpoint].family == "text" else row.endpoint
    entry = Entry(draft=draft if draft.kind else foresee(draft), endpoint=endpoint, uses=repeat)
    storage.add_within(caller=row.caller, made=storage.made_out(row.caller, [entry]))
