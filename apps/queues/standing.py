"""What stands in one queue where presets have a `match`, compiled: which come into question for a call."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

from apps.journal.ended import ended
from apps.journal.inline import not_on_the_loop
from apps.journal.rows import select_rows
from apps.queues.models import Preset
from apps.wire.match import Condition, Index, Need, Subject, match_of

LARGE_BYTES = 32 * 1024  # of a request; to look for thousands of texts in a larger one takes milliseconds
MANY_BYTES = 100 * 1024  # of a request, times the presets looked at with every call: at worst 20 ms
LOOK_AHEAD = 256  # presets that are looked after at once, when one is found to be gone
GONE_MAX = 500

_TABLE = Preset._meta.db_table
_STANDING = f'SELECT id, endpoint, "match" FROM {_TABLE} WHERE caller = {{place}} ORDER BY position, id'  # noqa: S608
_THERE = f"SELECT id FROM {_TABLE} WHERE id IN ({', '.join(['{place}'] * LOOK_AHEAD)})"  # noqa: S608


class Standing:
    """A preset where it stands; `condition` is None for one without a match."""

    __slots__ = ("condition", "endpoint", "id", "is_gone", "match", "needs", "place")

    def __init__(self, place: int, row: tuple[int, str, str], known: "Standing | None") -> None:
        """One that was known already lends what was compiled."""
        self.place = place
        self.id, self.endpoint, self.match = row
        self.condition: Condition | None = None
        if known is not None and known.match == self.match:
            self.condition = known.condition
        elif self.match:
            self.condition = match_of(self.match)
        self.needs: tuple[Need, ...] | None = self.condition.needs if self.condition else None
        self.is_gone = False


class Standings:
    """What stands in one queue, as of a token; `None`: it has to be read again."""

    def __init__(self, caller: str, known: "Standings | None", token: int | None) -> None:
        self.token = token
        before = {one.id: one for one in known.all} if known else {}
        self.all: list[Standing] = [
            Standing(place, row, before.get(row[0]))
            for place, row in enumerate(select_rows(_STANDING, (caller,)))
        ]
        self._index = Index(self.all)
        self._is_slow = any(one.condition is not None and one.condition.is_slow for one in self.all)
        self._gone = 0

    def __len__(self) -> int:
        return len(self.all)

    @property
    def is_worn(self) -> bool:
        """Whether so many are gone that looking past them takes long."""
        return self._gone > max(GONE_MAX, len(self.all) // 2)

    def candidates(self, subject: Subject, fits: tuple[str, ...]) -> Iterator[Standing]:
        """The presets that accept the call, in order, each if it is still there."""
        size = len(subject.call.body)
        if self._is_slow or size > LARGE_BYTES or size * len(self._index.always) > MANY_BYTES:
            not_on_the_loop()
        for one in self._index.candidates(subject):
            if not one.is_gone and one.endpoint in fits:
                condition = one.condition
                if condition is None or condition.accepts(subject):
                    yield one

    def forget(self, one: Standing) -> None:
        """That preset was used up in this transaction."""
        one.is_gone = True
        self._gone += 1
        ended.if_undone(partial(self._bring_back, one))

    def look_after(self, one: Standing) -> None:
        """That preset is not there any more; neither may be those behind it."""
        behind = (other for other in islice(self.all, one.place, None) if not other.is_gone)
        looked = list(islice(behind, LOOK_AHEAD))
        ids = [other.id for other in looked]
        there = {row[0] for row in select_rows(_THERE, (*ids, *[0] * (LOOK_AHEAD - len(ids))))}
        for other in looked:
            if other.id not in there:
                self.forget(other)

    def doubt(self) -> None:
        """It was read in a transaction that is undone."""
        self.token = None

    def _bring_back(self, one: Standing) -> None:
        one.is_gone = False
        self._gone -= 1
