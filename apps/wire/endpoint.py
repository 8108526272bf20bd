"""An endpoint: one OpenAI operation, by name, as a row of functions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from apps.wire.call import Call
from apps.wire.shelf import Shelf

Body = dict[str, Any]


class Raw(NamedTuple):
    """A reply that is no JSON. `data` is None where it is what the caller's shelf has under `content_id`."""

    content_type: str
    data: bytes | None = None
    content_id: str = ""


class TypedFrames(Protocol):
    """The events of one reply while a person still types it; keeps what the endpoint has to count."""

    def start(self) -> bytes:
        """The events before the first text."""

    def text(self, delta: str) -> bytes:
        """The events of what was typed next."""

    def end(self, body: Body) -> bytes:
        """The events after the last text; `body` is the whole one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """How a reply of an endpoint leaves while a person still types it.

    reasons              the finish reasons that a typed text may have
    whole(opening, text, finish_reason, usage, call)
                         the opening body (`fill` of an empty text) with what was typed; a finish reason
                         of None: it was never finished; a usage of None is counted
    frames(opening, call)
    """

    reasons: tuple[str, ...]
    whole: Callable[[Body, str, str | None, Any, Call], Body]
    frames: Callable[[Body, Call], TypedFrames]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One OpenAI operation. `path` is below /v1, placeholders in braces: "/models/{model}".

    check(call)        raises errors.WireError when the request cannot be used at all
    fill(draft, call)  completes what an author wrote into a whole body; never raises, never
                       overwrites what the author set
    is_whole(body)     true when the body is already valid for the response type: it goes out as written
    auto(call, shelf)  the generated draft; the same request gives the same draft; may raise WireError; only
                       reads the shelf, which is the caller's
    keep(call, body, shelf)
                       writes to the shelf what a reply with a status below 300 means: what it created, what
                       it deleted; of generated replies as of authored ones, in the transaction that writes
                       the reply. `body` is the whole one, whatever its author wrote
    keeps(call)        whether `keep` is asked at all, before the body is read for it
    raw(body, call)    the reply that really leaves, of an endpoint whose answers are not JSON, or None for
                       the JSON itself. Everywhere else (queue, desk, journal) there is only the JSON body
    bodiless           a request without a body is fine
    slow               auto and fill may take more than a millisecond: never on the event loop
    frames(body, call) the server-sent events of a streamed reply; None where this call's model streams none
    typed              how a person types a streamed reply live, or None where that is not possible
    asked(call, shelf) the body with what it only refers to (an earlier response, a thread), for whoever
                       answers it by hand; may raise WireError. None where a body says all of it
    short_forms        what is enough for an answer, as JSON texts: examples for authors, whose names it takes
    summary(call)      one line for lists: the last thing that was asked; never raises, whatever was refused
    breadth(call)      how many times as large as its draft a reply to this call is, roughly
    """

    name: str
    method: str
    path: str
    family: str  # what a fallback is switched by: "text", "models", …
    check: Callable[[Call], None]
    fill: Callable[[Body, Call], Body]
    is_whole: Callable[[Body], bool]
    auto: Callable[[Call, Shelf], Body]
    summary: Callable[[Call], str]
    breadth: Callable[[Call], int] = lambda _: 1
    frames: Callable[[Body, Call], Iterator[bytes] | None] | None = None
    typed: Typed | None = None
    keep: Callable[[Call, Body, Shelf], None] | None = None
    keeps: Callable[[Call], bool] = lambda _: True
    raw: Callable[[Body, Call], Raw | None] | None = None
    asked: Callable[[Call, Shelf], Body] | None = None
    short_forms: tuple[str, ...] = ()
    bodiless: bool = False
    slow: bool = False

    @property
    def meant(self) -> tuple[str, ...]:
        """The words by which a preset means this endpoint: its name, its kind's, "*"."""
        return meant(self.name, self.family)


def meant(name: str, family: str) -> tuple[str, ...]:
    return ("*", name, "text") if family == "text" else ("*", name)
