"""Faults of what leaves: each changes the events of a stream, or the pieces of a body, or how they end."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from apps.wire import sse
from apps.wire.errors import envelope
from apps.wire.faults.row import CUT, RESET, STALL, Piece, Sending
from apps.wire.faults.tokens import is_token, up_to

SPLIT_MS = 30  # between the halves of a character, so that they do not arrive together
DRIP_BYTES = 8
HUGE_PIECE = b" " * 65536
GARBAGE = b'{"id": "\xff\xfe\x00, \x80"choices": [{{{ \xc3\x28'


def reset_before(sending: Sending, amount: int) -> Sending:
    return replace(sending, pieces=iter(()), end=RESET)


def reset_after(sending: Sending, amount: int) -> Sending:
    return replace(_first(sending, amount), end=RESET)


def cut_after(sending: Sending, amount: int) -> Sending:
    return replace(_first(sending, amount), end=CUT)


def stall_after(sending: Sending, amount: int) -> Sending:
    return replace(_first(sending, amount), end=STALL)


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
    pieces = list(up_to(sending.pieces, amount, is_stream=False))
    return replace(sending, pieces=iter(pieces), length=sum(len(piece.data) for piece in pieces))


def garbled(sending: Sending, amount: int) -> Sending:
    """Garbage in the place of one token."""
    if sending.is_stream:
        return sending.with_pieces(_with_nth(sending.pieces, amount, lambda _: [Piece(sse.event(GARBAGE))]))
    head = list(up_to(sending.pieces, amount, is_stream=False))
    pieces = [*head, Piece(GARBAGE), *list(sending.pieces)]
    return replace(sending, pieces=iter(pieces), length=sum(len(piece.data) for piece in pieces))


def split_character(sending: Sending, amount: int) -> Sending:
    """Two writes with a pause between them, the border inside the first character of several bytes."""
    return sending.with_pieces(_split(sending))


def doubled(sending: Sending, amount: int) -> Sending:
    """One event comes twice; a whole body does."""
    if sending.is_stream:
        return sending.with_pieces(_with_nth(sending.pieces, amount, lambda piece: [piece, piece]))
    pieces = list(sending.pieces)
    return replace(sending, pieces=iter(pieces * 2), length=2 * sum(len(piece.data) for piece in pieces))


def wrong_type(sending: Sending, amount: int) -> Sending:
    """Plain text; never HTML, which a browser would show."""
    return replace(sending, content_type=b"text/plain; charset=utf-8")


def error_event(sending: Sending, amount: int) -> Sending:
    """The error of a server that fails in the middle, as an event, and the end."""
    return sending.with_pieces(_then_error(sending, amount))


def drip(sending: Sending, amount: int) -> Sending:
    """A few bytes at a time, `amount` ms apart."""
    return sending.with_pieces(
        Piece(data, amount) for data in _regrouped((piece.data for piece in sending.pieces), DRIP_BYTES)
    )


def huge(sending: Sending, amount: int) -> Sending:
    """So many megabytes of white space before the end of the JSON: it stays valid."""
    more = amount * 1024 * 1024
    if sending.is_stream:
        return sending.with_pieces(_with_nth(sending.pieces, 0, lambda piece: _inflated(piece.data, more)))
    pieces = list(sending.pieces)
    body = b"".join(piece.data for piece in pieces)
    return replace(sending, pieces=iter(_inflated(body, more)), length=len(body) + more)


def _first(sending: Sending, tokens: int) -> Sending:
    return sending.with_pieces(up_to(sending.pieces, tokens, is_stream=sending.is_stream))


def _all_but_the_end(pieces: Iterator[Piece]) -> Iterator[Piece]:
    before = None
    for piece in pieces:
        if before is not None:
            yield before
        before = piece
    if before is not None and before.data != sse.DONE and before.data.endswith(sse.DONE):
        yield Piece(before.data.removesuffix(sse.DONE))


def _last_in_half(pieces: Iterator[Piece], tokens: int) -> Iterator[Piece]:
    seen = 0
    for piece in pieces:
        if is_token(piece.data):
            if seen == tokens:
                yield Piece(piece.data[: len(piece.data) // 2] + b"\n\n")
                return
            seen += 1
        yield piece


def _with_nth(pieces: Iterator[Piece], n: int, make: Callable[[Piece], list[Piece]]) -> Iterator[Piece]:
    """The pieces with others in the place of the token after `n`; of the last one where there are fewer."""
    seen, done = 0, False
    for piece in pieces:
        if not done and is_token(piece.data):
            done = seen == n
            seen += 1
            yield from make(piece) if done else [piece]
        else:
            yield piece


def _split(sending: Sending) -> Iterator[Piece]:
    whole = b"".join(piece.data for piece in sending.pieces)
    at = next((index for index, byte in enumerate(whole) if byte >= 0xC2), len(whole) // 2) + 1
    return iter([Piece(whole[:at]), Piece(whole[at:], SPLIT_MS)])


def _then_error(sending: Sending, tokens: int) -> Iterator[Piece]:
    named = False  # as the events before it
    for piece in up_to(sending.pieces, tokens, is_stream=True):
        named = piece.data.startswith(b"event:")
        yield piece
    message = "The server had an error while processing your request. Sorry about that!"
    yield Piece(sse.event(envelope(message, type="server_error"), name="error" if named else ""))


def _regrouped(texts: Iterator[bytes], size: int) -> Iterator[bytes]:
    for text in texts:
        yield from (text[at : at + size] for at in range(0, len(text), size))


def _inflated(data: bytes, more: int) -> list[Piece]:
    """The JSON object in `data` with white space before its last brace."""
    at = max(data.rfind(b"}"), 0)
    full, rest = divmod(more, len(HUGE_PIECE))
    return [Piece(data[:at]), *[Piece(HUGE_PIECE)] * full, Piece(HUGE_PIECE[:rest] + data[at:])]
