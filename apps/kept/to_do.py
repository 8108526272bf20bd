"""What upkeep still has to do for callers: rows of the kind `to_do`, each some process's or nobody's.

A row stands beside the object that it is about, with the same id, and goes with it.
"""

from collections.abc import Collection
from typing import NamedTuple

import orjson

from apps.journal.rows import select_rows
from apps.kept.models import TO_DO as TO_DO
from apps.kept.models import Kept
from apps.kept.shelf import shelf_of
from apps.wire.shelf import Body

_TABLE = Kept._meta.db_table
# Literal, so that SQLite sees that the index of such rows is enough.
_OPEN = f"SELECT caller, object_id, body FROM {_TABLE} WHERE kind = '{TO_DO}' ORDER BY seq"  # noqa: S608
_TAKE = (
    f"UPDATE {_TABLE} SET body = {{place}} WHERE caller = {{place}} AND kind = '{TO_DO}' "  # noqa: S608
    "AND object_id = {place} AND body = {place} RETURNING seq"
)


class Work(NamedTuple):
    """One thing to do: `body` has "of", the kind of the object, and "owner", the process at work or ""."""

    caller: str
    object_id: str
    text: str

    @property
    def body(self) -> Body:
        found: Body = orjson.loads(self.text)
        return found


def to_do(of: str) -> list[Work]:
    """All that is to do for objects of a kind, the oldest first. In a transaction of the writer."""
    found = [Work(*row) for row in select_rows(_OPEN, ())]
    return [work for work in found if work.body.get("of") == of]


def take(work: Work, *, owner: str, alive: Collection[str]) -> bool:
    """Makes it this owner's, unless it is that of another one alive, or somebody else was quicker."""
    body = work.body
    if body.get("owner") in alive:
        return bool(body.get("owner") == owner)
    text = orjson.dumps(body | {"owner": owner}).decode()
    return bool(select_rows(_TAKE, (text, work.caller, work.object_id, work.text)))


def is_owned(caller: str, object_id: str, owner: str) -> bool:
    """Whether it is still to do, and this owner's."""
    found = shelf_of(caller).get(TO_DO, object_id)
    return found is not None and found.get("owner") == owner


def done(caller: str, object_id: str) -> None:
    shelf_of(caller).delete(TO_DO, object_id)
