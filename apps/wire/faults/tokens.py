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


def up_to(pieces: Iterable[Piece], tokens: int, *, is_stream: bool) -> Iterator[Piece]:
    """What comes before the token after so many; of a stream also the events without text before it."""
    if not is_stream:
        for piece in pieces:  # it is one
            yield piece._replace(data=piece.data[: tokens * TOKEN_BYTES])
        return
    seen = 0
    for piece in pieces:
        if is_token(piece.data):
            if seen == tokens:
                return
            seen += 1
        yield piece
