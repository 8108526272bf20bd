"""What was said before a request: the items that its caller has kept of a conversation."""

import time
from typing import Any

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.errors import WireError
from apps.wire.item_reference import check_references
from apps.wire.kept_object import is_sampled
from apps.wire.logprobs import Scores
from apps.wire.resource import not_found
from apps.wire.response_asked import OUTPUTS, items_of
from apps.wire.response_item import Items
from apps.wire.response_usage import input_tokens
from apps.wire.shelf import Shelf

RESPONSE, INPUT = "responses", "responses.input_items"
CONVERSATION, ITEM = "conversations", "conversations.items"
_EITHER = (
    "Mutually exclusive parameters: Ensure you are only providing one of: 'previous_response_id' or "
    "'conversation'."
)
RESPONSES_BACK = 20  # so many answers of a conversation are looked at, the last ones
ITEMS_BACK = 50


def before(call: Call, shelf: Shelf) -> list[Body]:
    """The items of the conversation that a request for a response goes on with; raises WireError for one
    that is not there."""
    previous, conversation = call.data.get("previous_response_id"), conversation_id(call)
    if is_sampled():
        return []
    check_references(call, shelf, response=RESPONSE, inputs=INPUT, item=ITEM)
    if previous and conversation:
        raise WireError(400, _EITHER, code="mutually_exclusive_parameters")
    if previous:
        return _chain(str(previous), shelf)
    if conversation:
        if shelf.get(CONVERSATION, conversation) is None:
            raise not_found("Conversation", conversation)
        page = shelf.page(ITEM, parent=conversation, limit=ITEMS_BACK)
        return page.items[::-1]
    return []


def tokens_before(call: Call, said: list[Body], shelf: Shelf) -> int:
    """The tokens of what was `said` before, which count as input anew: as the response that is gone on with
    had counted them and its own; else counted."""
    previous = call.data.get("previous_response_id")
    usage = (shelf.get(RESPONSE, previous) or {}).get("usage") if isinstance(previous, str) else None
    total = usage.get("total_tokens") if isinstance(usage, dict) else None
    return total if type(total) is int else input_tokens({"model": call.model, "input": said}) if said else 0


def asked(call: Call, shelf: Shelf) -> Body:
    """The request with what was said before it in its input."""
    said = before(call, shelf)
    return {**call.data, "input": [*said, *items_of(call.data.get("input"))]} if said else call.data


def conversation_id(call: Call) -> str:
    """The conversation that a request names; "" for none."""
    given = call.data.get("conversation")
    found = given.get("id") if isinstance(given, dict) else given
    return found if isinstance(found, str) else ""


def _chain(previous: str, shelf: Shelf) -> list[Body]:
    if shelf.get(RESPONSE, previous) is None:
        # The service answers this with 400, unlike a response that is asked for itself.
        message = f"Previous response with id '{previous[:200]}' not found."
        raise WireError(400, message, param="previous_response_id", code="previous_response_not_found")
    items: list[Body] = []
    for _ in range(RESPONSES_BACK):
        body = shelf.get(RESPONSE, previous) if previous else None
        if body is None:
            break
        page = shelf.page(INPUT, parent=previous, limit=ITEMS_BACK)
        items = [*page.items[::-1], *items_of(body.get("output")), *items]
        if any(item.get("role") == "user" for item in page.items):
            break
        previous = str(body.get("previous_response_id") or "")
    return items


def whole_items(given: Any, call: Call, *, like: str = "") -> list[Body]:
    """The items of an input as they are kept: each with an id; `like` is the id that theirs begin like."""
    made = Items(
        like,
        created=int(call.received_at or time.time()),
        status="completed",
        scores=Scores(0, choices=1, model=call.model),
    )
    return [_whole(item, made) for item in items_of(given) if item.get("type") != "item_reference"]


def _whole(item: Body, items: Items) -> Body:
    kind, role = item.get("type", "message"), item.get("role")
    if kind == "message" and role != "assistant":
        made: Body = {"id": item.get("id") or items.id("message"), "type": "message", "status": "completed"}
        return made | {"content": _parts(item.get("content")), "role": role or "user"}
    if kind in OUTPUTS:
        return {"id": item.get("id") or items.id(kind), "status": "completed", **item}
    return items.whole(item)


def _parts(content: Any) -> list[Any]:
    if isinstance(content, list):
        return [{"detail": "auto", **part} if _is_image(part) else part for part in content]
    return [{"type": "input_text", "text": content if isinstance(content, str) else ""}]


def _is_image(part: Any) -> bool:
    return isinstance(part, dict) and part.get("type") == "input_image"
