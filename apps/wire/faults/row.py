"""What a fault is: one row of the table, and what its one function works on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.errors import WireError

CLEAN, RESET, CUT, STALL = "clean", "reset", "cut", "stall"


class Number(NamedTuple):
    """The one number that a fault may take: its name with the unit, and its bounds."""

    name: str
    default: int
    low: int
    high: int


class Piece(NamedTuple):
    """Bytes that leave on their own: `at_ms` after the beginning, and `pause_ms` after those before."""

    data: bytes
    at_ms: float = 0.0
    pause_ms: int = 0


@dataclass(frozen=True, slots=True)
class Sending:
    """What is about to leave: the events of a stream, or a whole body as one piece.

    `end`: CLEAN; CUT: closed without what ends an answer; RESET; STALL: nothing more, and still open.
    """

    pieces: Iterator[Piece]
    is_stream: bool
    end: str = CLEAN
    content_type: bytes = b""  # b"": as it would be
    length: int | None = None  # of a whole body, as announced; None: it is not
    at_ms: float = 0.0  # when the first of it is due
    is_silent: bool = False  # not even the head leaves

    def with_pieces(self, pieces: Iterator[Piece]) -> "Sending":
        return replace(self, pieces=pieces)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRow:
    """A fault: what it is called, what it does, and one function of three kinds.

    instead(call)          the error that goes back instead of any reply; instead(call, amount) with a number
    body(body, call, family)
                           the changed body (of a copy), or None where there is nothing in it to be changed;
                           `family` is the endpoint's
    frames(sending, amount) what leaves

    end           how what leaves ends
    in_chunks     `body` is also put over the payload of each event of a stream
    only          "text": of text endpoints alone; "stream": of streamed replies alone
    alone         it needs no reply to strike: a preset may be nothing but this fault
    is_silent     what is left of a stream ends as if it were all of it
    """

    name: str
    group: str
    says: str
    number: Number | None = None
    instead: Callable[..., WireError] | None = None
    body: Callable[[Body, Call, str], Body | None] | None = None
    frames: Callable[[Sending, int], Sending] | None = None
    end: str = CLEAN
    in_chunks: bool = False
    only: str = ""
    alone: bool = False
    is_silent: bool = False
