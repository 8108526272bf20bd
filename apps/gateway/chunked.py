"""Writes an event of a stream to uvicorn's transport as a chunk, in a plain call, past `send`.

`send` is a coroutine: it wants a task to run in, and a stream of slow tokens would wake that task
for each of them. What is done here is what uvicorn's own `send` does in the same state; in any other
state (as `lane` it reaches into uvicorn, which is pinned to a minor version) nothing is
done, and the event has to go the ordinary way, which waits or knows what is wrong.
"""

from typing import Any

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle


def write_chunk(send: Any, data: bytes) -> bool:
    """Writes `data`, which is not empty, as one chunk of a response that has begun (RFC 9112, 7.1).

    False when that cannot be done now: no stream of uvicorn's, or its reader is slow, or gone.
    """
    cycle = getattr(send, "__self__", None)
    if type(cycle) is not RequestResponseCycle or not _takes_chunks(cycle):
        return False
    cycle.transport.write(b"%x\r\n%b\r\n" % (len(data), data))
    return True


def _takes_chunks(cycle: RequestResponseCycle) -> bool:
    return bool(
        cycle.chunked_encoding  # said when the response began
        and not cycle.response_complete
        and not cycle.disconnected
        and not cycle.flow.write_paused
        and not cycle.transport.is_closing()
        and cycle.scope["method"] != "HEAD"
    )
