"""Where the tokens of a sending are: the events that carry text, the pieces of a body."""

import re
from collections.abc import Iterable, Iterator

from apps.wire.faults.row import Piece

# A delta of a chat completion, the text of a completion, a named event of any other stream.
_DELTA = re.compile(rb'"delta":\{(?!"role"|\})|"choices":\[\{"text":"(?!")|"type":"[\w.]+\.delta"')
PIECE_BYTES = 4  # of a whole body: about a token


def is_token(data: bytes) -> bool:
    """Whether an event carries text (or a piece of arguments)."""
    return _DELTA.search(data) is not None


def cut_body(body: bytes) -> Iterator[Piece]:
    """A whole body in pieces."""
    return (Piece(body[at : at + PIECE_BYTES]) for at in range(0, len(body), PIECE_BYTES))


def up_to(pieces: Iterable[Piece], tokens: int, *, is_stream: bool) -> Iterator[Piece]:
    """The pieces before the token after so many; of a stream also the events without text before it."""
    seen = 0
    for piece in pieces:
        if not is_stream or is_token(piece.data):
            if seen == tokens:
                return
            seen += 1
        yield piece
