"""Streaming a text completion: the whole body as the service's sequence of chunks; also one that is typed."""

from collections.abc import Iterator
from itertools import chain, zip_longest
from typing import Any

from orjson import dumps

from apps.wire.call import Call
from apps.wire.chunks import escaped
from apps.wire.completion_fill import each, fill, scored, usage_of
from apps.wire.completion_whole import is_whole
from apps.wire.endpoint import Body, Typed
from apps.wire.logprobs import Scores
from apps.wire.pieces import slabs
from apps.wire.sse import DONE

_NOT_IN_CHUNKS = ("choices", "usage", "model", "system_fingerprint")


def frames(body: Body, call: Call) -> Iterator[bytes]:
    """The events of a streamed text completion, each with its blank line; the last is [DONE].

    A body that is not whole is completed first, so that any draft can be streamed. Each event is
    made when it is asked for.
    """
    if not is_whole(body):
        body = fill(body, call)
    chunks = _Chunks(body, call)
    streams = [chain(chunks.texts(choice), [chunks.finish(choice)]) for choice in body["choices"]]
    turns = chain.from_iterable(zip_longest(*streams))
    yield from (event for event in turns if event is not None)
    yield chunks.end(body)


class _Chunks:
    """Makes the chunks of one completion."""

    def __init__(self, body: Body, call: Call) -> None:
        head = {key: value for key, value in body.items() if key not in _NOT_IN_CHUNKS}
        tail = {key: body[key] for key in ("model", "system_fingerprint") if body.get(key) is not None}
        options = call.data.get("stream_options")
        self._with_usage = isinstance(options, dict) and options.get("include_usage") is True
        self._head = b"data: " + dumps(head)[:-1] + b',"choices":['
        self._model = b"," + dumps(tail)[1:-1]
        self._tail = self._model + (b',"usage":null}\n\n' if self._with_usage else b"}\n\n")

    def texts(self, choice: Body) -> Iterator[bytes]:
        """A chunk for each piece; with logprobs, for each token."""
        logprobs = choice.get("logprobs")
        if isinstance(logprobs, dict) and (cuts := _cuts(choice["text"], logprobs)):
            yield from self._scored(choice, cuts, logprobs)
            return
        start = self._head + b'{"text":"'
        end = b'","index":%d,"logprobs":null,"finish_reason":null}]' % choice["index"] + self._tail
        for piece in chain.from_iterable(escaped(slab) for slab in slabs(choice["text"])):
            yield start + piece + end

    def _scored(self, choice: Body, cuts: list[tuple[str, slice]], logprobs: Body) -> Iterator[bytes]:
        for piece, place in cuts:
            one = {key: value[place] for key, value in logprobs.items() if isinstance(value, list)}
            yield self._one({"text": piece, "index": choice["index"], "logprobs": one, "finish_reason": None})

    def finish(self, choice: Body) -> bytes:
        last = {"text": "", "index": choice["index"], "logprobs": None}
        return self._one({**last, "finish_reason": choice["finish_reason"]})

    def end(self, body: Body) -> bytes:
        """Usage, where it was asked for, and [DONE]."""
        if not self._with_usage:
            return DONE
        return self._head + b"]" + self._model + b',"usage":' + dumps(body.get("usage")) + b"}\n\n" + DONE

    def _one(self, choice: Body) -> bytes:
        return self._head + dumps(choice) + b"]" + self._tail


def _cuts(text: str, logprobs: Body) -> list[tuple[str, slice]]:
    """(a piece of the text, where its tokens are: a character may be some); none where they spell another."""
    tokens, offsets = logprobs.get("tokens"), logprobs.get("text_offset")
    if not isinstance(tokens, list) or not tokens:
        return []
    if "".join(map(str, tokens)) == text:
        return [(str(token), slice(place, place + 1)) for place, token in enumerate(tokens)]
    if not isinstance(offsets, list) or [type(one) for one in offsets] != [int] * len(tokens):
        return []
    starts = [place for place, one in enumerate(offsets) if not place or one != offsets[place - 1]]
    places = [offsets[place] - offsets[0] for place in starts]
    if places != sorted(places) or places[-1] > len(text):
        return []
    ends = zip([*starts[1:], len(tokens)], [*places[1:], len(text)], strict=True)
    return [
        (text[place:until], slice(start, end))
        for start, place, (end, until) in zip(starts, places, ends, strict=True)
    ]


def _whole(opening: Body, text: str, finish_reason: str | None, usage: Any, call: Call) -> Body:
    """The opening body with what was typed: the body that an answer at once would have had."""
    scores = Scores(each(call), choices=1, model=call.model)
    said = {"text": text, "logprobs": scored(text, scores), "finish_reason": finish_reason}
    choices = [{**choice, **said} for choice in opening["choices"]]
    return {**opening, "choices": choices, "usage": usage_of(usage, choices, call)}


class TypedChunks:
    """The chunks while a person types: pieces, finish, usage, [DONE]."""

    def __init__(self, opening: Body, call: Call) -> None:
        self._choices = opening["choices"]
        self._scores = Scores(each(call), choices=1, model=call.model)
        self._chunks = _Chunks(opening, call)
        self._typed = 0  # characters

    def start(self) -> bytes:
        return b""

    def text(self, delta: str) -> bytes:
        said = {"text": delta, "logprobs": scored(delta, self._scores, start=self._typed)}
        self._typed += len(delta)
        pieces = [self._chunks.texts({**choice, **said}) for choice in self._choices]
        return b"".join(chain.from_iterable(zip(*pieces, strict=True)))

    def end(self, body: Body) -> bytes:
        finishes = [self._chunks.finish(choice) for choice in body["choices"]]
        return b"".join([*finishes, self._chunks.end(body)])


TYPED = Typed(reasons=("stop", "length", "content_filter"), whole=_whole, frames=TypedChunks)
