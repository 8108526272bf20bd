"""A row for every operation of the catalogue that has none made by hand: samples, kept and found again."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import orjson

from apps.wire.call import Call
from apps.wire.catalogue import OPERATIONS, Operation
from apps.wire.endpoint import Body, Endpoint
from apps.wire.generic_pages import shaped
from apps.wire.kept_object import found, is_sampled, put_whole
from apps.wire.names import endpoint_name, family_of, label_of
from apps.wire.raw import as_base64, binary, is_binary
from apps.wire.sample import sample
from apps.wire.shelf import Shelf
from apps.wire.validators import validator

_ROUTES = {(one.method, one.path): one.name for one in OPERATIONS.values()}
_BYTES = b"mockopenai"


def generic_rows(hand_made: Iterable[Endpoint]) -> Iterator[Endpoint]:
    """The rows of the operations that are neither there by name nor at a route that is taken."""
    known = list(hand_made)
    names = {one.name for one in known}
    made_by_hand = frozenset((one.method, one.path) for one in known)
    routes = set(made_by_hand)
    for operation in sorted(OPERATIONS.values(), key=lambda one: one.marker != ""):
        name, route = endpoint_name(operation.name), (operation.method, operation.path)
        if name not in names and route not in routes:
            routes.add(route)
            yield Resource(operation, made_by_hand).row(name)


@dataclass(frozen=True)
class Resource:
    """One operation, and what it does to the objects of its resource, as its route tells."""

    operation: Operation
    made_by_hand: frozenset[tuple[str, str]] = frozenset()  # routes whose objects are none of ours

    @property
    def kind(self) -> str:
        return self.operation.name.rpartition(".")[0]

    @cached_property
    def _above(self) -> str:
        """The kind of the object that has this collection, where callers create such; else ""."""
        path = self._one.rpartition("/{")[0].rpartition("/")[0]
        is_created = path.endswith("}") and ("POST", path.rpartition("/{")[0]) in _ROUTES
        if not is_created or ("GET", path) in self.made_by_hand:
            return ""
        return _ROUTES.get(("GET", path), "").rpartition(".")[0]

    @cached_property
    def _words(self) -> list[str]:
        return self.operation.path.strip("/").split("/")

    @cached_property
    def _is_one(self) -> bool:
        """Whether the path ends with an object's id."""
        return self._words[-1][:1] == "{"

    @cached_property
    def _one(self) -> str:
        """The path of an object of the collection that this path is of or in, or "" for none."""
        path = self.operation.path
        if self._is_one:
            return path
        return next((known for _, known in _ROUTES if known.rpartition("/{")[0] == path), "")

    @cached_property
    def is_created(self) -> bool:
        """Whether callers create objects of this resource."""
        return bool(self._one) and ("POST", self._one.rpartition("/{")[0]) in _ROUTES

    def row(self, name: str) -> Endpoint:
        operation = self.operation
        is_raw = operation.answers not in ("", "application/json")
        auto, keep = self._acts()
        return Endpoint(
            name=name,
            method=operation.method,
            path=operation.path,
            family=family_of(name),
            check=lambda call: None,
            fill=self._fill,
            is_whole=is_binary if is_raw else self._is_whole,
            auto=self._raw if is_raw else auto,
            summary=lambda call: f"{operation.name} {' '.join(call.params.values())}".strip()[:200],
            keep=keep,
            raw=binary if is_raw else None,
            bodiless=not operation.needs_body,
            slow=True,
        )

    def _acts(self) -> tuple[Callable[[Call, Shelf], Body], Callable[[Call, Body, Shelf], None] | None]:
        """(auto, keep) of what this operation does."""
        method, is_one = self.operation.method, self._is_one
        if method == "GET" and self.operation.page:
            return self._list, None
        if not self.is_created:
            return self._sample, None
        if is_one:
            acts = {"GET": (self._found, None), "DELETE": (self._delete, self._forget)}
            return acts.get(method, (self._update, self._change))
        return (self._create, self._keep) if method == "POST" else (self._sample, None)

    def _sample(self, call: Call, shelf: Shelf | None = None, *, seed: bytes = b"") -> Body:
        made = sample(
            self.operation.name,
            seed=seed or call.address.encode(errors="replace") + call.body,
            now=int(call.received_at),
            given={**call.data, **call.params},
        )
        return made if isinstance(made, dict) else {}

    def _fill(self, draft: Body, call: Call) -> Body:
        made = self._sample(call)
        if self._is_one and "id" in made:
            made["id"] = self._id(call)
        return made | draft

    def _is_whole(self, body: Body) -> bool:
        checked = validator(self.operation.name, "response")
        return checked is None or checked.is_valid(body)

    def _raw(self, call: Call, shelf: Shelf) -> Body:
        return as_base64(_BYTES, self.operation.answers)

    def _look_above(self, call: Call, shelf: Shelf) -> None:
        """Raises OpenAI's 404 where there is nothing that could have such a collection."""
        if self._above and not is_sampled():
            found(shelf, self._above, self._parent(call).rpartition("/")[2], label=label_of(self._above))

    def _create(self, call: Call, shelf: Shelf) -> Body:
        """A new object; two calls that are the same create two."""
        self._look_above(call, shelf)
        made = self._sample(call, seed=call.id.encode())
        named = call.data.get(self._one.rpartition("{")[2].removesuffix("}"))
        return made | {"id": named} if isinstance(named, str) and "id" in made else made

    def _found(self, call: Call, shelf: Shelf) -> Body:
        return found(
            shelf,
            self.kind,
            self._id(call),
            label=label_of(self.kind),
            sample=lambda: self._sample(call, shelf),
        )

    def _update(self, call: Call, shelf: Shelf) -> Body:
        kept = self._found(call, shelf)
        given = {name: value for name, value in call.data.items() if name in kept and name != "id"}
        return self._fitting(kept | given, call, "response")

    def _delete(self, call: Call, shelf: Shelf) -> Body:
        self._found(call, shelf)
        made = self._sample(call)
        given = {"id": self._id(call), "deleted": True}
        return made | {name: value for name, value in given.items() if name in made}

    def _list(self, call: Call, shelf: Shelf) -> Body:
        if not self.is_created:
            return self._sample(call)
        self._look_above(call, shelf)
        body = shaped(self.operation.page, call, shelf, self.kind, parent=self._parent(call))
        return body | {"data": [self._fitting(item, call, "item") for item in body["data"]]}

    def _fitting(self, body: Body, call: Call, part: Literal["response", "item"]) -> Body:
        """The object as this operation shows it, where that is not how another one made it."""
        name = self.operation.name
        checked = validator(name, part)
        if checked is None or checked.is_valid(body):
            return body
        made = sample(name, part, seed=orjson.dumps(body), now=int(call.received_at), given=body)
        return made if isinstance(made, dict) else body

    def _keep(self, call: Call, body: Body, shelf: Shelf) -> None:
        put_whole(shelf, self.kind, body, parent=self._parent(call))

    def _change(self, call: Call, body: Body, shelf: Shelf) -> None:
        shelf.update(self.kind, self._id(call), body)

    def _forget(self, call: Call, body: Body, shelf: Shelf) -> None:
        if body.get("deleted", True) is True:
            shelf.delete(self.kind, self._id(call))

    def _id(self, call: Call) -> str:
        return list(call.params.values())[-1] if call.params else ""

    def _parent(self, call: Call) -> str:
        """The id of the object whose collection this is."""
        ids = list(call.params.values())
        return "/".join(ids[:-1] if self._is_one else ids)
