"""Lists of kept objects, as requests ask for their parts and as answers give them."""

from collections.abc import Callable, Mapping
from typing import Any

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.errors import WireError, invalid_value, out_of_range
from apps.wire.kept_object import is_sampled
from apps.wire.shelf import Page, Shelf

LIMIT, LIMIT_MAX = 20, 100


def asked_page(
    call: Call,
    shelf: Shelf,
    kind: str,
    *,
    parent: str = "",
    limit: int = LIMIT,
    limit_max: int = LIMIT_MAX,
    order: str = "desc",
    where: Mapping[str, Any] | None = None,
    prefix: str = "",
) -> Page:
    """The part of a list that the query's after, before, limit and order ask for; raises WireError.

    `limit` and `order` are what the operation takes when the query has none. `prefix` is what the ids are
    kept with and callers do not know.
    """
    order = asked_order(call, order)
    for place in ("after", "before"):
        if (asked := call.asked(place)) and not is_sampled() and shelf.get(kind, prefix + asked) is None:
            raise _no_such_place(place, asked)
    return shelf.page(
        kind,
        parent=parent,
        after=_kept_id(prefix, call.asked("after")),
        before=_kept_id(prefix, call.asked("before")),
        limit=_limit(call, limit, limit_max),
        order=order,
        where=where,
    )


def asked_order(call: Call, default: str) -> str:
    """Which of "asc" and "desc"; raises WireError."""
    order = call.asked("order", default).removesuffix("ending")  # one operation has the long words
    if order not in ("asc", "desc"):
        raise invalid_value("order", order, ("asc", "desc"))
    return order


def part_of(items: list[Body], call: Call) -> Page:
    """The part of a list that was made up for the call, in its order; raises WireError."""
    after, limit = call.asked("after"), _limit(call, LIMIT, LIMIT_MAX)
    ids = [item["id"] for item in items]
    if after and after not in ids and not is_sampled():
        raise _no_such_place("after", after)
    start = ids.index(after) + 1 if after in ids else 0
    return Page(items[start : start + limit], len(items) > start + limit)


def metadata_asked(call: Call) -> Body:
    """For `where` of a list: the values that its query wants of the metadata, as metadata[key]=value."""
    wanted = {name[9:-1]: found[0] for name, found in call.query.items() if name.startswith("metadata[")}
    return {"metadata": wanted} if wanted else {}


def _no_such_place(param: str, object_id: str) -> WireError:
    # The service's words for it are not known; a page without items would look like the end of the list.
    return out_of_range(param, f"there is no '{object_id[:100]}' in this list.", code="invalid_value")


def _kept_id(prefix: str, asked: str) -> str:
    return prefix + asked if asked else ""


def cursor_page(page: Page) -> Body:
    """The page as most lists are: the SDK goes on behind the last item's id."""
    ids = [item.get("id") for item in page.items]
    return {
        "object": "list",
        "data": page.items,
        "first_id": ids[0] if ids else None,
        "last_id": ids[-1] if ids else None,
        "has_more": page.has_more,
    }


def is_page(body: Body) -> bool:
    """For `Endpoint.is_whole` of a list."""
    return isinstance(body.get("data"), list) and isinstance(body.get("has_more"), bool)


def fill_page(draft: Body, call: Call, *, fill: Callable[[Body, Call], Body] | None = None) -> Body:
    """For `Endpoint.fill` of a list: {"data": [{"id": …}]} is enough. `fill` is that of its items."""
    data = draft.get("data")
    items = data if isinstance(data, list) else []
    if fill is not None:
        items = [fill(one, call) if isinstance(one, dict) else one for one in items]
    about = Page([one for one in items if isinstance(one, dict)], has_more=False)
    return cursor_page(about) | draft | {"data": items}


def _limit(call: Call, limit: int, limit_max: int) -> int:
    text = call.asked("limit")
    if not text or (text == "0" and is_sampled()):  # suites that invent their ids invent this, too
        return limit
    if not text.isdecimal() or len(text) > 9 or not 1 <= int(text) <= limit_max:
        problem = f"expected a whole number from 1 to {limit_max}, but got {text[:40]} instead."
        raise out_of_range("limit", problem, code="invalid_value")
    return int(text)
