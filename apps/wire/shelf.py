"""A shelf: what one caller has created over the API, objects by kind, with the contents of its files."""

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

Body = dict[str, Any]
TO_DO = "to_do"  # kind: what upkeep still has to do about the object of the same id, which is its parent


class Page(NamedTuple):
    """A part of a list, and whether there is more behind it."""

    items: list[Body]
    has_more: bool


class Shelf(Protocol):
    """Everything on it is one caller's. Bodies are JSON objects, copied in and out.

    `kind` is a word of the endpoint's ("file", "vector_store.file"), `parent` the id of the object that
    another one belongs to, "" for none. An object is found by kind and id alone.
    """

    def get(self, kind: str, object_id: str) -> Body | None:
        """The object, or None."""

    def put(self, kind: str, object_id: str, body: Body, *, parent: str = "") -> None:
        """Adds an object as the newest; one of the same kind and id is replaced where it stands."""

    def update(self, kind: str, object_id: str, body: Body) -> bool:
        """Replaces an object's body; False when there is none."""

    def delete(self, kind: str, object_id: str) -> bool:
        """Deletes an object, its content, and everything whose parent it is; False when there is none."""

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
        """Objects in the order of their creation, "desc" (the newest first) or "asc".

        `after` and `before` are ids: what follows the one and precedes the other, in that order; an
        unknown one gives an empty page. `where` has values that members of the body must have.
        """

    def content(self, object_id: str) -> bytes | None:
        """The bytes that were put under that id, or None."""

    def put_content(self, object_id: str, data: bytes) -> None:
        """Keeps bytes under an id, that of an object as a rule: they are deleted with it."""


class MemoryShelf:
    """A shelf in memory, for tests of pure functions."""

    def __init__(self) -> None:
        self._rows: dict[tuple[str, str], tuple[str, Body]] = {}
        self._contents: dict[str, bytes] = {}

    def get(self, kind: str, object_id: str) -> Body | None:
        found = self._rows.get((kind, object_id))
        return dict(found[1]) if found else None

    def put(self, kind: str, object_id: str, body: Body, *, parent: str = "") -> None:
        self._rows[kind, object_id] = (parent, dict(body))

    def update(self, kind: str, object_id: str, body: Body) -> bool:
        found = self._rows.get((kind, object_id))
        if found:
            self._rows[kind, object_id] = (found[0], dict(body))
        return found is not None

    def delete(self, kind: str, object_id: str) -> bool:
        if self._rows.pop((kind, object_id), None) is None:
            return False
        self._contents.pop(object_id, None)
        for child, (parent, _) in list(self._rows.items()):
            if parent == object_id:
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
        ids = [key[1] for key, (owner, _) in self._rows.items() if key[0] == kind and owner == parent]
        ids = ids if order == "asc" else ids[::-1]
        if (after and after not in ids) or (before and before not in ids):
            return Page([], False)
        ids = ids[ids.index(after) + 1 if after else 0 : ids.index(before) if before else None]
        bodies = [dict(self._rows[kind, one][1]) for one in ids]
        fitting = [body for body in bodies if fits(body, where)]
        return Page(fitting[:limit], len(fitting) > limit)

    def content(self, object_id: str) -> bytes | None:
        return self._contents.get(object_id)

    def put_content(self, object_id: str, data: bytes) -> None:
        self._contents[object_id] = data


def fits(body: Body, where: Mapping[str, Any] | None) -> bool:
    """Whether the body has these members; of one that is an object itself, these of its own."""
    return not where or all(_agrees(body.get(name), value) for name, value in where.items())


def _agrees(has: Any, wanted: Any) -> bool:
    if isinstance(has, dict) and isinstance(wanted, dict):
        return wanted.items() <= has.items()
    return bool(has == wanted)
