"""Chat completions that are kept, because their request says so: how, and the operations on them."""

from apps.wire.call import Call
from apps.wire.chat_fill import fill
from apps.wire.chat_whole import is_whole
from apps.wire.endpoint import Body
from apps.wire.kept_object import put_whole
from apps.wire.pages import asked_page, cursor_page, metadata_asked
from apps.wire.resource import kept, resource
from apps.wire.shelf import Shelf

STORED, MESSAGE = "chat.completions", "chat.completions.messages"
# What a kept completion says of its request.
_ECHOED = (
    "metadata",
    "tools",
    "tool_choice",
    "temperature",
    "top_p",
    "seed",
    "response_format",
    "input_user",
)


def keeps(call: Call) -> bool:
    return call.data.get("store") is True


def keep(call: Call, body: Body, shelf: Shelf) -> None:
    """Keeps the completion, and the messages of its request."""
    if not is_whole(body):
        return
    echoed = {key: call.data[key] for key in _ECHOED if call.data.get(key) is not None}
    put_whole(shelf, STORED, {**body, "metadata": {}, **echoed})
    messages = call.data.get("messages")
    for index, message in enumerate(messages if isinstance(messages, list) else ()):
        if isinstance(message, dict):
            put_whole(shelf, MESSAGE, _message(message, f"{body['id']}-{index}"), parent=body["id"])


def _message(message: Body, message_id: str) -> Body:
    """A message of the request; its parts stand beside the text that they make."""
    content = message.get("content")
    made: Body = {"id": message_id, **message, "content_parts": None}
    if isinstance(content, list):
        texts = [part.get("text") for part in content if isinstance(part, dict)]
        joined = "\n".join([text for text in texts if isinstance(text, str)])
        made |= {"content": joined or None, "content_parts": content}
    return made


def _found(call: Call, shelf: Shelf) -> Body:
    completion_id = call.params["completion_id"]
    sample = lambda: fill({"content": "This is a mock answer."}, call)  # noqa: E731 - said once
    return kept(shelf, STORED, completion_id, what="Chat completion", sample=sample)


def _list(call: Call, shelf: Shelf) -> Body:
    """Those of a model, and with these values of metadata (metadata[key]=value), where the query says so."""
    where: Body = {"model": model} if (model := call.asked("model")) else {}
    where |= metadata_asked(call)
    return cursor_page(asked_page(call, shelf, STORED, order="asc", where=where))


def _update(call: Call, shelf: Shelf) -> Body:
    return {**_found(call, shelf), "metadata": call.data.get("metadata") or {}}


def _updated(call: Call, body: Body, shelf: Shelf) -> None:
    shelf.update(STORED, call.params["completion_id"], body)


def _delete(call: Call, shelf: Shelf) -> Body:
    return {"object": "chat.completion.deleted", "id": _found(call, shelf)["id"], "deleted": True}


def _deleted(call: Call, body: Body, shelf: Shelf) -> None:
    shelf.delete(STORED, call.params["completion_id"])


def _messages(call: Call, shelf: Shelf) -> Body:
    return cursor_page(asked_page(call, shelf, MESSAGE, parent=_found(call, shelf)["id"], order="asc"))


_ALL, _ONE = "/chat/completions", "/chat/completions/{completion_id}"
ROWS = (
    resource("chat.completions.list", "GET", _ALL, auto=_list),
    resource("chat.completions.retrieve", "GET", _ONE, auto=_found),
    resource("chat.completions.update", "POST", _ONE, auto=_update, keep=_updated),
    resource("chat.completions.delete", "DELETE", _ONE, auto=_delete, keep=_deleted),
    resource("chat.completions.messages.list", "GET", f"{_ONE}/messages", auto=_messages),
)
