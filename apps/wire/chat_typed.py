"""A chat completion that a person is typing: its chunks piece by piece, and the whole body in the end."""

from collections.abc import Sequence
from itertools import chain
from typing import Any

from apps.wire import chat_usage
from apps.wire.call import Call
from apps.wire.chat_frames import frames
from apps.wire.endpoint import Body, Typed
from apps.wire.logprobs import Scores, wanted


def whole(opening: Body, text: str, finish_reason: str | None, usage: Any, call: Call) -> Body:
    """The opening body with what was typed: the body that an answer at once would have had."""
    choices = [_with(choice, text, call) | {"finish_reason": finish_reason} for choice in opening["choices"]]
    return {**opening, "choices": choices, "usage": chat_usage.complete(usage, choices, call)}


class TypedChunks:
    """The service's sequence of chunks, as far as it is known: role, pieces, finish, usage, [DONE]."""

    def __init__(self, opening: Body, call: Call) -> None:
        self._opening = opening
        self._call = call
        options = call.data.get("stream_options")
        with_usage = isinstance(options, dict) and options.get("include_usage") is True
        self._finish = -3 if with_usage else -2  # after it: usage when it was asked for, [DONE]

    def start(self) -> bytes:
        return b"".join([self._events(choice)[0] for choice in self._opening["choices"]])

    def text(self, delta: str) -> bytes:
        choices = [_with(choice, delta, self._call) for choice in self._opening["choices"]]
        pieces = [self._events(choice)[1 : self._finish] for choice in choices]
        return b"".join(chain.from_iterable(zip(*pieces, strict=True)))

    def end(self, body: Body) -> bytes:
        """The rest, as `body`, the whole one, says it."""
        ends = [_with(choice, "", self._call) for choice in body["choices"]]
        streams = [self._events(choice, usage=body["usage"]) for choice in ends]
        finishes = [events[self._finish] for events in streams]
        return b"".join([*finishes, *streams[-1][self._finish + 1 :]])

    def _events(self, choice: Body, *, usage: Any = None) -> Sequence[bytes]:
        """Those of a stream of this choice alone: role, pieces, finish, and what follows."""
        usage = usage or self._opening["usage"]
        return list(frames({**self._opening, "choices": [choice], "usage": usage}, self._call))


def _with(choice: Body, text: str, call: Call) -> Body:
    message = {**choice["message"], "content": text}
    return {
        **choice,
        "message": message,
        "logprobs": Scores(wanted(call), choices=1, model=call.model).of(message),
    }


TYPED = Typed(
    reasons=("stop", "length", "content_filter"),
    whole=whole,
    frames=TypedChunks,
)
