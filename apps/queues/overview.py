"""What the queues hold, for lists: an entry by its first words, never its body."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from apps.journal.models import Exchange
from apps.journal.rows import select_rows
from apps.queues import pause
from apps.queues.models import Preset
from apps.queues.storage import queue
from apps.wire.match import line_of

LOOK_BACK = 10_000  # exchanges, the newest ones, among which the last taken entry is looked for

_FIELDS = (
    "words",
    "status_code",
    "endpoint",
    "match",
    "uses",
    "on_undelivered",
    "label",
    "delay_ms",
    "verbatim",
    "kind",
)
_TABLE = Preset._meta.db_table
# Each queue that holds something: how many, and its next entry.
_QUEUES = f"""
    SELECT preset.caller, held.count, preset.id, {", ".join(f'preset."{name}"' for name in _FIELDS)}
    FROM {_TABLE} AS preset JOIN (
        SELECT caller, COUNT(*) AS count, MIN(position) AS first FROM {_TABLE}
        WHERE uses IS NULL OR uses > 0 GROUP BY caller
    ) AS held ON preset.caller = held.caller AND preset.position = held.first
    ORDER BY preset.caller
"""  # noqa: S608 - names of tables and columns
_LAST_TAKEN = f"""
    SELECT MAX(id) FROM (
        SELECT id, preset_queue FROM {Exchange._meta.db_table} ORDER BY id DESC LIMIT %s
    ) AS newest WHERE preset_queue <> '' GROUP BY preset_queue
"""  # noqa: S608

# As the index `preset_faults` says it: with a parameter in the place of '' SQLite would read the whole table.
_FAULTY = f"""
    SELECT COUNT(DISTINCT caller), MIN(caller) FROM {_TABLE}
    WHERE NOT (fault = '') AND (uses IS NULL OR uses > 0)
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Page:
    """Entries of a queue in their order; `next` is where the following page begins, None at the end."""

    items: list[dict[str, Any]]
    count: int
    next: int | None


def entries(caller: str, *, after: int = 0, limit: int) -> Page:
    """The entries that stand behind the position `after`, as lists show them."""
    held = queue(caller)
    behind = held.filter(position__gt=after) if after else held
    found = list(behind.only("id", "position", "created_at", *_FIELDS)[: limit + 1])
    count = held.count()
    place = count - behind.count() + 1 if after else 1
    items = [listed(preset, at) for at, preset in enumerate(found[:limit], place)]
    return Page(items, count, found[limit - 1].position if len(found) > limit else None)


def listed(preset: Preset, place: int) -> dict[str, Any]:
    """An entry as lists show it; one that is not in a queue yet has no id."""
    return {
        "id": None if preset.pk is None else str(preset.pk),
        "place": place,
        "created_at": preset.created_at.timestamp() if preset.created_at else None,
        **{name: getattr(preset, name) for name in _FIELDS},
        "match": line_of(preset.match),
        "status_code": preset.status_code or None,
    }


def callers() -> list[dict[str, Any]]:
    """Every queue that holds something or is paused, by name: [{"caller", "count", "paused", "next", …}].

    `next` is the entry that answers next, `last_taken` as of `last_taken`; None when there is none.
    """
    with connection.cursor() as cursor:
        cursor.execute(_QUEUES)
        held = {row[0]: row[1:] for row in cursor.fetchall()}
    paused, taken = pause.paused(), last_taken()
    return [
        {
            "caller": caller,
            "count": held[caller][0] if caller in held else 0,
            "paused": caller in paused,
            "next": _next(*held[caller][1:]) if caller in held else None,
            "last_taken": taken.get(caller),
        }
        for caller in sorted(held.keys() | paused)
    ]


def faulty() -> tuple[int, str]:
    """How many queues hold presets whose replies go wrong, and the first such queue; "" for none."""
    [(count, first)] = select_rows(_FAULTY, ())
    return count, first or ""


def last_taken() -> dict[str, dict[str, Any]]:
    """Of each queue the newest exchange that took from it, if it is among the newest LOOK_BACK of all.

    {"exchange_id", "at" (unix seconds), "caller" (who took it), "preset_id", "state"}
    """
    with connection.cursor() as cursor:
        cursor.execute(_LAST_TAKEN, [LOOK_BACK])
        ids = [row[0] for row in cursor.fetchall()]
    return {row.preset_queue: _taken(row) for row in _in_parts(ids)}


def _in_parts(ids: list[str], size: int = 500) -> Iterable[Exchange]:
    for start in range(0, len(ids), size):
        yield from Exchange.objects.filter(id__in=ids[start : start + size])


def _taken(row: Exchange) -> dict[str, Any]:
    return {
        "exchange_id": row.id,
        "at": row.created_at.timestamp(),
        "caller": row.caller,
        "preset_id": None if row.preset_id is None else str(row.preset_id),
        "state": row.state,
    }


def _next(preset_id: int, *values: Any) -> dict[str, Any]:
    found = dict(zip(_FIELDS, values, strict=True))
    return {
        "id": str(preset_id),
        **found,
        "match": line_of(found["match"]),
        "status_code": found["status_code"] or None,
        "verbatim": bool(found["verbatim"]),
    }
