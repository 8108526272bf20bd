"""The line to one caller, as ASGI gives it: reads the body, writes the answer, knows who hung up."""

import asyncio
import inspect
import socket
import struct
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from apps.desk.waiting import waiting_here
from apps.gateway.chunked import write_chunk
from apps.gateway.http1 import leave_out_date
from apps.live.tasks import spawn

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
RawHeaders = list[tuple[bytes, bytes]]

RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: closing sends a reset
GRACE_S = 6  # for replies that are on their way when the server is told to stop
PIECE_BYTES = 64 * 1024  # written at a time, so that a caller who leaves in the middle is noticed


class HungUp(Exception):
    """The caller left before its request was whole, or in the middle of its answer."""


class Oversized(Exception):
    """The request's body is larger than allowed."""


class Line:
    """One request and its answer over a pair of ASGI callables."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._watch: asyncio.Task[None] | None = None
        self.started = False
        self.first_byte_at: float | None = None  # unix seconds
        self.bytes_sent = 0
        self.injected_s = 0.0  # waits that the reply's author asked for
        self.patience_s: float | None = None  # with a reply that has stalled; None: without an end
        self.remark = ""  # what the exchange is to say of how the answer ended

    async def read_body(self, *, limit: int, announced: bytes) -> bytes:
        """The whole body; raises Oversized at the header already, HungUp when it breaks off."""
        if announced.isdigit() and int(announced) > limit:
            raise Oversized
        message = await self._receive()
        body: bytes = message.get("body", b"")
        if message["type"] == "http.request" and not message.get("more_body"):
            if len(body) > limit:
                raise Oversized
            return body
        pieces, size = [body], len(body)
        while message["type"] == "http.request" and message.get("more_body"):
            message = await self._receive()
            pieces.append(message.get("body", b""))
            size += len(pieces[-1])
            if size > limit:
                raise Oversized
        if message["type"] == "http.disconnect":
            raise HungUp
        return b"".join(pieces)

    def watch(self) -> "asyncio.Task[None]":
        """A task that is done when the caller has hung up; begins to listen on the first call."""
        if self._watch is None:
            self._watch = spawn(self._listen(), name="line")
        return self._watch

    @property
    def is_cut(self) -> bool:
        """Whether the caller is known to have hung up."""
        if self._watch is not None and self._watch.done():
            return True
        if (known := self._known_cut) is not None:
            return known
        return self._watch is None and _has_disconnect(self._receive)

    @property
    def _known_cut(self) -> bool | None:
        """What uvicorn knows of it (its `send` is a method of the request's cycle); None of other servers."""
        known = getattr(getattr(self._send, "__self__", None), "disconnected", None)
        return known if isinstance(known, bool) else None

    @property
    def _is_full(self) -> bool:
        """Whether uvicorn still has more to send than the line takes at once; False of other servers."""
        flow = getattr(getattr(self._send, "__self__", None), "flow", None)
        return bool(getattr(flow, "write_paused", False))

    async def start(self, status: int, headers: RawHeaders) -> None:
        self.started = True
        self.first_byte_at = time.time()
        if any(name == b"date" for name, _ in headers):
            leave_out_date(self._send)
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def write(self, data: bytes, *, last: bool) -> None:
        """Writes in pieces, each waiting until the one before has drained; raises HungUp in between."""
        for start in range(0, max(len(data), 1), PIECE_BYTES):
            piece = data[start : start + PIECE_BYTES] if len(data) > PIECE_BYTES else data
            end = start + PIECE_BYTES >= len(data)
            if not end and self.watch().done():
                raise HungUp
            is_held = bool(piece) or self._is_full
            await self._send({"type": "http.response.body", "body": piece, "more_body": not (last and end)})
            if is_held and self._known_cut:  # it waited for the line to drain, and was dropped
                raise HungUp
            self.bytes_sent += len(piece)
            if not (last and end):
                # A server drops what it is given for a line that is going down, without waiting: the
                # loop needs a turn to hear of it, or the rest would count as sent.
                await asyncio.sleep(0)

    def write_now(self, data: bytes) -> bool:
        """Writes at once, not waiting for anything; False when it has to be done with `write`."""
        written = len(data) <= PIECE_BYTES and write_chunk(self._send, data)
        if written:
            self.bytes_sent += len(data)
        return written

    async def wait(self, seconds: float | None, *, grace_s: float = GRACE_S) -> None:
        """Waits, or for ever; raises HungUp as soon as the caller does.

        Raises GoingDown when the server goes down and this would not be over `grace_s` after that.
        """
        began_s, watch = time.monotonic(), self.watch()
        try:
            await waiting_here().end.wait(watch, seconds, grace_s=grace_s)
        finally:
            self.injected_s += time.monotonic() - began_s
        if watch.done():
            raise HungUp

    @property
    def can_break(self) -> bool:
        """Whether the connection can be dropped; other servers than uvicorn give no way to it."""
        return self._transport is not None

    @property
    def _transport(self) -> Any:
        return getattr(getattr(self._send, "__self__", None), "transport", None)

    async def cut(self) -> bool:
        """Drops the connection without an answer, as a network does; the client sees a reset.

        Reaches into uvicorn: its `send` is a method of the request's cycle, which has the transport.
        Other servers give no way to do it: False.
        """
        transport = self._transport
        if transport is None:
            return False
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        transport.abort()
        await asyncio.wait((self.watch(),), timeout=1)  # until the server knows
        return True

    async def break_off(self) -> None:
        """Closes the connection in the middle of an answer; on other servers ends it early."""
        transport = self._transport
        if transport is None:
            await self.write(b"", last=True)
            return
        transport.close()
        await asyncio.wait((self.watch(),), timeout=1)

    def close(self) -> None:
        """Ends the watch; the answer is over."""
        if self._watch is not None:
            self._watch.cancel()

    async def _listen(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _has_disconnect(receive: Receive) -> bool:
    """Asks `receive` once without waiting: one step of its coroutine, no task (which costs 10 µs more).

    A disconnect that is there already ends the coroutine in that step; else it would wait, and is closed.
    """
    asking = receive()
    if not inspect.iscoroutine(asking):
        return False
    try:
        asking.send(None)
    except StopIteration as ended:
        return bool(ended.value["type"] == "http.disconnect")
    asking.close()
    return False
