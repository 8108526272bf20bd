"""An endpoint: one OpenAI operation, by name, as a row of functions."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from apps.wire.call import Call

Body = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One OpenAI operation. `path` is below /v1, placeholders in braces: "/models/{model}".

    check(call)        raises errors.WireError when the request cannot be used at all
    fill(draft, call)  completes what an author wrote into a whole body; never raises, never
                       overwrites what the author set
    is_whole(body)     true when the body is already valid for the response type: it goes out as written
    auto(call)         the generated draft; the same request gives the same draft; may raise WireError
    frames(body, call) the server-sent events of a streamed reply, or None when there is no stream
    summary(call)      one line for lists: the last thing that was asked
    """

    name: str
    method: str
    path: str
    family: str  # what a fallback is switched by: "text", "models", …
    check: Callable[[Call], None]
    fill: Callable[[Body, Call], Body]
    is_whole: Callable[[Body], bool]
    auto: Callable[[Call], Body]
    summary: Callable[[Call], str]
    frames: Callable[[Body, Call], Iterator[bytes]] | None = None
