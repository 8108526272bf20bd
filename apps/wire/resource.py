"""A resource: one kind of object that callers create, and the rows that all such kinds share."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint
from apps.wire.findings import findings, refusal
from apps.wire.kept_object import ID_MAX, found
from apps.wire.names import endpoint_name, family_of
from apps.wire.pages import asked_page, cursor_page, fill_page
from apps.wire.shelf import Page, Shelf
from apps.wire.validators import validator

Act = Callable[[Call, Shelf], Body]
Keep = Callable[[Call, Body, Shelf], None]
_MANY = 100


def row(
    operation: str,
    method: str,
    path: str,
    *,
    fill: Callable[[Body, Call], Body],
    auto: Act,
    check: Callable[[Call], None] = lambda call: None,
    keep: Keep | None = None,
    summary: Callable[[Call], str] | None = None,
    bodiless: bool = False,
    **more: Any,
) -> Endpoint:
    """A row whose answers are whole when the SDK's types say so."""
    name = endpoint_name(operation)
    told = summary or (lambda call: " ".join([operation, *call.params.values()]))
    return Endpoint(
        name=name,
        method=method,
        path=path,
        family=family_of(name),
        check=check,
        fill=fill,
        is_whole=lambda body: is_readable(operation, body),
        auto=auto,
        keep=keep,
        summary=lambda call: told(call)[:200],
        bodiless=bodiless,
        slow=True,
        **more,
    )


def is_readable(operation: str, body: Body) -> bool:
    """Whether the SDK's types allow this answer."""
    checked = validator(operation, "response")
    return checked is None or checked.is_valid(body)


def essential(operation: str, paths: str) -> Callable[[Call], None]:
    """A check that refuses what OpenAI would at these places of the request, a pattern; others are let be."""
    pattern = re.compile(paths)

    def check(call: Call) -> None:
        for finding in findings(call.data, operation, limit=_MANY):
            if pattern.fullmatch(finding.path):
                raise refusal(finding)

    return check


@dataclass(frozen=True, kw_only=True)
class Resource:
    """Objects of one kind.

    name          the catalogue's, which is also their kind on a shelf: "vector_stores.files"
    label         what a 404 calls one: "VectorStoreFile"
    path          of their collection; `param` names the placeholder of one of them below it
    fill          completes one of them, by the call that creates or asks for it
    seen          how a kept one looks when it is asked for: its state may be a matter of time
    above         the resource of the object that they belong to, if to any: they go with it, and are kept
                  under its id and their own, "vs_1/file-1"
    """

    name: str
    label: str
    path: str
    param: str
    fill: Callable[[Body, Call], Body]
    seen: Callable[[Body, Call], Body] = lambda kept, call: kept
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
        return self.seen(self.kept(call, shelf, object_id), call)

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
            keep=keep or (lambda call, body, shelf: self.put(call, body, shelf) and None),
            **more,
        )

    def retrieve(self, operation: str = "", **more: Any) -> Endpoint:
        path = f"{self.path}/{{{self.param}}}"
        operation = operation or f"{self.name}.retrieve"
        return row(operation, "GET", path, **{"fill": self.fill, "auto": self.now} | more)

    def update(self, *members: str, **more: Any) -> Endpoint:
        """Takes these members over from the request."""

        def changed(call: Call, shelf: Shelf) -> Body:
            given = {name: call.data[name] for name in members if name in call.data}
            return self.now(call, shelf) | given

        def keep(call: Call, body: Body, shelf: Shelf) -> None:
            kept = shelf.get(self.name, self.key(call))
            if kept is not None:
                shelf.update(self.name, self.key(call), kept | {name: body.get(name) for name in members})

        path = f"{self.path}/{{{self.param}}}"
        made = {"fill": self.fill, "auto": changed, "keep": keep, "bodiless": True}
        return row(f"{self.name}.update", "POST", path, **made | more)

    def delete(self, object_word: str, **more: Any) -> Endpoint:
        """`object_word` is what the answer says was deleted: "assistant.deleted"."""

        def deleted(draft: Body, call: Call) -> Body:
            return {"id": call.params[self.param], "object": object_word, "deleted": True} | draft

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
        """`page(call)` has more arguments for `asked_page`."""

        def auto(call: Call, shelf: Shelf) -> Body:
            self.must_be_there(call, shelf)
            parent = self.parent(call)
            asked = {"parent": parent, "prefix": f"{parent}/" if parent else ""}
            items, has_more = asked_page(call, shelf, self.name, **asked | (page(call) if page else {}))
            return cursor_page(Page([self.seen(one, call) for one in items], has_more))

        def fill(draft: Body, call: Call) -> Body:
            return fill_page(draft, call, fill=self.fill)

        operation = operation or f"{self.name}.list"
        return row(operation, "GET", more.pop("path", self.path), **{"fill": fill, "auto": auto} | more)
