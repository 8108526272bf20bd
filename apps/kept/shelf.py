"""The shelf of a caller in the database: plain SQL over the connection of the writer's transaction."""

import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import orjson

from apps.journal.inline import not_on_the_loop
from apps.journal.record import db_time
from apps.journal.rows import run_each, select_rows
from apps.kept import contents
from apps.kept.models import Kept
from apps.wire.jsongate import strip_nul
from apps.wire.shelf import Body, Page, fits

BATCH = 200  # rows that are read at a time to find those with certain members
LARGE_BYTES = 64 * 1024  # of a body

_TABLE = Kept._meta.db_table
_NAMED = "caller = {place} AND kind = {place} AND object_id = {place}"
_GET = f"SELECT body FROM {_TABLE} WHERE {_NAMED}"  # noqa: S608
_SEQ = f"SELECT seq FROM {_TABLE} WHERE {_NAMED}"  # noqa: S608
_PUT = (
    f"INSERT INTO {_TABLE} (caller, kind, object_id, parent, created_at, body) "  # noqa: S608
    "VALUES ({place}, {place}, {place}, {place}, {place}, {place}) "
    "ON CONFLICT (caller, kind, object_id) DO UPDATE SET parent = excluded.parent, body = excluded.body"
)
_UPDATE = f"UPDATE {_TABLE} SET body = {{place}} WHERE seq = {{place}}"  # noqa: S608
_DELETE = f"DELETE FROM {_TABLE} WHERE {_NAMED}"  # noqa: S608
_CHILDREN = f"SELECT kind, object_id FROM {_TABLE} WHERE caller = {{place}} AND parent = {{place}}"  # noqa: S608
_LISTED = (
    f"SELECT seq, body FROM {_TABLE} "  # noqa: S608
    "WHERE caller = {place} AND kind = {place} AND parent = {place} AND seq > {place} AND seq < {place} "
    "ORDER BY seq {order} LIMIT {place}"
)
_NONE, _ALL = 0, 2**62  # below and above every seq


class KeptShelf:
    """`wire.shelf.Shelf` of one caller. All of it inside a transaction of the writer, or to read only."""

    def __init__(self, caller: str) -> None:
        self.caller = caller

    def get(self, kind: str, object_id: str) -> Body | None:
        found = select_rows(_GET, (self.caller, kind, strip_nul(object_id)))
        return orjson.loads(found[0][0]) if found else None

    def put(self, kind: str, object_id: str, body: Body, *, parent: str = "") -> None:
        row = (self.caller, kind, strip_nul(object_id), parent, db_time(time.time()), _text(body))
        run_each(_PUT, [row])

    def update(self, kind: str, object_id: str, body: Body) -> bool:
        seq = self._seq(kind, object_id)
        if seq is not None:
            run_each(_UPDATE, [(_text(body), seq)])
        return seq is not None

    def delete(self, kind: str, object_id: str) -> bool:
        if self._seq(kind, object_id) is None:
            return False
        run_each(_DELETE, [(self.caller, kind, strip_nul(object_id))])
        contents.delete(self.caller, object_id)
        for child in select_rows(_CHILDREN, (self.caller, object_id)):
            self.delete(*child)
        return True

    def page(
        self,
        kind: str,
        *,
        parent: str = "",
        after: str = "",
        before: str = "",
        limit: int = 20,
        order: str = "desc",
        where: Mapping[str, Any] | None = None,
    ) -> Page:
        bounds = {"after": self._seq(kind, after) if after else _NONE}
        bounds["before"] = self._seq(kind, before) if before else _ALL
        if order != "asc":
            bounds["after"] = self._seq(kind, before) if before else _NONE
            bounds["before"] = self._seq(kind, after) if after else _ALL
        low, high = bounds["after"], bounds["before"]
        if low is None or high is None:
            return Page([], False)
        if where:
            not_on_the_loop()  # there may be many that do not fit
        sql = _LISTED.replace("{order}", "ASC" if order == "asc" else "DESC")
        found: list[Body] = []
        size = BATCH if where else limit + 1
        while True:
            rows = select_rows(sql, (self.caller, kind, parent, low, high, size))
            found += [body for body in (orjson.loads(text) for _, text in rows) if fits(body, where)]
            if len(found) > limit or len(rows) < size:
                return Page(found[:limit], len(found) > limit)
            low, high = (rows[-1][0], high) if order == "asc" else (low, rows[-1][0])

    def content(self, object_id: str) -> bytes | None:
        return contents.get(self.caller, object_id)

    def put_content(self, object_id: str, data: bytes) -> None:
        contents.put(self.caller, strip_nul(object_id), data)

    def _seq(self, kind: str, object_id: str) -> int | None:
        found = select_rows(_SEQ, (self.caller, kind, strip_nul(object_id)))
        return found[0][0] if found else None


@lru_cache(maxsize=1024)
def shelf_of(caller: str) -> KeptShelf:
    """The shelf of a caller; it holds nothing itself."""
    return KeptShelf(caller)


def _text(body: Body) -> str:
    text = orjson.dumps(body)
    if len(text) > LARGE_BYTES:
        not_on_the_loop()
    return strip_nul(text.decode())
