"""A resource: one kind of object that callers create, and the rows that all such kinds share."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint
from apps.wire.kept_object import ID_MAX, found
from apps.wire.pages import asked_page, cursor_page, fill_page
from apps.wire.row import Act, Keep, row
from apps.wire.shelf import Page, Shelf
from apps.wire.validators import answers_null


@dataclass(frozen=True, kw_only=True)
class Resource:
    """Objects of one kind.

    name          the catalogue's, which is also their kind on a shelf: "vector_stores.files"
    label         what a 404 calls one: "File"; or all of what it says, with {id}
    path          of their collection; `param` names the placeholder of one of them below it
    fill          completes one of them, by the call that creates or asks for it
    seen          how a kept one looks when it is asked for: its state may be a matter of time. Members that
                  begin with "_" are never shown
    above         the resource of the object that they belong to, if to any: they go with it, and are kept
                  under its id and their own, "vs_1/file-1"
    """

    name: str
    label: str
    path: str
    param: str
    fill: Callable[[Body, Call], Body]
    seen: Callable[[Body, Call, Shelf], Body] = lambda kept, call, shelf: kept
    above: "Resource | None" = None

    # --- one object ------------------------------------------------------------------------------

    def key(self, call: Call, object_id: str = "") -> str:
        """What an object is kept under; without an id the one that the path names."""
        own = object_id or call.params.get(self.param, "")
        return f"{self.above.key(call)}/{own}" if self.above else own

    def parent(self, call: Call) -> str:
        return self.above.key(call) if self.above else ""

    def kept(self, call: Call, shelf: Shelf, object_id: str = "") -> Body:
        """The object as it was kept; raises OpenAI's 404."""
        own = object_id or call.params.get(self.param, "")
        return found(
            shelf,
            self.name,
            self.key(call, own),
            label=self.label,
            sample=lambda: self.fill({}, call),
            shown=own,
        )

    def now(self, call: Call, shelf: Shelf, object_id: str = "") -> Body:
        """The object as it is at the moment of the call."""
        return self.shown(self.kept(call, shelf, object_id), call, shelf)

    def shown(self, kept: Body, call: Call, shelf: Shelf) -> Body:
        """What callers see of a kept object."""
        seen = self.seen(kept, call, shelf)
        return {name: value for name, value in seen.items() if name[:1] != "_"}

    def must_be_there(self, call: Call, shelf: Shelf) -> None:
        """Raises OpenAI's 404 where what they belong to is not there."""
        if self.above:
            self.above.kept(call, shelf)

    def put(self, call: Call, body: Body, shelf: Shelf) -> bool:
        """Keeps a new object; False for one without a usable id."""
        own = body.get("id")
        if not isinstance(own, str) or not 0 < len(own) <= ID_MAX:
            return False
        shelf.put(self.name, self.key(call, own), body, parent=self.parent(call))
        return True

    def page(self, call: Call, shelf: Shelf, **more: Any) -> Body:
        """The part of the list that the query asks for; `more` is for `asked_page`."""
        parent = self.parent(call)
        prefix = f"{parent}/" if parent else ""
        items, has_more = asked_page(call, shelf, self.name, **{"parent": parent, "prefix": prefix} | more)
        return cursor_page(Page([self.shown(one, call, shelf) for one in items], has_more))

    def _keep(self, call: Call, body: Body, shelf: Shelf) -> None:
        self.put(call, body, shelf)

    def change(self, call: Call, body: Body, shelf: Shelf) -> None:
        """For `Endpoint.keep`: what the path names is from now on as the body has it."""
        shelf.update(self.name, self.key(call), body)

    # --- rows ------------------------------------------------------------------------------------

    def create(self, *, auto: Act | None = None, keep: Keep | None = None, **more: Any) -> Endpoint:
        def made(call: Call, shelf: Shelf) -> Body:
            self.must_be_there(call, shelf)
            return {}

        return row(
            f"{self.name}.create",
            "POST",
            self.path,
            fill=self.fill,
            auto=auto or made,
            keep=keep or self._keep,
            **more,
        )

    def retrieve(self, operation: str = "", **more: Any) -> Endpoint:
        path = f"{self.path}/{{{self.param}}}"
        operation = operation or f"{self.name}.retrieve"
        made: dict[str, Any] = {"fill": self.fill, "auto": self.now}
        return row(operation, "GET", path, **made | more)

    def update(self, *members: str, **more: Any) -> Endpoint:
        """Takes these members over from the request: also null, where an answer may have it."""
        operation = f"{self.name}.update"

        def changed(call: Call, shelf: Shelf) -> Body:
            data = call.data
            given = {
                name: data[name]
                for name in members
                if name in data and (data[name] is not None or answers_null(operation, name))
            }
            return self.now(call, shelf) | given

        def keep(call: Call, body: Body, shelf: Shelf) -> None:
            kept = shelf.get(self.name, self.key(call))
            if kept is not None:
                shelf.update(self.name, self.key(call), kept | {name: body.get(name) for name in members})

        path = f"{self.path}/{{{self.param}}}"
        made: dict[str, Any] = {"fill": self.fill, "auto": changed, "keep": keep, "bodiless": True}
        return row(operation, "POST", path, **made | more)

    def delete(self, object_word: str, *, named: str = "id", **more: Any) -> Endpoint:
        """`object_word` is what the answer says was deleted: "assistant.deleted"; `named` has its id."""

        def deleted(draft: Body, call: Call) -> Body:
            return {named: call.params[self.param], "object": object_word, "deleted": True} | draft

        def auto(call: Call, shelf: Shelf) -> Body:
            self.kept(call, shelf)
            return deleted({}, call)

        def forget(call: Call, body: Body, shelf: Shelf) -> None:
            if body.get("deleted", True) is True:
                shelf.delete(self.name, self.key(call))

        path = f"{self.path}/{{{self.param}}}"
        made: dict[str, Any] = {"fill": deleted, "auto": auto, "keep": forget}
        return row(f"{self.name}.delete", "DELETE", path, **made | more)

    def list(
        self, operation: str = "", *, page: Callable[[Call], Body] | None = None, **more: Any
    ) -> Endpoint:
        """`page(call)` has more arguments for `Resource.page`."""

        def auto(call: Call, shelf: Shelf) -> Body:
            self.must_be_there(call, shelf)
            return self.page(call, shelf, **page(call) if page else {})

        def fill(draft: Body, call: Call) -> Body:
            return fill_page(draft, call, fill=self.fill)

        operation = operation or f"{self.name}.list"
        return row(operation, "GET", more.pop("path", self.path), **{"fill": fill, "auto": auto} | more)
