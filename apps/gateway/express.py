"""The express lane: a small whole answer leaves uvicorn in one write, its headers not looked at one by one.

uvicorn checks each of our twenty headers with two regular expressions and writes head and body apart:
15 to 20 µs of a call. Ours are checked when they are authored (`wire.draft`). This reaches into
uvicorn, which is therefore pinned to a minor version; any other server, and any state of the
connection that is not the plain one, is answered the ordinary way.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle


def write_whole(
    send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes, *, as_chunk: bool
) -> bool:
    """Writes the answer and ends it; False when that has to be done the ordinary way.

    `send` is the ASGI callable of the request. `as_chunk`: the headers have no content-length, the
    body goes out as one chunk (RFC 9112, 7.1), as a stream's does.
    """
    cycle = getattr(send, "__self__", None)
    if type(cycle) is not RequestResponseCycle or not _is_plain(cycle):
        return False
    parts = [STATUS_LINE[status]]
    for name, value in cycle.default_headers:
        parts += (name, b": ", value, b"\r\n")
    for name, value in headers:
        parts += (name, b": ", value, b"\r\n")
    if not as_chunk:
        parts += (b"\r\n", body)
    else:
        parts += (b"transfer-encoding: chunked\r\n\r\n%x\r\n" % len(body), body, b"\r\n0\r\n\r\n")
    cycle.transport.write(b"".join(parts))
    cycle.response_started = cycle.response_complete = True
    cycle.message_event.set()
    cycle.on_response()
    return True


def _is_plain(cycle: RequestResponseCycle) -> bool:
    return (
        not cycle.response_started
        and not cycle.disconnected
        and not cycle.flow.write_paused
        and not cycle.access_log
        and cycle.keep_alive
        and not cycle.waiting_for_100_continue
        and cycle.scope["method"] != "HEAD"
    )
