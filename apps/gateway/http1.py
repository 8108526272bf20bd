"""Uvicorn's connection where it is in our way: it has to be deaf to offers of another protocol.

A server may ignore such an offer (RFC 9110, 7.8), Java's of HTTP/2 above all. The parser cannot: it stops
behind the head and takes the body for the other protocol's. So a head that offers one is given to it anew,
without the offer.
"""

from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle


class Http1(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._declined: bytes | None = None  # the head to be read instead of the one that was just read
        self.parser = _Parser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn does

    def on_headers_complete(self) -> None:
        method = self.parser.get_method()
        # CONNECT is no offer: it is the request.
        if self.parser.should_upgrade() and not self._should_upgrade() and method != b"CONNECT":
            version = self.parser.get_http_version().encode()
            lines = [b"%b: %b\r\n" % header for header in self.headers if header[0] != b"upgrade"]
            self._declined = b"".join((method, b" ", self.url, b" HTTP/", version, b"\r\n", *lines, b"\r\n"))
        else:
            super().on_headers_complete()

    def on_message_complete(self) -> None:
        if self._declined is None:
            super().on_message_complete()

    def take_declined(self) -> bytes | None:
        """The head to be read now, once."""
        declined, self._declined = self._declined, None
        return declined


def leave_out_date(send: Any) -> None:
    """Has uvicorn send no date of its own with a response that has not begun: its author set one."""
    cycle = getattr(send, "__self__", None)
    if type(cycle) is RequestResponseCycle:
        cycle.default_headers = without_date(cycle.default_headers)


def without_date(headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [header for header in headers if header[0] != b"date"]


class _Parser(httptools.HttpRequestParser):
    """Goes on behind the head of a request whose offer is declined."""

    def __init__(self, connection: Http1) -> None:
        super().__init__(connection)
        self._connection = connection

    def feed_data(self, data: Any) -> None:
        while True:
            try:
                return super().feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:
                head = self._connection.take_declined()
                if head is None:
                    raise
                data = head + data[upgrade.args[0] :]
