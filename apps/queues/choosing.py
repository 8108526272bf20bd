"""Chooses the preset for a call in a queue where presets have a `match`: which come into question, in order.

What stands in such a queue is read and compiled once a process, and is good until the queue's token (a row,
`QueueMatches`) is another. Presets that were taken, by whatever process, are found to be gone when they would
be next. What is long is read apart from the writer's transactions, so that no other call waits for it.
"""

import secrets
from collections.abc import Sequence

from apps.journal.ended import ended
from apps.journal.inline import not_on_the_loop
from apps.journal.rows import run_each, select_rows
from apps.queues.models import Preset, QueueMatches
from apps.queues.standing import Standings
from apps.wire.call import Call
from apps.wire.match import Subject

KEPT_MAX = 40_000  # presets in the queues that a process keeps read, 1 to 2 kB each; see `Shelf`
PREPARED_MAX = 8  # queues that were read and not asked for since: their callers may have gone
AT_ONCE, AGAIN_AT_ONCE = 100, 500  # new presets, and all, that are read while every call waits: 5 ms
TRIES_MAX = 3  # then it is read all the same: a queue may change faster than it is read

_TOKENS = QueueMatches._meta.db_table
_TOKEN = f"SELECT token FROM {_TOKENS} WHERE caller = {{place}}"  # noqa: S608
_BEYOND = (
    f"SELECT 1 FROM {Preset._meta.db_table} WHERE caller = {{place}} "  # noqa: S608
    "ORDER BY position LIMIT 1 OFFSET {place}"
)
_CHANGED = f"UPDATE {_TOKENS} SET token = {{place}} WHERE caller = {{place}}"  # noqa: S608
_FIRST = (
    f"INSERT INTO {_TOKENS} (token, caller) VALUES ({{place}}, {{place}}) "  # noqa: S608
    "ON CONFLICT (caller) DO UPDATE SET token = excluded.token"
)


class Unready(Exception):
    """That queue is long and has to be read first: call `prepare`, in no transaction, then try again."""

    def __init__(self, queue: str) -> None:
        super().__init__(f"The queue {queue} is to be read first.")
        self.queue = queue


class Subjects:
    """The calls as conditions see them, each made when it is first asked for."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self._calls = calls
        self._made: dict[int, Subject] = {}

    def of(self, index: int) -> Subject:
        if index not in self._made:
            self._made[index] = Subject(self._calls[index])
        return self._made[index]


class Shelf:
    """The queues that are kept read, bounded by what they hold; the one asked for longest ago goes."""

    def __init__(self) -> None:
        self._held: dict[str, Standings] = {}
        self._count = 0  # presets in all of them

    def find(self, caller: str) -> Standings | None:
        """What is kept of that queue; it is the last to go now."""
        found = self._held.pop(caller, None)
        if found is not None:
            self._held[caller] = found
        return found

    def peek(self, caller: str) -> Standings | None:
        """The same from another thread than the one that has a transaction."""
        return self._held.get(caller)

    def put(self, caller: str, standings: Standings) -> None:
        before = self._held.pop(caller, None)
        self._count += len(standings) - (len(before) if before else 0)
        self._held[caller] = standings
        while self._count > KEPT_MAX and len(self._held) > 1:
            self._count -= len(self._held.pop(next(iter(self._held))))


_known = Shelf()
_prepared: dict[str, Standings] = {}  # read apart, not yet asked for
_tries: dict[str, int] = {}


def standings_of(caller: str) -> Standings:
    """What stands in that queue, as this transaction sees it; holding the queues' lock. Raises Unready."""
    found = select_rows(_TOKEN, (caller,))
    token = found[0][0] if found else None
    known = _known.find(caller)
    if known is not None and token is not None and known.token == token and not known.is_worn:
        return known
    not_on_the_loop()
    fresh = _prepared.pop(caller, None)
    if fresh is None or token is None or fresh.token != token:
        if token is not None and _tries.get(caller, 0) < TRIES_MAX:
            _check_length(caller, min(AGAIN_AT_ONCE, AT_ONCE + len(known or ())))
        fresh = Standings(caller, fresh or known, token)
        ended.if_undone(fresh.doubt)
    _tries.pop(caller, None)
    _known.put(caller, fresh)
    return fresh


def prepare(caller: str) -> None:
    """Reads what stands in that queue. In no transaction: what is not committed is not seen."""
    _tries[caller] = _tries.get(caller, 0) + 1
    while len(_prepared) >= PREPARED_MAX:
        left = next(iter(_prepared))
        _tries.pop(left, None)
        _prepared.pop(left, None)
    found = select_rows(_TOKEN, (caller,))  # first: what changes afterwards makes it another
    _prepared[caller] = Standings(caller, _known.peek(caller), found[0][0] if found else None)


def note_change(caller: str, *, has_match: bool = False) -> None:
    """What stands in that queue, or where, is changed by this transaction; `has_match`: by such a preset."""
    run_each(_FIRST if has_match else _CHANGED, [(secrets.randbits(62), caller)])


def _check_length(caller: str, most: int) -> None:
    if select_rows(_BEYOND, (caller, most)):
        raise Unready(caller)
