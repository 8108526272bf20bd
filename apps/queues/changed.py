"""A preset with some of its fields changed, read as strictly as a new one."""

from typing import Any

import orjson

from apps.library.content import FIELDS as CONTENT_FIELDS
from apps.library.content import TEMPLATE, content_text
from apps.library.sequence import SEQUENCE
from apps.queues.entry import FIELDS, Entry, read_entry, written
from apps.queues.models import Preset
from apps.wire.rawtext import raw_member

SENT = ("response", TEMPLATE, SEQUENCE)  # what a preset can send
_CONTENT = ("response", *CONTENT_FIELDS)


def changed_entry(preset: Preset, changes: dict[str, Any], raw: bytes) -> tuple[Entry, list[str]]:
    """The entry, and the fields of it to be written; raises EntryError. `raw` is the text of the changes."""
    fields = [name for name in changes if name in FIELDS]
    base = written(preset)
    if any(changes.get(name) is not None for name in SENT):
        text = content_text(raw, changes)
        switched = (changes.get(SEQUENCE) is not None, changes.get(TEMPLATE) is not None) != (
            preset.kind == SEQUENCE,
            preset.kind == TEMPLATE,
        )
        # What went with the other content: its status, and how often a sequence of that length answers.
        dropped = {*_CONTENT, *(("status_code", "uses") if switched else ())}
        base = {name: value for name, value in base.items() if name not in dropped}
        fields += [name for name in ("status_code", "uses") if switched and name not in fields]
    else:
        kept = orjson.loads(preset.body)
        named = SEQUENCE if preset.kind == SEQUENCE else "response"
        text = raw_member(preset.body.encode(), named) if preset.kind else preset.body.encode()
        base[named] = kept.get(named) if preset.kind else kept
    entry = read_entry({**base, **changes}, raw=text)
    return entry, list(dict.fromkeys("response" if name in CONTENT_FIELDS else name for name in fields))
