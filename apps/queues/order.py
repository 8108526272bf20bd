"""The order of a queue: all of it at once, or one entry moved."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto

from django.db import connection
from django.db.models import F, Max, QuerySet

from apps.queues.choosing import note_change
from apps.queues.models import Preset
from apps.queues.storage import STEP, queue, tell, write


@dataclass(frozen=True, slots=True)
class Reordered:
    """Ids that the queue holds but were not named, and ids that were named but it does not hold."""

    missing: Sequence[int]
    unknown: Sequence[int]

    @property
    def done(self) -> bool:
        return not self.missing and not self.unknown


class Moved(Enum):
    """What came of moving an entry: done, or which of the two entries is not in the queue."""

    DONE = auto()
    NO_ENTRY = auto()
    NO_PLACE = auto()


def reorder(*, caller: str, ids: Sequence[int]) -> Reordered:
    """Puts a queue into the order of `ids`, which have to be exactly what it holds."""
    reordered = write(lambda: _reorder(caller, ids))
    if reordered.done:
        tell(caller)
    return reordered


def move(*, caller: str, preset_id: int, before: int | None) -> Moved:
    """Moves one entry before another one, or to the end; all others keep their order."""
    moved = write(lambda: _move(caller, preset_id, before))
    if moved is Moved.DONE:
        tell(caller)
    return moved


def _reorder(caller: str, ids: Sequence[int]) -> Reordered:
    held = list(queue(caller).values_list("id", "position"))
    present, named = {preset_id for preset_id, _ in held}, set(ids)
    outcome = Reordered(missing=sorted(present - named), unknown=sorted(named - present))
    if outcome.done:
        places = zip((position for _, position in held), ids, strict=True)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"UPDATE {Preset._meta.db_table} SET position = %s WHERE id = %s",  # noqa: S608
                list(places),
            )
        note_change(caller)
    return outcome


def _move(caller: str, preset_id: int, before: int | None) -> Moved:
    wanted = [preset_id] if before is None else [preset_id, before]
    places = dict(queue(caller).filter(id__in=wanted).values_list("id", "position"))
    if preset_id not in places:
        return Moved.NO_ENTRY
    if before is not None and before not in places:
        return Moved.NO_PLACE
    if before != preset_id:
        # Spent ones keep their places, too: they may come back.
        others = Preset.objects.filter(caller=caller).exclude(id=preset_id).order_by()
        there = _last(others) + STEP if before is None else _between(others, places[before])
        Preset.objects.filter(id=preset_id).update(position=there)
        note_change(caller)
    return Moved.DONE


def _between(others: QuerySet[Preset], place: int) -> int:
    """A free position just before `place`; all from there on step aside when there is none."""
    prior = _last(others.filter(position__lt=place))
    if place - prior < 2:
        others.filter(position__gte=place).update(position=F("position") + STEP)
        place += STEP
    return (prior + place) // 2


def _last(presets: QuerySet[Preset]) -> int:
    return presets.aggregate(last=Max("position"))["last"] or 0
