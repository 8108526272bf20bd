"""Keeps the queues: every change goes through the writer, then dashboards hear of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from apps.faults.models import OwnDraw
from apps.journal.record import db_time
from apps.journal.rows import Rows, insert_rows
from apps.journal.writer import writer
from apps.live.events import publish
from apps.queues.changed import Change
from apps.queues.choosing import note_change
from apps.queues.entry import COLUMN_NAMES, Entry, columns
from apps.queues.models import Preset
from apps.queues.take import lock_queues

T = TypeVar("T")

_COLUMNS = ("position", "caller", "created_at", *COLUMN_NAMES)
STEP = 2**20  # between positions: room for entries that are moved, without moving all others
TRIES_MAX = 50  # each one but the last was for nothing because another change came first
LIVE = Q(uses__isnull=True) | Q(uses__gt=0)  # a spent preset is on its way: neither shown nor counted


class Busy(Exception):
    """Others change that preset all the time."""


@dataclass(frozen=True, slots=True)
class Added:
    """How many were added, all or none; the id of the first; and how long the queue is now."""

    count: int
    first_id: int | None
    queue_length: int


@dataclass(frozen=True, slots=True)
class MadeOut:
    """Entries as rows for a queue: made before the writer's transaction, since calls wait meanwhile."""

    rows: Rows
    has_match: bool

    def __len__(self) -> int:
        return len(self.rows)


def made_out(caller: str, entries: Sequence[Entry]) -> MadeOut:
    """What is to be added to that queue."""
    created_at = db_time(timezone.now().timestamp())
    rows = [(caller, created_at, *columns(entry).values()) for entry in entries]
    return MadeOut(rows, any(entry.match for entry in entries))


def queue(caller: str) -> QuerySet[Preset]:
    """The presets of one caller that can still answer, in their order."""
    return Preset.objects.filter(LIVE, caller=caller).order_by("position", "id")


def queues() -> list[tuple[str, list[Preset]]]:
    """Every caller that has presets, with them in their order."""
    found = Preset.objects.filter(LIVE).order_by("caller", "position", "id")
    return [(caller, list(presets)) for caller, presets in groupby(found, lambda preset: preset.caller)]


def callers(meant: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """[{"caller", "count"}] of every queue that holds something, by name; with `meant`, for one of these."""
    fitting = {} if meant is None else {"endpoint__in": meant}
    counts = Preset.objects.filter(LIVE, **fitting).values("caller").annotate(count=Count("id"))
    return [{**row} for row in counts.order_by("caller")]


def add(*, caller: str, entries: Sequence[Entry]) -> Added:
    """Appends all entries in one transaction, or none of them when the queue has no room."""
    made = made_out(caller, entries)
    added = write(lambda: _add(caller, made))
    if added.count:
        tell(caller)
    return added


def add_within(*, caller: str, made: MadeOut) -> Added:
    """The same within a transaction of the writer's that holds the queues' lock."""
    added = _add(caller, made)
    if added.count:
        transaction.on_commit(partial(tell, caller), robust=True)
    return added


def replace_within(*, caller: str, made: MadeOut) -> None:
    """Has a queue hold these alone; within a transaction of the writer's that holds the queues' lock."""
    _clear(caller)
    note_change(caller, has_match=False)
    add_within(caller=caller, made=made)
    transaction.on_commit(partial(tell, caller), robust=True)


def change(*, caller: str, preset_id: int, read: Callable[[Preset], Change]) -> tuple[Entry, Preset] | None:
    """Writes what `read` makes of a preset, its place and the rest untouched; None: gone.

    It is read apart from the writer's transaction, since calls wait meanwhile; so it is read again when
    somebody else changed the preset in between. Raises Busy.
    """
    for _ in range(TRIES_MAX):
        preset = queue(caller).filter(id=preset_id).first()
        if preset is None:
            return None
        wanted = read(preset)
        changed = write(partial(_change, caller, preset_id, wanted))
        if changed:
            tell(caller)
            return wanted.entry, changed
    raise Busy


def remove(*, caller: str, preset_id: int) -> bool:
    """Removes one preset; False when it is not there, or was taken meanwhile."""
    removed = write(lambda: queue(caller).filter(id=preset_id).order_by().delete()[0])
    if removed:
        tell(caller)
    return removed > 0


def clear(*, caller: str) -> bool:
    """Empties one queue; False when it was empty."""
    removed = write(lambda: _clear(caller))
    if removed:
        tell(caller)
    return removed


def clear_all() -> None:
    """Empties every queue."""
    write(_clear_all)
    publish("all_queues_updated", {})


def write(work: Callable[[], T]) -> T:
    """Runs a change of the queues; no call takes from them meanwhile."""

    def alone() -> T:
        lock_queues()
        return work()

    return writer.call(alone)


def tell(caller: str) -> None:
    """Dashboards hear that a queue has changed."""
    publish("queue_updated", {"ip": caller}, ip=caller)


def _add(caller: str, made: MadeOut) -> Added:
    rows = made.rows
    mine = Preset.objects.filter(caller=caller)
    now = mine.aggregate(length=Count("id", filter=LIVE), last=Max("position"))
    if not rows or now["length"] + len(rows) > settings.MOCKOPENAI_QUEUE_MAX:
        return Added(0, None, now["length"])
    start = (now["last"] or 0) + STEP
    placed = [(start + STEP * index, *row) for index, row in enumerate(rows)]
    insert_rows(Preset._meta.db_table, _COLUMNS, placed)
    note_change(caller, has_match=made.has_match)
    first_id = mine.order_by().values_list("id", flat=True).get(position=start)
    return Added(len(rows), first_id, now["length"] + len(rows))


def _change(caller: str, preset_id: int, wanted: Change) -> Preset | None:
    """The preset as it is then; None when it is not what it was."""
    preset = queue(caller).filter(id=preset_id)
    now = preset.first()
    if now is None or not wanted.still_fits(now):
        return None
    preset.order_by().update(**wanted.values)
    note_change(caller, has_match=bool(wanted.values.get("match")))
    return preset.first()


def _clear(caller: str) -> bool:
    """Spent presets go too: after a clear nothing comes back."""
    found = queue(caller).exists()
    Preset.objects.filter(caller=caller).delete()
    OwnDraw.objects.filter(by=OwnDraw.By.PRESET, caller=caller).delete()  # chance begins again
    return found


def _clear_all() -> None:
    Preset.objects.all().delete()
    OwnDraw.objects.filter(by=OwnDraw.By.PRESET).delete()
