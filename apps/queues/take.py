"""Takes presets for calls: first in, first out, exactly once; always inside the writer's transaction."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection

from apps.journal.rows import IS_SQLITE, delete_rows, run_each, select_rows
from apps.queues.choosing import Subjects, standings_of
from apps.queues.models import Pause, Preset
from apps.queues.standing import Standings
from apps.queues.taken import COLUMNS, MATCH, USES, Taken, read_taken
from apps.wire.call import Call
from apps.wire.endpoint import meant
from apps.wire.match import Subject, while_others_wait

SHARED = "*"  # the queue that every caller may draw on after its own

_LOCK = 0x71756575  # "queu": any number that nobody else uses
_TABLE = Preset._meta.db_table
_PAUSED = Pause._meta.db_table
_HEAD = {
    # Asked once a statement, not once a row: it names nothing of the row.
    kinds: f"SELECT {COLUMNS} FROM {_TABLE} WHERE NOT EXISTS "  # noqa: S608
    f"(SELECT 1 FROM {_PAUSED} WHERE caller = {{place}}) "
    f"AND caller = {{place}} AND (uses IS NULL OR uses > 0) "
    f"AND endpoint IN ({', '.join(['{place}'] * kinds)}) ORDER BY position LIMIT {{place}}"
    for kinds in (2, 3)
}
_ONE = f"SELECT {COLUMNS} FROM {_TABLE} WHERE id = {{place}}"  # noqa: S608
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


def take(calls: Sequence[Wanted], whole: Sequence[Call]) -> list[Taken | None]:
    """For each call, in order, the first preset that accepts it: its own queue, then the shared one.

    `whole` are the same calls, to be looked at where a preset has a `match`. Raises `choosing.Unready`, or
    `match.Costly`: the transaction has to be undone then.
    """
    lock_queues()
    found: list[Taken | None] = [None] * len(calls)
    kinds: dict[Wanted, list[int]] = {}
    for index, call in enumerate(calls):
        kinds.setdefault(call, []).append(index)
    subjects = Subjects(whole)
    for kind, indexes in kinds.items():
        _serve(kind, kind.caller, indexes, found, subjects)
    for kind, indexes in kinds.items():
        left = [index for index in indexes if found[index] is None]
        if left:
            _serve(kind, SHARED, left, found, subjects)
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


def _serve(
    kind: Wanted, queue: str, indexes: list[int], found: list[Taken | None], subjects: Subjects
) -> None:
    """Gives the head of one queue to these calls, and writes what was used up."""
    fits = meant(kind.endpoint, kind.family)
    used: list[tuple[int, int]] = []
    sent: list[tuple[int, int, int]] = []
    spent: list[int] = []
    counted: list[tuple[int, int]] = []  # what differs from time to time: see `Taken.nth`
    waiting, left = iter(indexes), list[int]()
    for row in select_rows(_HEAD[len(fits)], (queue, queue, *fits, len(indexes))):
        if row[MATCH]:
            left = [*waiting]
            break
        uses = row[USES]
        taken = read_taken(row, queue)
        served = _hand_out(taken, uses, waiting, found)
        if served == 0:
            break
        if taken.differs:
            counted.append((served, row[0]))
        if taken.returns:
            sent.append((served, served, row[0]))
        elif uses == served:
            spent.append(row[0])
        elif uses is not None:
            used.append((served, row[0]))
    delete_rows(_TABLE, spent)
    run_each(_COUNT, counted)
    run_each(_USE, used)
    run_each(_SEND, sent)
    if left:
        _choose(queue, fits, left, found, subjects)


def _choose(
    queue: str, fits: tuple[str, ...], indexes: list[int], found: list[Taken | None], subjects: Subjects
) -> None:
    """The same from the first preset with a match on: each call for itself, in order."""
    standings = standings_of(queue)
    with while_others_wait():
        for index in indexes:
            found[index] = _first(queue, standings, subjects.of(index), fits)


def _first(queue: str, standings: Standings, subject: Subject, fits: tuple[str, ...]) -> Taken | None:
    for one in standings.candidates(subject, fits):
        rows = select_rows(_ONE, (one.id,))
        if not rows:
            standings.look_after(one)
        elif rows[0][USES] != 0:  # a spent one may come back
            taken = _use_up(rows[0], queue)
            if rows[0][USES] == 1 and not taken.returns:
                standings.forget(one)
            return taken
    return None


def _use_up(row: Sequence[Any], queue: str) -> Taken:
    """One use of a preset is a call's."""
    taken, uses = read_taken(row, queue), row[USES]
    if taken.differs and (uses != 1 or taken.returns):
        run_each(_COUNT, [(1, row[0])])
    if taken.returns:
        run_each(_SEND, [(1, 1, row[0])])
    elif uses == 1:
        delete_rows(_TABLE, [row[0]])
    elif uses is not None:
        run_each(_USE, [(1, row[0])])
    return taken


def _hand_out(taken: Taken, uses: int | None, waiting: Iterable[int], found: list[Taken | None]) -> int:
    """Gives one preset to as many calls as it may still answer; says to how many."""
    served = 0
    for index in waiting:
        found[index] = taken.nth(served) if taken.differs else taken
        served += 1
        if served == uses:
            break
    return served
