"""Chooses the preset for a call in a queue where presets have a `match`: which come into question, in order.

What stands in such a queue is read and compiled once a process, and is good until the queue's token (a row,
`QueueMatches`) is another. Presets that were taken, by whatever process, are found to be gone when they would
be next.
"""

import secrets
from collections.abc import Iterator, Sequence
from itertools import islice

from apps.journal.ended import ended
from apps.journal.inline import not_on_the_loop
from apps.journal.rows import run_each, select_rows
from apps.queues.models import Preset, QueueMatches
from apps.wire.call import Call
from apps.wire.match import Condition, Index, Need, Subject, match_of

QUEUES_MAX = 100  # that a process keeps read; the one that was read first goes
LARGE_BYTES = 32 * 1024  # of a request; to look for thousands of texts in a larger one takes milliseconds
MANY = 300  # presets that come into question with every call
LOOK_AHEAD = 256  # presets that are looked after at once, when one is found to be gone
GONE_MAX = 500

_TOKENS = QueueMatches._meta.db_table
_TABLE = Preset._meta.db_table
_TOKEN = f"SELECT token FROM {_TOKENS} WHERE caller = {{place}}"  # noqa: S608
_STANDING = f'SELECT id, endpoint, "match" FROM {_TABLE} WHERE caller = {{place}} ORDER BY position, id'  # noqa: S608
_THERE = f"SELECT id FROM {_TABLE} WHERE id IN ({', '.join(['{place}'] * LOOK_AHEAD)})"  # noqa: S608
_CHANGED = f"UPDATE {_TOKENS} SET token = {{place}} WHERE caller = {{place}}"  # noqa: S608
_FIRST = (
    f"INSERT INTO {_TOKENS} (token, caller) VALUES ({{place}}, {{place}}) "  # noqa: S608
    "ON CONFLICT (caller) DO UPDATE SET token = excluded.token"
)


class Subjects:
    """The calls as conditions see them, each made when it is first asked for."""

    def __init__(self, calls: Sequence[Call]) -> None:
        self._calls = calls
        self._made: dict[int, Subject] = {}

    def of(self, index: int) -> Subject:
        if index not in self._made:
            self._made[index] = Subject(self._calls[index])
        return self._made[index]


class Standing:
    """A preset where it stands; `condition` is None for one without a match."""

    __slots__ = ("condition", "endpoint", "id", "is_gone", "match", "needs", "place")

    def __init__(self, place: int, row_id: int, endpoint: str, match: str) -> None:
        self.place = place
        self.id = row_id
        self.endpoint = endpoint
        self.match = match
        self.condition: Condition | None = match_of(match) if match else None
        self.needs: tuple[Need, ...] | None = self.condition.needs if self.condition else None
        self.is_gone = False


class Standings:
    """What stands in one queue, as of a token."""

    def __init__(self, caller: str, known: "Standings | None", token: int | None) -> None:
        self.token = token
        compiled = {one.id: one for one in known.all} if known else {}
        self.all: list[Standing] = [
            _standing(place, row, compiled) for place, row in enumerate(select_rows(_STANDING, (caller,)))
        ]
        self._index = Index(self.all)
        self._is_slow = any(one.condition is not None and one.condition.is_slow for one in self.all)
        self._gone: list[Standing] = []  # by transactions that may yet be undone
        self._gone_for_good = 0
        self._ended = (ended.committed, ended.undone)

    def candidates(self, subject: Subject, fits: tuple[str, ...]) -> Iterator[Standing]:
        """The presets that accept the call, in order, each if it is still there."""
        self._settle()
        if self._is_slow or len(subject.call.body) > LARGE_BYTES or len(self._index.always) > MANY:
            not_on_the_loop()
        for one in self._index.candidates(subject):
            if not one.is_gone and one.endpoint in fits:
                condition = one.condition
                if condition is None or condition.accepts(subject):
                    yield one

    def forget(self, one: Standing) -> None:
        """That preset was used up in this transaction."""
        one.is_gone = True
        self._gone.append(one)

    def look_after(self, one: Standing) -> None:
        """That preset is not there any more; neither may be those behind it."""
        behind = (other for other in islice(self.all, one.place, None) if not other.is_gone)
        looked = list(islice(behind, LOOK_AHEAD))
        ids = [other.id for other in looked]
        there = {row[0] for row in select_rows(_THERE, (*ids, *[0] * (LOOK_AHEAD - len(ids))))}
        for other in looked:
            if other.id not in there:
                self.forget(other)

    def _settle(self) -> None:
        """What was taken in a transaction that was undone is there again."""
        now = (ended.committed, ended.undone)
        if now == self._ended:
            return
        if now[1] != self._ended[1]:
            for one in self._gone:
                one.is_gone = False
        else:
            self._gone_for_good += len(self._gone)
        self._gone.clear()
        self._ended = now
        if self._gone_for_good > max(GONE_MAX, len(self.all) // 2):
            not_on_the_loop()
            self.all = [one for one in self.all if not one.is_gone]
            for place, one in enumerate(self.all):
                one.place = place
            self._index = Index(self.all)
            self._gone_for_good = 0


_known: dict[str, Standings] = {}


def standings_of(caller: str) -> Standings:
    """What stands in that queue, as this transaction sees it; holding the queues' lock."""
    found = select_rows(_TOKEN, (caller,))
    token = found[0][0] if found else None
    known = _known.get(caller)
    if known is None or token is None or known.token != token:
        not_on_the_loop()
        if known is None and len(_known) >= QUEUES_MAX:
            del _known[next(iter(_known))]
        known = _known[caller] = Standings(caller, known, token)
    return known


def note_change(caller: str, *, has_match: bool = False) -> None:
    """What stands in that queue, or where, is changed by this transaction; `has_match`: by such a preset."""
    run_each(_FIRST if has_match else _CHANGED, [(secrets.randbits(62), caller)])


def _standing(place: int, row: tuple[int, str, str], compiled: dict[int, Standing]) -> Standing:
    """One that was known already keeps what was compiled."""
    row_id, endpoint, match = row
    known = compiled.get(row_id)
    if known is None or known.match != match:
        return Standing(place, row_id, endpoint, match)
    known.place, known.endpoint, known.is_gone = place, endpoint, False
    return known
