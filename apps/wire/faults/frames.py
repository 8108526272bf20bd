"""Faults of what leaves: each changes the events of a stream, or a whole body; its row says how that ends."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import orjson

from apps.wire import sse
from apps.wire.errors import envelope
from apps.wire.faults.row import Piece, Sending
from apps.wire.faults.tokens import TOKEN_BYTES, marked, short, up_to

SPLIT_MS = 30  # between the halves of a character, so that they do not arrive together
DRIP_BYTES = 8
HUGE_PIECE = b" " * 65536
FAILED = "The server had an error while processing your request. Sorry about that!"
_NUMBERED = re.compile(rb'"sequence_number":(\d+)')
GARBAGE = b'{"id": "\xff\xfe\x00, \x80"choices": [{{{ \xc3\x28'


def nothing(sending: Sending, amount: int) -> Sending:
    return replace(sending, pieces=iter(()), is_silent=True)


def first(sending: Sending, tokens: int) -> Sending:
    """What comes before the token after so many."""
    return sending.with_pieces(up_to(sending.pieces, tokens, is_stream=sending.is_stream))


def empty(sending: Sending, amount: int) -> Sending:
    """The headers, and a body of no bytes at all."""
    return replace(sending, pieces=iter(()), length=None if sending.is_stream else 0)


def no_done(sending: Sending, amount: int) -> Sending:
    """Everything but the event that ends the stream."""
    return sending.with_pieces(_all_but_the_end(sending.pieces))


def truncated(sending: Sending, amount: int) -> Sending:
    """JSON that ends in the middle, and an answer that ends well."""
    if sending.is_stream:
        return sending.with_pieces(_last_in_half(sending.pieces, amount))
    return _whole(sending, lambda body: short(body, amount))


def garbled(sending: Sending, amount: int) -> Sending:
    """Garbage in the place of one token."""
    if sending.is_stream:
        return sending.with_pieces(_with_nth(sending.pieces, amount, _garbage))
    at = amount * TOKEN_BYTES
    return _whole(sending, lambda body: body[:at] + GARBAGE + body[at:])


def split_character(sending: Sending, amount: int) -> Sending:
    """Two writes with a pause between them, the border inside the first character of several bytes."""
    return sending.with_pieces(_split(list(sending.pieces)))


def doubled(sending: Sending, amount: int) -> Sending:
    """One event comes twice; a whole body does."""
    if sending.is_stream:
        return sending.with_pieces(_with_nth(sending.pieces, amount, lambda piece: [piece, piece]))
    return _whole(sending, lambda body: body * 2)


def wrong_type(sending: Sending, amount: int) -> Sending:
    """Plain text; never HTML, which a browser would show."""
    return replace(sending, content_type=b"text/plain; charset=utf-8")


def error_event(sending: Sending, amount: int) -> Sending:
    """The error of a server that fails in the middle, as an event, and the end."""
    return sending.with_pieces(_then_error(sending, amount))


def drip(sending: Sending, amount: int) -> Sending:
    """A few bytes at a time, `amount` ms apart."""
    return sending.with_pieces(
        Piece(piece.data[at : at + DRIP_BYTES], piece.at_ms, amount)
        for piece in sending.pieces
        for at in range(0, len(piece.data), DRIP_BYTES)
    )


def huge(sending: Sending, amount: int) -> Sending:
    """So many megabytes of white space before the end of the JSON: it stays valid."""
    more = amount * 1024 * 1024
    if sending.is_stream:
        return sending.with_pieces(_with_nth(sending.pieces, 0, lambda piece: _inflated(piece, more)))
    [body] = sending.pieces
    return replace(sending, pieces=iter(_inflated(body, more)), length=len(body.data) + more)


def _whole(sending: Sending, change: Callable[[bytes], bytes]) -> Sending:
    """A whole body, changed, and announced with its new length."""
    [piece] = sending.pieces
    body = change(piece.data)
    return replace(sending, pieces=iter([piece._replace(data=body)]), length=len(body))


def _garbage(piece: Piece) -> list[Piece]:
    return [piece._replace(data=sse.event(GARBAGE))]


def _all_but_the_end(pieces: Iterator[Piece]) -> Iterator[Piece]:
    before = None
    for piece in pieces:
        if before is not None:
            yield before
        before = piece
    if before is not None and before.data != sse.DONE and before.data.endswith(sse.DONE):
        yield before._replace(data=before.data.removesuffix(sse.DONE))


def _last_in_half(pieces: Iterator[Piece], tokens: int) -> Iterator[Piece]:
    for piece, is_it in marked(pieces, tokens):
        if is_it:
            yield piece._replace(data=piece.data[: len(piece.data) // 2] + b"\n\n")
            return
        yield piece


def _with_nth(pieces: Iterator[Piece], n: int, make: Callable[[Piece], list[Piece]]) -> Iterator[Piece]:
    """The pieces with others in the place of the token after `n`; of the last one where there are fewer."""
    for piece, is_it in marked(pieces, n):
        yield from make(piece) if is_it else [piece]


def _split(pieces: list[Piece]) -> Iterator[Piece]:
    """In the first piece that has such a character; without one, in the middle of it all."""
    among = next((n for n, piece in enumerate(pieces) if not piece.data.isascii()), len(pieces) // 2)
    for number, piece in enumerate(pieces):
        data = piece.data
        if number == among:
            at = next((index for index, byte in enumerate(data) if byte >= 0xC2), len(data) // 2) + 1
            yield piece._replace(data=data[:at])
            yield piece._replace(data=data[at:], pause_ms=SPLIT_MS)
        else:
            yield piece


def _then_error(sending: Sending, tokens: int) -> Iterator[Piece]:
    """The pieces before that token, and in its place the error."""
    for piece, is_it in marked(sending.pieces, tokens):
        if is_it:
            yield piece._replace(data=_error_instead(piece.data))
            return
        yield piece


def _error_instead(event: bytes) -> bytes:
    """Of a stream of responses OpenAI's event (`ResponseErrorEvent` of the SDK), else an envelope."""
    name = "error" if event.startswith(b"event:") else ""
    numbered = _NUMBERED.search(event)
    if not numbered:
        return sse.event(envelope(FAILED, type="server_error"), name=name)
    error = {"type": "error", "code": "server_error", "message": FAILED, "param": None}
    return sse.event(orjson.dumps({**error, "sequence_number": int(numbered[1])}), name=name)


def _inflated(piece: Piece, more: int) -> list[Piece]:
    """The JSON object in a piece with white space before its last brace."""
    at = max(piece.data.rfind(b"}"), 0)
    full, rest = divmod(more, len(HUGE_PIECE))
    space = piece._replace(data=HUGE_PIECE)
    last = piece._replace(data=HUGE_PIECE[:rest] + piece.data[at:])
    return [piece._replace(data=piece.data[:at]), *[space] * full, last]
