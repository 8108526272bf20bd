"""A preset with some of its fields changed, read as strictly as a new one."""

from dataclasses import dataclass
from typing import Any

import orjson
from django.db.models import F, Value

from apps.library.content import FIELDS as CONTENT_FIELDS
from apps.library.content import RENDER, TEMPLATE, content_text
from apps.library.sequence import SEQUENCE, parts
from apps.queues.entry import COLUMN_NAMES, FIELDS, Entry, columns, read_entry, written
from apps.queues.models import Preset
from apps.wire.rawtext import raw_member

SENT = ("response", TEMPLATE, SEQUENCE)  # what a preset can send
_BESIDE = ("vars", "seed", "order", "weights", "render", "given")  # what belongs to that
_COUNTERS = ("given", "uses")  # calls change them meanwhile
_AUTHORED = tuple(name for name in COLUMN_NAMES if name not in _COUNTERS)


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of a preset: the entry, and the columns to be written, counters only where named.

    It is good as long as the preset says what it said when it was read, and was given less often than
    `given_below`.
    """

    preset: Preset
    entry: Entry
    values: dict[str, Any]
    given_below: int | None = None

    def still_fits(self, now: Preset) -> bool:
        """Whether nothing was changed since that it depends on."""
        if self.given_below is not None and now.given >= self.given_below:
            return False
        return all(getattr(now, name) == getattr(self.preset, name) for name in _AUTHORED)


def read_change(preset: Preset, changes: dict[str, Any], raw: bytes) -> Change:
    """What these changes, spelled as `raw`, make of a preset; raises EntryError."""
    fields = [name for name in changes if name in FIELDS]
    was = preset.kind if preset.kind in SENT else "response"
    now = next((name for name in SENT if changes.get(name) is not None), was)
    base = written(preset)
    text = content_text(raw, changes)
    if now != was:
        # What went with the other content: its status, and how often a sequence of that length answers.
        dropped = ["status_code", *(["uses"] if SEQUENCE in (was, now) else [])]
        base = {name: base[name] for name in base if name not in (*SENT, *_BESIDE, *dropped)}
        fields += [*dropped, "given"]
    elif changes.get(now) is None and now != TEMPLATE:
        kept = preset.body.encode()
        text = raw_member(kept, now) if preset.kind else kept
        base[now] = orjson.loads(text or b"null")
    base = _meaningful(base, {**base, **changes}, now)
    entry = read_entry({**base, **changes}, raw=text)
    return _change(preset, entry, fields)


def _meaningful(base: dict[str, Any], wanted: dict[str, Any], sent: str) -> dict[str, Any]:
    """Of what was there and is not named, what still means something beside what is."""
    dropped = set()
    if sent == "response" and not wanted.get(RENDER):
        dropped.add("seed")
    if sent == SEQUENCE and wanted.get("order") != "random":
        dropped.add("weights")
    if sent == SEQUENCE and wanted.get("order") in (None, "once"):
        dropped.add("uses")  # so many as are left
    return {name: value for name, value in base.items() if name not in dropped}


def _change(preset: Preset, entry: Entry, fields: list[str]) -> Change:
    names = ["response" if name in CONTENT_FIELDS and name != "given" else name for name in fields]
    values = columns(entry, dict.fromkeys(names))
    draft = entry.draft
    if draft.kind != SEQUENCE or not {"body", "given", "uses"} & values.keys():
        return Change(preset, entry, values)
    steps = parts(draft.body)
    if steps.order != "once" or "given" in values:
        left = {"uses": entry.uses} if steps.order == "once" else {}
        return Change(preset, entry, {**values, **left})
    count = len(steps.steps)
    return Change(preset, entry, {**values, "uses": Value(count) - F("given")}, given_below=count)
