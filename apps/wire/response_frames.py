"""Streaming a response: the whole body as the service's sequence of events."""

from collections.abc import Iterator
from typing import Any

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.logprobs import spelt
from apps.wire.response_events import Events
from apps.wire.response_fill import fill
from apps.wire.response_whole import is_whole

# What a call of a hosted tool goes through, between its beginning and its end.
_STAGES = {
    "web_search_call": ("in_progress", "searching", "completed"),
    "file_search_call": ("in_progress", "searching", "completed"),
    "image_generation_call": ("in_progress", "generating", "completed"),
    "code_interpreter_call": ("in_progress", "interpreting", "completed"),
    "mcp_call": ("in_progress", "completed"),
    "mcp_list_tools": ("in_progress", "completed"),
}


def frames(body: Body, call: Call) -> Iterator[bytes]:
    """The events of a streamed response, each with its blank line.

    A body that is not whole is completed first, so that any draft can be streamed. Each event is
    made when it is asked for.
    """
    if not is_whole(body):
        body = fill(body, call)
    events = Events(call)
    yield from events.beginning(body)
    for index, item in enumerate(body["output"]):
        yield from ItemEvents(events, index, item).all()
    if body.get("status") not in ("queued", "in_progress"):
        yield events.end(body)


class ItemEvents:
    """The events of one item of the output."""

    def __init__(self, events: Events, index: int, item: Body) -> None:
        self._events = events
        self._item = item
        self._end = {"output_index": index}
        self._place = {"item_id": item.get("id"), "output_index": index}

    def all(self) -> Iterator[bytes]:
        kind = self._item["type"]
        yield self.start()
        if kind == "message":
            for index, part in enumerate(self._item["content"]):
                yield from self.part(index, part)
        elif kind == "reasoning":
            yield from self._reasoning()
        elif kind == "function_call":
            yield from self._cut("response.function_call_arguments", "arguments", self._item["arguments"], {})
        elif kind == "custom_tool_call":
            yield from self._cut("response.custom_tool_call_input", "input", self._item["input"], {})
        else:
            yield from self._hosted(kind)
        yield self.done(self._item)

    def start(self) -> bytes:
        """The item as it is before anything was said."""
        empty: Body = {key: value for key, value in self._item.items() if key != "encrypted_content"}
        if "status" in empty:
            empty["status"] = "in_progress"
        for key, nothing in _BEGINNINGS.get(self._item["type"], {}).items():
            empty[key] = nothing
        return self._events.one("response.output_item.added", item=empty, **self._end)

    def done(self, item: Body) -> bytes:
        return self._events.one("response.output_item.done", item=item, **self._end)

    def part(self, index: int, part: Body) -> Iterator[bytes]:
        """The events of one part of a message."""
        yield self.part_start(index, part)
        yield from self.part_text(index, part)
        yield from self.part_end(index, part)

    def part_start(self, index: int, part: Body) -> bytes:
        empty = {**part, "refusal": ""} if part["type"] == "refusal" else _silent(part)
        return self._events.one("response.content_part.added", content_index=index, **self._place, part=empty)

    def part_text(self, index: int, part: Body) -> Iterator[bytes]:
        if part["type"] == "refusal":
            kind, text = "response.refusal.delta", part["refusal"]
            yield from self._events.pieces(kind, text, {"content_index": index}, self._place)
            return
        kind = "response.output_text.delta"
        tokens = part.get("logprobs") or []
        if tokens and (scored := spelt(tokens, part["text"])):
            for piece, own in scored:
                place = {"item_id": self._place["item_id"], "logprobs": own, **self._end}
                yield self._events.one(kind, content_index=index, delta=piece, **place)
            return
        after: Body = {"item_id": self._place["item_id"], "logprobs": [], **self._end}
        yield from self._events.pieces(kind, part["text"], {"content_index": index}, after)

    def part_end(self, index: int, part: Body) -> Iterator[bytes]:
        place = {"content_index": index, "item_id": self._place["item_id"]}
        if part["type"] == "refusal":
            yield self._events.one("response.refusal.done", **place, **self._end, refusal=part["refusal"])
        else:
            for number, annotation in enumerate(part["annotations"]):
                kind = "response.output_text.annotation.added"
                about = {"annotation": annotation, "annotation_index": number}
                yield self._events.one(kind, **about, **place, **self._end)
            logprobs = {"logprobs": part.get("logprobs") or []}
            kind = "response.output_text.done"
            yield self._events.one(kind, **place, **logprobs, **self._end, text=part["text"])
        yield self._events.one("response.content_part.done", **place, **self._end, part=part)

    def _cut(self, kind: str, key: str, text: str, before: Body) -> Iterator[bytes]:
        """A text in pieces, and then at once, as `key`."""
        yield from self._events.pieces(f"{kind}.delta", text, before, self._place)
        yield self._events.one(f"{kind}.done", **{key: text, **self._place})

    def _reasoning(self) -> Iterator[bytes]:
        for index, part in enumerate(self._item["summary"]):
            place, kind = {"summary_index": index}, "response.reasoning_summary"
            empty = {**part, "text": ""}
            yield self._events.one(f"{kind}_part.added", **self._place, part=empty, **place)
            after = {**self._place, **place}
            yield from self._events.pieces(f"{kind}_text.delta", part["text"], {}, after)
            yield self._events.one(f"{kind}_text.done", **self._place, **place, text=part["text"])
            yield self._events.one(f"{kind}_part.done", **self._place, part=part, **place)
        for index, part in enumerate(self._item.get("content") or ()):
            text = part.get("text") if isinstance(part, dict) else None
            if isinstance(text, str):
                kind, before = "response.reasoning_text", {"content_index": index}
                yield from self._events.pieces(f"{kind}.delta", text, before, self._place)
                yield self._events.one(f"{kind}.done", **before, **self._place, text=text)

    def _hosted(self, kind: str) -> Iterator[bytes]:
        for stage in _STAGES.get(kind, ()):
            if stage == "completed" and kind == "mcp_call":
                yield from self._cut("response.mcp_call_arguments", "arguments", self._text("arguments"), {})
            if stage == "interpreting":
                yield from self._cut("response.code_interpreter_call_code", "code", self._text("code"), {})
            yield self._events.one(f"response.{kind}.{stage}", **self._place)

    def _text(self, key: str) -> str:
        value: Any = self._item.get(key)
        return value if isinstance(value, str) else ""


def _silent(part: Body) -> Body:
    return {**part, "annotations": [], "logprobs": [], "text": ""}


_BEGINNINGS: dict[str, Body] = {
    "message": {"content": []},
    "function_call": {"arguments": ""},
    "custom_tool_call": {"input": ""},
    "reasoning": {"summary": []},
    "mcp_call": {"arguments": ""},
    "code_interpreter_call": {"code": ""},
    "file_search_call": {"queries": [], "results": None},
}
