"""A reply, and the draft it is made from: one type for presets, people and generated answers."""

from typing import NamedTuple


class Pace(NamedTuple):
    """How fast a streamed reply leaves: the wait before the first token, and between tokens.

    `spread` is what its author wrote where that is no two numbers (JSON text: see `wire.latency`): it is
    drawn for each call, and then says with `seed` how the waits between tokens differ.
    """

    first_token_ms: int = 0
    token_ms: int = 0
    spread: str = ""
    seed: int = 0


INSTANT = Pace()


class Fault(NamedTuple):
    """How a reply goes wrong: a name of `wire.faults`, the one number it has, and how often it strikes."""

    name: str
    amount: int = 0  # what it counts is up to the fault: tokens before it, milliseconds, bytes
    probability_pct: float = 100.0


class Draft(NamedTuple):
    """What an author wrote as an answer, possibly incomplete; `body` is the JSON text as written.

    `whole_for` is the endpoint for which it is whole as it stands, with the tokens that its usage
    names: see `complete.foresee`. `kind` says what the body is where it is no answer yet: "template" (of
    the library, with its variables), "render" (its texts) or "sequence" (of drafts); `given` is how often
    it was given before.
    """

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    delay_ms: int = 0
    pace: Pace = INSTANT
    verbatim: bool = False
    x_should_retry: bool | None = None  # None: no header, so SDKs judge by the status
    fault: Fault | None = None
    whole_for: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    kind: str = ""
    given: int = 0


class Reply(NamedTuple):
    """What really goes back. `body` is the completed JSON text; a streamed call gets its frames.

    `prompt_tokens` and `completion_tokens` are what the body's `usage` says, for the journal. `typed`:
    a person is still typing it, the body is the beginning (see `desk.typed`). `limited`: so many of the last
    headers are not the author's, but say what is true of rate limits.
    """

    body: bytes
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    delay_ms: int = 0
    pace: Pace = INSTANT
    verbatim: bool = False
    x_should_retry: bool | None = None
    fault: Fault | None = None
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    typed: bool = False
    limited: int = 0
