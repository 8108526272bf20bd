"""A response that a person is typing: its events piece by piece, and the whole body in the end."""

from typing import Any

from apps.wire import response_usage
from apps.wire.call import Call
from apps.wire.endpoint import Body, Typed
from apps.wire.response_events import Events
from apps.wire.response_frames import ItemEvents

_EARLY = {"length": "max_output_tokens", "content_filter": "content_filter"}


def whole(opening: Body, text: str, finish_reason: str | None, usage: Any, call: Call) -> Body:
    """The opening body with what was typed: the body that an answer at once would have had."""
    early = _EARLY.get(finish_reason or "length")
    status = "incomplete" if early else "completed"
    [item] = opening["output"]
    output = [_with(item, text, status)]
    return {
        **opening,
        "status": status,
        "completed_at": None if early else opening["completed_at"],
        "incomplete_details": {"reason": early} if early else None,
        "output": output,
        "usage": response_usage.complete(usage, output, call),
    }


class TypedEvents:
    """The service's sequence of events, as far as it is known: beginning, a message's pieces, its end."""

    def __init__(self, opening: Body, call: Call) -> None:
        self._opening = opening
        self._events = Events(call)
        [item] = opening["output"]
        self._item = item
        self._message = ItemEvents(self._events, 0, item)

    def start(self) -> bytes:
        beginning = self._events.beginning(self._opening)
        [part] = self._item["content"]
        return b"".join([*beginning, self._message.start(), self._message.part_start(0, part)])

    def text(self, delta: str) -> bytes:
        [part] = self._item["content"]
        return b"".join(self._message.part_text(0, {**part, "text": delta}))

    def end(self, body: Body) -> bytes:
        """The rest, as `body`, the whole one, says it."""
        [item] = body["output"]
        rest = [*self._message.part_end(0, item["content"][0]), self._message.done(item)]
        return b"".join([*rest, self._events.end(body)])


def _with(item: Body, text: str, status: str) -> Body:
    [part] = item["content"]
    return {**item, "status": status, "content": [{**part, "text": text}]}


TYPED = Typed(reasons=("stop", "length", "content_filter"), whole=whole, frames=TypedEvents)
