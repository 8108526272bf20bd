"""Conversations: what a caller keeps of them, item by item."""

import time
from typing import Any

from apps.wire import ids
from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint
from apps.wire.errors import invalid_type, missing_parameter
from apps.wire.history import CONVERSATION, ITEM, not_found, whole_items
from apps.wire.jsongate import kind
from apps.wire.listed import list_of, listed, plain
from apps.wire.shelf import Shelf

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
    if isinstance(body.get("id"), str):
        shelf.put(CONVERSATION, body["id"], body)
        _put(whole_items(call.data.get("items"), call, like=body["id"]), body["id"], shelf)


def _put(items: list[Body], conversation_id: str, shelf: Shelf) -> None:
    for item in items:
        if isinstance(item.get("id"), str):
            shelf.put(ITEM, item["id"], item, parent=conversation_id)


def _found(call: Call, shelf: Shelf) -> Body:
    conversation_id = call.params["conversation_id"]
    body = shelf.get(CONVERSATION, conversation_id)
    if body is None:
        raise not_found("Conversation", conversation_id)
    return body


def _update(call: Call, shelf: Shelf) -> Body:
    return {**_found(call, shelf), "metadata": call.data.get("metadata") or {}}


def _updated(call: Call, body: Body, shelf: Shelf) -> None:
    shelf.update(CONVERSATION, call.params["conversation_id"], body)


def _delete(call: Call, shelf: Shelf) -> Body:
    return {"id": _found(call, shelf)["id"], "object": "conversation.deleted", "deleted": True}


def _deleted(call: Call, body: Body, shelf: Shelf) -> None:
    shelf.delete(CONVERSATION, call.params["conversation_id"])


def _add(call: Call, shelf: Shelf) -> Body:
    return list_of(whole_items(call.data.get("items"), call, like=_found(call, shelf)["id"]))


def _added(call: Call, body: Body, shelf: Shelf) -> None:
    items = body.get("data")
    known = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    _put(known, call.params["conversation_id"], shelf)


def _items(call: Call, shelf: Shelf) -> Body:
    return listed(call, shelf, ITEM, parent=_found(call, shelf)["id"])


def _item(call: Call, shelf: Shelf) -> Body:
    _found(call, shelf)
    item = shelf.get(ITEM, call.params["item_id"])
    if item is None:
        raise not_found("Item", call.params["item_id"])
    return item


def _remove(call: Call, shelf: Shelf) -> Body:
    _item(call, shelf)
    return _found(call, shelf)


def _removed(call: Call, body: Body, shelf: Shelf) -> None:
    shelf.delete(ITEM, call.params["item_id"])


def _check_items(call: Call) -> None:
    items = call.data.get("items")
    if items is None:
        raise missing_parameter("items")
    if not isinstance(items, list):
        raise invalid_type("items", expected="an array of items", got=kind(items))


def _is_item(body: Body) -> bool:
    return isinstance(body.get("id"), str) and isinstance(body.get("type"), str)


def _row(operation: str, method: str, path: str, **row: Any) -> Endpoint:
    return plain(
        name=f"conversations.{operation}",
        method=method,
        path=path,
        family="conversations",
        summary=lambda call: f"conversation {call.params.get('conversation_id', '')}".strip()[:200],
        **row,
    )


_ONE = "/conversations/{conversation_id}"
_ITEM = f"{_ONE}/items/{{item_id}}"
ROWS = (
    _row("create", "POST", "/conversations", auto=_create, keep=_created, bodiless=True),
    _row("retrieve", "GET", _ONE, auto=_found),
    _row("update", "POST", _ONE, auto=_update, keep=_updated),
    _row("delete", "DELETE", _ONE, auto=_delete, keep=_deleted),
    _row("items.create", "POST", f"{_ONE}/items", auto=_add, keep=_added, check=_check_items),
    _row("items.list", "GET", f"{_ONE}/items", auto=_items),
    _row("items.retrieve", "GET", _ITEM, auto=_item, is_whole=_is_item),
    _row("items.delete", "DELETE", _ITEM, auto=_remove, keep=_removed),
)
