"""A reply, and the draft it is made from: one type for presets, people and generated answers."""

from typing import NamedTuple


class Pace(NamedTuple):
    """How fast a streamed reply leaves: the wait before the first token, and between tokens."""

    first_token_ms: int = 0
    token_ms: int = 0


INSTANT = Pace()


class Draft(NamedTuple):
    """What an author wrote as an answer, possibly incomplete; `body` is the JSON text as written.

    `whole_for` is the endpoint for which it is whole as it stands, with the tokens that its usage
    names: see `complete.foresee`.
    """

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    delay_ms: int = 0
    pace: Pace = INSTANT
    verbatim: bool = False
    x_should_retry: bool | None = None  # None: no header, so SDKs judge by the status
    whole_for: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None


class Reply(NamedTuple):
    """What really goes back. `body` is the completed JSON text; a streamed call gets its frames.

    `prompt_tokens` and `completion_tokens` are what the body's `usage` says, for the journal. `typed`:
    a person is still typing it, the body is the beginning (see `desk.typed`).
    """

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    delay_ms: int = 0
    pace: Pace = INSTANT
    verbatim: bool = False
    x_should_retry: bool | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    typed: bool = False
