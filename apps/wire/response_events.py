"""The events of a streamed response, one by one: each has its name, its number, and its keys in order."""

import random
from collections.abc import Iterator
from itertools import chain
from typing import Any

import orjson

from apps.wire import ids
from apps.wire.call import Call
from apps.wire.chunks import escaped
from apps.wire.endpoint import Body
from apps.wire.pieces import slabs

_UNFINISHED: Body = {"status": "in_progress", "completed_at": None, "output": [], "usage": None}
_PADDINGS = 256


class Events:
    """Makes the events of one stream, numbered from 0."""

    def __init__(self, call: Call) -> None:
        options = call.data.get("stream_options")
        options = options if isinstance(options, dict) else {}
        tier = call.data.get("service_tier")
        self._tier = tier if isinstance(tier, str) else "auto"
        self._padded = options.get("include_obfuscation", True) is not False
        self._number = 0

    def one(self, kind: str, **fields: Any) -> bytes:
        """One event; its keys stand in the order of the alphabet, as the service has them."""
        data: Body = {"type": kind, **dict(sorted({**fields, "sequence_number": self._number}.items()))}
        self._number += 1
        return b"event: %s\ndata: %s\n\n" % (kind.encode(), orjson.dumps(data))

    def pieces(self, kind: str, text: str, before: Body, after: Body) -> Iterator[bytes]:
        """An event for each piece of the text; `before` and `after` are the keys around `delta` and the
        padding."""
        head = orjson.dumps({"type": kind, **before})[:-1]
        start = b"event: %s\ndata: %s,%s" % (kind.encode(), head, b'"delta":"')
        first, last = _split(after)
        end = b"%s,%s" % (last, b'"sequence_number":') if last else b',"sequence_number":'
        paddings = ids.obfuscations(_PADDINGS) if self._padded else [b""]
        for piece in chain.from_iterable(escaped(slab) for slab in slabs(text)):
            padding = b',"obfuscation":"' + random.choice(paddings) + b'"' if self._padded else b""
            yield start + piece + b'"' + first + padding + end + b"%d}\n\n" % self._number
            self._number += 1

    def beginning(self, body: Body) -> list[bytes]:
        """The events before the first item of the output."""
        unfinished = {**body, **_UNFINISHED, "error": None, "incomplete_details": None}
        unfinished["service_tier"] = self._tier
        kinds = ["created", "in_progress"]
        if body.get("background") is True:
            kinds.insert(1, "queued")
        queued = {**unfinished, "status": "queued"}
        states = [queued if len(kinds) > 2 and kind != "in_progress" else unfinished for kind in kinds]
        return [
            self.one(f"response.{kind}", response=state) for kind, state in zip(kinds, states, strict=True)
        ]

    def end(self, body: Body) -> bytes:
        """The last event, which says it all again."""
        status = body.get("status")
        return self.one(
            f"response.{status if status in ('failed', 'incomplete') else 'completed'}", response=body
        )


def _split(after: Body) -> tuple[bytes, bytes]:
    """The keys around the padding, as JSON that follows other keys: those before "obfuscation" in the
    alphabet, and those behind it."""
    parts = []
    for is_behind in (False, True):
        keys = {key: value for key, value in after.items() if (key > "obfuscation") is is_behind}
        parts.append(b"," + orjson.dumps(keys)[1:-1] if keys else b"")
    return parts[0], parts[1]
