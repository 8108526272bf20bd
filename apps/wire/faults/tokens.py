"""Where the tokens of a sending are: the events that carry text, the pieces of a body."""

import re
from collections.abc import Iterable, Iterator

from apps.wire.faults.row import Piece

# A delta of a chat completion, the text of a completion, a named event of any other stream.
_DELTA = re.compile(rb'"delta":\{(?!"role"|\})|"choices":\[\{"text":"(?!")|"type":"[\w.]+\.delta"')
TOKEN_BYTES = 4  # of a whole body: about a token


def is_token(data: bytes) -> bool:
    """Whether an event carries text (or a piece of arguments)."""
    return _DELTA.search(data) is not None


def marked(pieces: Iterable[Piece], tokens: int) -> Iterator[tuple[Piece, bool]]:
    """Each event of a stream, and whether it is the token after so many.

    Where there are fewer it is the last one, and the first event where there is none at all.
    """
    rest = iter(pieces)
    held: list[Piece] = []  # from the last token on
    seen = 0
    for piece in rest:
        if is_token(piece.data):
            yield from ((one, False) for one in held)
            held = []
            seen += 1
            if seen > tokens:
                yield piece, True
                break
        held.append(piece)
    for at, piece in enumerate(held):
        yield piece, at == 0
    yield from ((piece, False) for piece in rest)


def up_to(pieces: Iterable[Piece], tokens: int, *, is_stream: bool) -> Iterator[Piece]:
    """What comes before the token after so many; of a stream also the events without text before it."""
    if not is_stream:
        for piece in pieces:  # it is one
            yield piece._replace(data=short(piece.data, tokens))
        return
    for piece, is_it in marked(pieces, tokens):
        if is_it:
            return
        yield piece


def short(body: bytes, tokens: int) -> bytes:
    """So many tokens of a whole body; of a shorter one all but the last byte that is no white space."""
    return body[: max(0, min(tokens * TOKEN_BYTES, len(body.rstrip()) - 1))]
