"""Request heads that were parsed before: the next request that begins with the same needs no parser.

A client sends the same head with each of its calls; only the length of the body changes. What was read
from it is kept under its very bytes without that number, and under the address that it came from.
"""

from typing import NamedTuple

from apps.accounts import caller_keys
from apps.gateway.intake import Address, Headers

HEADS_MAX = 512
HEAD_MAX_BYTES = 4 * 1024
LENGTHS_MAX = 64  # of bodies, a head; the headers with each are kept, so that they are the same object
_LENGTH = (b"\r\ncontent-length: ", b"\r\nContent-Length: ")


class Opened(NamedTuple):
    """A request's bytes, opened: its head without the number, that number, and where the body begins."""

    head: bytes
    length: int
    body_at: int


class Head:
    """What one head says: where it leads, and its headers."""

    __slots__ = ("_at", "_by_length", "_headers", "address", "path", "query_text")

    def __init__(self, address: Address, path: str, headers: Headers, query_text: str = "") -> None:
        self.address = address
        self.path = path
        self.query_text = query_text
        self._headers = headers
        self._at = [name for name, _ in headers].index("content-length")
        self._by_length: dict[int, Headers] = {}

    def headers(self, length: int) -> Headers:
        """The headers of a request whose body is that long."""
        known = self._by_length.get(length)
        if known is None:
            if len(self._by_length) >= LENGTHS_MAX:
                self._by_length.clear()
            line = ("content-length", str(length))
            known = (*self._headers[: self._at], line, *self._headers[self._at + 1 :])
            self._by_length[length] = known
        return known


class Heads:
    """The heads that were met, newest last."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, bytes], Head] = {}

    def find(self, peer_ip: str, head: bytes) -> Head | None:
        """What is known of a head that came from that address."""
        return self._known.get((peer_ip, head))

    def learn(self, peer_ip: str, head: bytes, known: Head) -> None:
        """Keeps a head; the oldest goes when there are too many."""
        if len(self._known) >= HEADS_MAX:
            del self._known[next(iter(self._known))]
        self._known[peer_ip, head] = known

    def forget(self) -> None:
        """Whom a head's key names may have changed."""
        self._known.clear()


def opened(data: bytes) -> Opened | None:
    """The parts of a request with a length; None for anything else, or when its head is not whole."""
    end = data.find(b"\r\n\r\n", 0, HEAD_MAX_BYTES)
    if end < 0:
        return None
    at = data.find(_LENGTH[0], 0, end)
    if at < 0 and (at := data.find(_LENGTH[1], 0, end)) < 0:
        return None
    start = at + len(_LENGTH[0])
    stop = data.find(b"\r\n", start)
    digits = data[start:stop]
    if not digits.isdigit() or len(digits) > 12:
        return None
    return Opened(data[:start] + data[stop:end], int(digits), end + 4)


heads = Heads()  # of all connections of this process
caller_keys.on_change(heads.forget)
