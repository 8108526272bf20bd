"""Responses that are kept: how they are kept, and the operations on them."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

from apps.wire import response_frames
from apps.wire.call import Call
from apps.wire.endpoint import Body, Raw
from apps.wire.errors import WireError
from apps.wire.history import INPUT, ITEM, RESPONSE, before, conversation_id, tokens_before, whole_items
from apps.wire.kept_object import ID_MAX, put_whole
from apps.wire.pages import asked_page, cursor_page
from apps.wire.resource import kept, resource
from apps.wire.response_asked import check_input, summary
from apps.wire.response_fill import fill
from apps.wire.response_usage import input_tokens
from apps.wire.response_whole import is_whole
from apps.wire.shelf import Shelf

# A response in the background is queued for a second, and in progress for another one.
QUEUED_S, PROGRESS_S = 1.0, 2.0
_PLACES = ("after", "before")
_UNFINISHED: Body = {
    "completed_at": None,
    "error": None,
    "incomplete_details": None,
    "output": [],
    "usage": None,
}
_ENDS = ("completed", "failed", "incomplete")


def keeps(call: Call) -> bool:
    """Unless the request says otherwise; a conversation goes on in any case."""
    return call.data.get("store") is not False or bool(conversation_id(call))


def keep(call: Call, body: Body, shelf: Shelf) -> None:
    """Keeps the response and its input; both become part of the conversation that the request names."""
    if not is_whole(body):
        return
    response_id, conversation = body["id"], conversation_id(call)
    inputs = whole_items(call.data.get("input"), call, like=response_id)
    if call.data.get("store") is not False:
        put_whole(shelf, RESPONSE, body)
        for item in inputs:
            shelf.put(INPUT, _input_id(response_id, item["id"]), item, parent=response_id)
    for item in (*inputs, *body["output"]) if conversation else ():
        put_whole(shelf, ITEM, item, parent=conversation)


def background(body: Body, call: Call) -> Raw | None:
    """What leaves at once of a response that is made in the background: that it is queued."""
    if call.data.get("background") is not True or call.stream or body.get("status") not in _ENDS:
        return None
    return Raw("application/json", orjson.dumps({**body, **_UNFINISHED, "status": "queued"}))


def now(body: Body, call: Call) -> Body:
    """A kept response as it is now: one in the background takes its time."""
    if body.get("background") is not True or body.get("status") not in _ENDS:
        return body
    age_s = call.received_at - body["created_at"]
    if age_s >= PROGRESS_S:
        return body
    return {**body, **_UNFINISHED, "status": "queued" if age_s < QUEUED_S else "in_progress"}


def _found(call: Call, shelf: Shelf) -> Body:
    response_id = call.params["response_id"]
    return kept(shelf, RESPONSE, response_id, what="Response", sample=lambda: _sample(call))


def _sample(call: Call) -> Body:
    return fill({"content": "This is a mock answer.", "created_at": 0, "background": True}, call)


def _retrieve(call: Call, shelf: Shelf) -> Body:
    body = _found(call, shelf)
    return body if call.stream else now(body, call)


def _frames(body: Body, call: Call) -> Iterator[bytes]:
    """The events of the response, from the one after `starting_after`."""
    after, padded = call.asked("starting_after"), call.asked("include_obfuscation") != "false"
    options = {"stream_options": {"include_obfuscation": padded}}
    events = response_frames.frames(body, call._replace(data=options))
    return islice(events, int(after) + 1 if after.isascii() and after.isdigit() else 0, None)


def _cancel(call: Call, shelf: Shelf) -> Body:
    body = _found(call, shelf)
    if body.get("background") is not True:
        raise WireError(400, "Cannot cancel a synchronous response.", param="response_id")
    is_done = now(body, call) is body
    return body if is_done else {**body, **_UNFINISHED, "status": "cancelled"}


def _cancelled(call: Call, body: Body, shelf: Shelf) -> None:
    shelf.update(RESPONSE, call.params["response_id"], body)


def _delete(call: Call, shelf: Shelf) -> Body:
    return {"id": _found(call, shelf)["id"], "object": "response", "deleted": True}


def _deleted(call: Call, body: Body, shelf: Shelf) -> None:
    shelf.delete(RESPONSE, call.params["response_id"])


def _input_items(call: Call, shelf: Shelf) -> Body:
    response_id = _found(call, shelf)["id"]
    places = {name: [_input_id(response_id, one[0])] for name, one in call.query.items() if name in _PLACES}
    call = call._replace(query={**call.query, **places})
    return cursor_page(asked_page(call, shelf, INPUT, parent=response_id))


def _input_id(response_id: str, item_id: Any) -> str:
    """Clients send items of earlier answers again, under the same ids: each response has its own of them."""
    return f"{response_id}/{item_id}"[:ID_MAX]


def _count(call: Call, shelf: Shelf) -> Body:
    more = tokens_before(call, before(call, shelf), shelf)
    return {"object": "response.input_tokens", "input_tokens": input_tokens(call.data) + more}


def _is_count(body: Body) -> bool:
    return type(body.get("input_tokens")) is int


_ONE = "/responses/{response_id}"
RETRIEVE = resource("responses.retrieve", "GET", _ONE, auto=_retrieve, is_whole=is_whole, frames=_frames)
CANCEL = resource("responses.cancel", "POST", f"{_ONE}/cancel", auto=_cancel, keep=_cancelled, bodiless=True)
DELETE = resource("responses.delete", "DELETE", _ONE, auto=_delete, keep=_deleted)
INPUT_ITEMS = resource("responses.input_items.list", "GET", f"{_ONE}/input_items", auto=_input_items)
INPUT_TOKENS = resource(
    "responses.input_tokens.count",
    "POST",
    "/responses/input_tokens",
    auto=_count,
    is_whole=_is_count,
    check=lambda call: check_input(call.data.get("input")),
    summary=summary,
    bodiless=True,
)
ROWS = (RETRIEVE, CANCEL, DELETE, INPUT_ITEMS, INPUT_TOKENS)
