"""Pages of what a caller has kept, in the form of OpenAI's cursor pages."""

from collections.abc import Mapping
from typing import Any

from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint
from apps.wire.shelf import Shelf

LIMIT, LIMIT_MAX = 20, 100


def listed(
    call: Call,
    shelf: Shelf,
    kind: str,
    *,
    parent: str = "",
    order: str = "desc",
    where: Mapping[str, Any] | None = None,
) -> Body:
    """The page that the request's query asks for; `order` holds when that says nothing."""
    limit = call.asked("limit")
    count = int(limit) if limit.isascii() and limit.isdigit() and len(limit) < 5 else LIMIT
    asked = call.asked("order", order)
    page = shelf.page(
        kind,
        parent=parent,
        after=call.asked("after"),
        limit=min(max(count, 1), LIMIT_MAX),
        order=asked if asked in ("asc", "desc") else order,
        where=where,
    )
    return list_of(page.items, has_more=page.has_more)


def list_of(items: list[Body], *, has_more: bool = False) -> Body:
    """A list that says which its first and last items are."""
    first, last = (items[0].get("id"), items[-1].get("id")) if items else ("", "")
    return {"object": "list", "data": items, "first_id": first, "last_id": last, "has_more": has_more}


def is_whole(body: Body) -> bool:
    """Whether it is an object, or a list of them, of which the SDK can make something."""
    return isinstance(body.get("object"), str) and ("id" in body or isinstance(body.get("data"), list))


def plain(**row: Any) -> Endpoint:
    """A row for what is kept: `auto` makes the whole body, a draft goes out as it is."""
    return Endpoint(
        **{"check": lambda call: None, "fill": lambda draft, call: draft, "is_whole": is_whole, **row}
    )
