"""Conversations: what a caller keeps of them, item by item."""

import time
from functools import partial

from apps.wire import ids
from apps.wire.bounds import beyond_length
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.errors import missing_parameter, out_of_range
from apps.wire.history import CONVERSATION, ITEM, whole_items
from apps.wire.kept_object import put_whole
from apps.wire.pages import asked_page, cursor_page
from apps.wire.resource import kept, resource
from apps.wire.shelf import Page, Shelf

ITEMS_MAX = 20  # so many may be added at once, says the service


def _create(call: Call, shelf: Shelf) -> Body:
    created = int(call.received_at or time.time())
    return {
        "id": f"conv_{ids.response_part(created)}",
        "object": "conversation",
        "created_at": created,
        "metadata": call.data.get("metadata") or {},
    }


def _created(call: Call, body: Body, shelf: Shelf) -> None:
    if put_whole(shelf, CONVERSATION, body):
        _put(whole_items(call.data.get("items"), call, like=body["id"]), body["id"], shelf)


def _put(items: list[Body], conversation_id: str, shelf: Shelf) -> None:
    for item in items:
        put_whole(shelf, ITEM, item, parent=conversation_id)


def _found(call: Call, shelf: Shelf) -> Body:
    conversation_id = call.params["conversation_id"]
    sample = partial(_create, call, shelf)
    return kept(shelf, CONVERSATION, conversation_id, what="Conversation", sample=sample)


def _update(call: Call, shelf: Shelf) -> Body:
    return {**_found(call, shelf), "metadata": call.data.get("metadata") or {}}


def _updated(call: Call, body: Body, shelf: Shelf) -> None:
    shelf.update(CONVERSATION, call.params["conversation_id"], body)


def _delete(call: Call, shelf: Shelf) -> Body:
    return {"id": _found(call, shelf)["id"], "object": "conversation.deleted", "deleted": True}


def _deleted(call: Call, body: Body, shelf: Shelf) -> None:
    shelf.delete(CONVERSATION, call.params["conversation_id"])


def _add(call: Call, shelf: Shelf) -> Body:
    return cursor_page(Page(whole_items(call.data.get("items"), call, like=_found(call, shelf)["id"]), False))


def _added(call: Call, body: Body, shelf: Shelf) -> None:
    items = body.get("data")
    known = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    _put(known, call.params["conversation_id"], shelf)


def _items(call: Call, shelf: Shelf) -> Body:
    return cursor_page(asked_page(call, shelf, ITEM, parent=_found(call, shelf)["id"]))


def _item(call: Call, shelf: Shelf) -> Body:
    _found(call, shelf)
    sample = lambda: whole_items("Hello", call)[0]  # noqa: E731 - said once
    return kept(shelf, ITEM, call.params["item_id"], what="Item", sample=sample)


def _remove(call: Call, shelf: Shelf) -> Body:
    _item(call, shelf)
    return _found(call, shelf)


def _removed(call: Call, body: Body, shelf: Shelf) -> None:
    shelf.delete(ITEM, call.params["item_id"])


def _check_items(call: Call) -> None:
    items = call.data.get("items")
    if items is None:
        raise missing_parameter("items")
    if items == []:
        problem = "empty array. Expected an array with minimum length 1, but got an empty array instead."
        raise out_of_range("items", problem, code="empty_array")
    _check_length(call)


def _check_length(call: Call) -> None:
    items = call.data.get("items")
    if isinstance(items, list) and (error := beyond_length("items", items, ITEMS_MAX)):
        raise error


def _is_item(body: Body) -> bool:
    return isinstance(body.get("id"), str) and isinstance(body.get("type"), str)


_ONE = "/conversations/{conversation_id}"
_ITEM = f"{_ONE}/items/{{item_id}}"
ROWS = (
    resource(
        "conversations.create",
        "POST",
        "/conversations",
        auto=_create,
        keep=_created,
        check=_check_length,
        bodiless=True,
    ),
    resource("conversations.retrieve", "GET", _ONE, auto=_found),
    resource("conversations.update", "POST", _ONE, auto=_update, keep=_updated),
    resource("conversations.delete", "DELETE", _ONE, auto=_delete, keep=_deleted),
    resource(
        "conversations.items.create", "POST", f"{_ONE}/items", auto=_add, keep=_added, check=_check_items
    ),
    resource("conversations.items.list", "GET", f"{_ONE}/items", auto=_items),
    resource("conversations.items.retrieve", "GET", _ITEM, auto=_item, is_whole=_is_item),
    resource("conversations.items.delete", "DELETE", _ITEM, auto=_remove, keep=_removed),
)
