"""Moves many entries at once: batches and files in, files out."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from apps.library.content import content_text
from apps.library.shown import said
from apps.queues.entry import Entry, EntryError, entry_doubts, is_full, read_entry, written
from apps.queues.models import Preset
from apps.queues.take import SHARED
from apps.wire.draft import raw_elements, raw_member
from apps.wire.faults.read import fault_of, is_all, written_fault
from apps.wire.jsongate import kind


@dataclass(slots=True)
class Batch:
    """What was read of many entries: those that can be used, and why the others cannot."""

    entries: list[Entry] = field(default_factory=list)
    errors: list[dict[str, Any]] = field(default_factory=list)  # {"index", "error"}
    warnings: list[dict[str, Any]] = field(default_factory=list)  # {"index", "field", "error"}

    @property
    def total(self) -> int:
        return len(self.entries) + len(self.errors)


def read_file(content: Any, raw: bytes) -> Batch:
    """Reads a file's content: an array of elements, or an object as `read_batch` takes it."""
    if isinstance(content, list):
        return _read_all(content, raw, {})
    if not isinstance(content, dict) or "responses" not in content:
        raise EntryError([{"field": "", "error": _no_queue(content)}])
    return read_batch(content, raw)


def _no_queue(content: Any) -> str:
    """Why a file is no queue's."""
    wanted = 'The file must be an array of bodies or presets, or an object like {"responses": […]}'
    if not isinstance(content, dict):
        return f"{wanted}, not {kind(content)}."
    if content and all(isinstance(one, list) for one in content.values()):
        return f"{wanted}. This is one of several queues: import the array of one of them."
    return f"{wanted}. This is an object without responses: a single preset goes into an array, too."


def read_batch(content: Any, raw: bytes) -> Batch:
    """Reads {"responses": [ELEMENT, …], FIELD: …}, spelled as `raw`; raises EntryError.

    The fields are for those elements that are bodies and no entries of their own. An element that
    cannot be used becomes one of the errors and keeps no other from being read.
    """
    responses = content.get("responses") if isinstance(content, dict) else content
    if not isinstance(content, dict) or not isinstance(responses, list):
        raise EntryError([{"field": "responses", "error": f"must be an array, not {kind(responses)}"}])
    own = {name: value for name, value in content.items() if name != "responses"}
    if "response" in own:
        raise EntryError([{"field": "response", "error": "is for a single preset: use responses alone"}])
    read_entry({**own, "response": {}})
    return _read_all(responses, raw_member(raw, "responses") or b"[]", own)


def export_bodies(presets: Iterable[Preset]) -> list[Any]:
    """The bodies alone, spelled as their authors did; what no body says as the fields that say it."""
    return [_alone(preset) for preset in presets]


def _alone(preset: Preset) -> Any:
    """The body; of texts to render, a template, a sequence, or a fault alone what imports as that again."""
    if preset.kind:
        fields = said(preset.kind, preset.body, 0)
        return {name: value for name, value in fields.items() if value is not None and name != "given"}
    fault = fault_of(preset.fault)
    if is_all(fault) and preset.body == "{}":
        return {"fault": written_fault(fault)}
    return orjson.Fragment(preset.body)


def export_entries(presets: Iterable[Preset]) -> list[Any]:
    """Full entries, which import again to an identical queue."""
    return [written(preset) for preset in presets]


def file_name(caller: str, now: datetime) -> str:
    """queue_{caller}_{YYYYmmdd_HHMMSS}.json, with nothing that a file system or a header minds."""
    plain = "shared" if caller == SHARED else re.sub(r"[^A-Za-z0-9._-]", "_", caller)
    return f"queue_{plain}_{now:%Y%m%d_%H%M%S}.json"


def _read_all(elements: list[Any], raw: bytes, own: dict[str, Any]) -> Batch:
    batch = Batch()
    for index, (element, spelled) in enumerate(zip(elements, raw_elements(raw), strict=True)):
        try:
            entry = read_element(element, spelled, own)
        except EntryError as error:
            batch.errors.append({"index": index, "error": str(error)})
            continue
        batch.entries.append(entry)
        batch.warnings += [{"index": index, **warning} for warning in entry_doubts(entry)]
    return batch


def read_element(element: Any, raw: bytes, own: dict[str, Any]) -> Entry:
    """The entry in one element of a batch or a file, spelled as `raw`; raises EntryError."""
    if not isinstance(element, dict):
        wrong = f'must be an object like {{"content": …}}, not {kind(element)}'
        raise EntryError([{"field": "", "error": wrong}])
    if is_full(element):
        return read_entry(element, raw=content_text(raw, element))
    return read_entry({**own, "response": element}, raw=raw)
