"""The chunks of one choice of a streamed completion: they begin and end alike, and that is made only once."""

import random
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, cycle, repeat

import orjson

from apps.wire import ids
from apps.wire.pieces import slabs

PLAIN = b',"logprobs":null,"finish_reason":null}]'  # what follows the delta of most chunks
_RING = 512  # so many paddings are kept ready; a stream begins somewhere among them and goes round


class Chunks:
    """Makes the events of one choice. A delta is JSON text; `rest` follows it, up to the end of `choices`."""

    def __init__(self, head: bytes, index: int, tail: bytes, *, padded: bool) -> None:
        self._start = head + b'{"index":%d,"delta":' % index
        self._tail = tail
        self._padded = padded
        self._ends = endings(PLAIN + tail, padded=padded)

    def one(self, delta: bytes, rest: bytes = PLAIN) -> bytes:
        if rest is PLAIN:
            return self._start + delta + next(self._ends)
        return self._start + delta + rest + next(endings(self._tail, padded=self._padded))

    def cut(self, before: bytes, text: str, after: bytes) -> Iterator[bytes]:
        """A chunk for each piece of the text; `before` and `after` are the delta around the piece."""
        before = self._start + before + b'"'
        ends = endings(b'"' + after + PLAIN + self._tail, padded=self._padded)
        cut = chain.from_iterable(escaped(slab) for slab in slabs(text))
        return (before + piece + end for piece, end in zip(cut, ends, strict=False))


def endings(before: bytes, *, padded: bool) -> Iterator[bytes]:
    """How event after event ends from there: with padding that hides how long its piece was, or plainly."""
    if not padded:
        return repeat(before + b"}\n\n")
    ring = _ring(before)
    return chain(ring[random.randrange(_RING) :], cycle(ring))


@lru_cache(maxsize=32)
def _ring(before: bytes) -> list[bytes]:
    return [before + b',"obfuscation":"' + padding + b'"}\n\n' for padding in ids.obfuscations(_RING)]


def escaped(texts: list[str]) -> list[bytes]:
    """Each text as JSON without its quotation marks: all in one go, as a list with an item on each line
    (no text holds a line end once it is escaped)."""
    return orjson.dumps(texts, option=orjson.OPT_INDENT_2)[5:-3].split(b'",\n  "') if texts else []
