"""Takes presets for calls: first in, first out, exactly once; always inside the writer's transaction."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import orjson
from django.db import connection

from apps.journal.rows import IS_SQLITE, delete_rows, run_each, select_rows
from apps.queues.models import Pause, Preset
from apps.wire.reply import INSTANT, Draft, Fault, Pace

SHARED = "*"  # the queue that every caller may draw on after its own

_LOCK = 0x71756575  # "queu": any number that nobody else uses
_TABLE = Preset._meta.db_table
_PAUSED = Pause._meta.db_table
_COLUMNS = (
    "id, body, status_code, headers, delay_ms, first_token_ms, token_ms, verbatim, x_should_retry, uses, "
    "on_undelivered, fault, spread, whole_for, prompt_tokens, completion_tokens, kind, given"
)
_HEAD = {
    # Asked once a statement, not once a row: it names nothing of the row.
    kinds: f"SELECT {_COLUMNS} FROM {_TABLE} WHERE NOT EXISTS "  # noqa: S608
    f"(SELECT 1 FROM {_PAUSED} WHERE caller = {{place}}) "
    f"AND caller = {{place}} AND (uses IS NULL OR uses > 0) "
    f"AND endpoint IN ({', '.join(['{place}'] * kinds)}) ORDER BY position LIMIT {{place}}"
    for kinds in (2, 3)
}
_COUNT = f"UPDATE {_TABLE} SET given = given + {{place}} WHERE id = {{place}}"  # noqa: S608
_USE = f"UPDATE {_TABLE} SET uses = uses - {{place}} WHERE id = {{place}}"  # noqa: S608
_SEND = (
    f"UPDATE {_TABLE} SET uses = uses - {{place}}, on_its_way = on_its_way + {{place}} WHERE id = {{place}}"  # noqa: S608
)
_ARRIVE = f"UPDATE {_TABLE} SET on_its_way = on_its_way - 1 WHERE id = {{place}} AND on_its_way > 0"  # noqa: S608
_GIVE_BACK = (
    f"UPDATE {_TABLE} SET on_its_way = on_its_way - 1, "  # noqa: S608
    "uses = CASE WHEN on_undelivered = 'requeue' THEN uses + 1 ELSE uses END "
    "WHERE id = {place} AND on_its_way > 0"
)
_FORGET = f"DELETE FROM {_TABLE} WHERE id = {{place}} AND uses = 0 AND on_its_way = 0"  # noqa: S608


class Wanted(NamedTuple):
    """What a call needs a preset for."""

    caller: str
    endpoint: str
    family: str


class Taken(NamedTuple):
    """A preset that now belongs to one call. `returns`: it comes back if the reply does not leave."""

    preset_id: int
    queue: str
    draft: Draft
    returns: bool


def take(calls: Sequence[Wanted]) -> list[Taken | None]:
    """For each call, in order, the first preset that accepts it: its own queue, then the shared one."""
    lock_queues()
    found: list[Taken | None] = [None] * len(calls)
    kinds: dict[Wanted, list[int]] = {}
    for index, call in enumerate(calls):
        kinds.setdefault(call, []).append(index)
    for kind, indexes in kinds.items():
        _serve(kind, kind.caller, indexes, found)
    for kind, indexes in kinds.items():
        left = [index for index in indexes if found[index] is None]
        if left:
            _serve(kind, SHARED, left, found)
    return found


def lock_queues() -> None:
    """On PostgreSQL, one transaction at a time on the queues: SKIP LOCKED alone breaks FIFO.

    SQLite's IMMEDIATE transaction is such a lock already. One lock for all queues: every call may
    draw on the shared one anyway, and groups that locked queue by queue deadlocked.
    """
    if not IS_SQLITE:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def give_back(preset_ids: Sequence[int]) -> None:
    """Puts `requeue` presets back where they stood, one use for each reply that did not leave."""
    _execute_each((_GIVE_BACK, _FORGET), preset_ids)


def discard(preset_ids: Sequence[int]) -> None:
    """Forgets spent `requeue` presets once the last of their replies has left."""
    _execute_each((_ARRIVE, _FORGET), preset_ids)


def _execute_each(statements: Iterable[str], preset_ids: Sequence[int]) -> None:
    if preset_ids:
        lock_queues()
        for sql in statements:
            run_each(sql, [(preset_id,) for preset_id in preset_ids])


def _serve(kind: Wanted, queue: str, indexes: list[int], found: list[Taken | None]) -> None:
    """Gives the head of one queue to these calls, and writes what was used up."""
    fits = ("*", kind.endpoint, "text") if kind.family == "text" else ("*", kind.endpoint)
    used: list[tuple[int, int]] = []
    sent: list[tuple[int, int, int]] = []
    spent: list[int] = []
    counted: list[tuple[int, int]] = []  # what differs from time to time: see `wire.reply.Draft.given`
    waiting = iter(indexes)
    for row in select_rows(_HEAD[len(fits)], (queue, queue, *fits, len(indexes))):
        uses, returns = row[9], row[10] == "requeue" and row[9] is not None
        taken = Taken(row[0], queue, _draft(row), returns)
        served = _hand_out(taken, uses, waiting, found)
        if served == 0:
            break
        if taken.draft.kind:
            counted.append((served, row[0]))
        if returns:
            sent.append((served, served, row[0]))
        elif uses == served:
            spent.append(row[0])
        elif uses is not None:
            used.append((served, row[0]))
    delete_rows(_TABLE, spent)
    run_each(_COUNT, counted)
    run_each(_USE, used)
    run_each(_SEND, sent)


def _hand_out(taken: Taken, uses: int | None, waiting: Iterable[int], found: list[Taken | None]) -> int:
    """Gives one preset to as many calls as it may still answer; says to how many."""
    served = 0
    for index in waiting:
        found[index] = _the_nth(taken, served) if taken.draft.kind else taken
        served += 1
        if served == uses:
            break
    return served


def _the_nth(taken: Taken, served: int) -> Taken:
    """The preset for the next of several calls."""
    return taken._replace(draft=taken.draft._replace(given=taken.draft.given + served))


def _draft(row: Sequence[Any]) -> Draft:
    _, body, status, headers, delay_ms, first_ms, token_ms, verbatim, retry, _, _, fault, spread, *seen = row
    return Draft(
        body.encode(),
        status,
        () if headers == "[]" else tuple((name, value) for name, value in orjson.loads(headers)),
        delay_ms,
        Pace(first_ms, token_ms, spread) if first_ms or token_ms or spread else INSTANT,
        bool(verbatim),
        None if retry is None else bool(retry),
        Fault(**orjson.loads(fault)) if fault else None,
        *seen,  # whole_for, prompt_tokens, completion_tokens, kind, given
    )
