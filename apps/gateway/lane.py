"""The fast lane: uvicorn's connection, on which a plain call is answered without parser, task or ASGI.

A call whose head was met before, and whose body came with it, goes from here straight to the writer; a
reply that leaves at once is written from here, too, when its group is committed. Everything else is
uvicorn's ordinary way: the first request with some head, any other path or method, a request in
pieces; and a call that waits for a person, for a delay or for a slow reader goes over to it once it is
decided. This reaches into uvicorn, which is therefore pinned to a minor version.
"""

import asyncio
import time
from typing import Any

from django.conf import settings
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

from apps.gateway.answer import ask
from apps.gateway.asgi import resume
from apps.gateway.decision import Decision
from apps.gateway.delivery import at_once
from apps.gateway.heads import Head, Opened, heads, opened
from apps.gateway.http1 import Http1, without_date
from apps.gateway.intake import Intake, Request, is_ours, locate, take_in
from apps.gateway.report import Progress, sent_at_once

_UNKNOWN_WAYS = ("transfer-encoding", "expect", "upgrade", "connection")


class Lane(Http1):
    """One connection."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._intake: Intake | None = None  # of the call that is being decided
        self._late = b""  # what came meanwhile
        self._in_message = False  # the parser has a part of a request
        self._idle_since = 0.0  # on the loop's clock
        self._is_gone = False
        self.is_last = False  # the server is going down: so is this connection, after its next answer

    def data_received(self, data: bytes) -> None:
        if self._late or self._is_busy:
            self._late += data  # its turn comes; the parser would have to stop reading, and not see a hang-up
            if len(self._late) > HIGH_WATER_LIMIT:
                self.flow.pause_reading()
            self._go_on()  # the call that it waited for may be answered by now
        elif self._in_message:
            super().data_received(data)
        else:
            request = opened(data)
            if request is None or not self._take(request, data):
                before = self.cycle
                super().data_received(data)
                if request is not None and self.cycle is not before:
                    self._learn(request, data)

    @property
    def _is_busy(self) -> bool:
        """Whether a call is here, whole, and not answered yet."""
        is_served = self.cycle is not None and not self.cycle.response_complete and not self._in_message
        return self._intake is not None or is_served

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._late:
            self.loop.call_soon(self._go_on)

    def _go_on(self) -> None:
        """Reads what came while a call was answered."""
        if self._late and not self._is_busy and not self.transport.is_closing():
            late, self._late = self._late, b""
            self.data_received(late)

    def on_message_begin(self) -> None:
        self._in_message = True
        super().on_message_begin()

    def on_message_complete(self) -> None:
        self._in_message = False
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_gone = True
        super().connection_lost(exc)

    def timeout_keep_alive_handler(self) -> None:
        """The connection is closed when it has been idle for that long; the timer runs on over calls."""
        idle_s = 0.0 if self._intake is not None else self.loop.time() - self._idle_since
        if idle_s < self.timeout_keep_alive:
            self._arm(self.timeout_keep_alive - idle_s)
        else:
            super().timeout_keep_alive_handler()

    def _arm(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)

    def shutdown(self) -> None:
        self.is_last = True
        if self._intake is None:
            super().shutdown()

    def _take(self, request: Opened, data: bytes) -> bool:
        """Takes a call whose head is known and whose body is there; False when it is not so."""
        peer_ip, peer_port = self.client or ("", 0)
        head = heads.find(peer_ip, request.head)
        if head is None or len(data) != request.body_at + request.length:
            return False
        self._intake = take_in(
            Request(
                method="POST",
                path=head.path,
                headers=head.headers(request.length),
                body=data[request.body_at :],
                peer_ip=peer_ip,
                peer_port=peer_port,
                received_at=time.time(),
                oversized=request.length > settings.MAX_BODY_BYTES,
                query_text=head.query_text,
            ),
            head.address,
        )
        ask(self._intake, self._decided, self.loop)
        return True

    def _learn(self, request: Opened, data: bytes) -> None:
        """Keeps the head of the request that uvicorn has just begun to serve, if it is a plain call's."""
        cycle = self.cycle
        is_whole = len(data) == request.body_at + request.length and not self._in_message
        if not is_whole or cycle is None or cycle.scope["method"] != "POST" or not cycle.keep_alive:
            return
        headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in self.headers)
        path, peer_ip = cycle.scope["path"], self.client[0] if self.client else ""
        if not is_ours(path) or any(
            name in _UNKNOWN_WAYS and value != "keep-alive" for name, value in headers
        ):
            return
        query_text = cycle.scope["query_string"].decode("latin-1")
        address = locate("POST", path, headers, peer_ip)
        if address.refusal is None:
            heads.learn(peer_ip, request.head, Head(address, path, headers, query_text))

    def _decided(self, decision: Decision, error: Exception | None) -> None:
        """The call's group is committed (or failed): answers it, here or the ordinary way."""
        intake, self._intake = self._intake, None
        assert intake is not None  # a connection has one call at a time
        if error is not None:
            self._hand_over(None, error)
        elif not self._answer(intake, decision):
            self._hand_over(Progress(intake, decision), None)
        self._go_on()

    def _answer(self, intake: Intake, decision: Decision) -> bool:
        """Writes a reply that is all there in one go; False when there is something to wait for."""
        reply, taken = decision.reply, decision.taken
        if reply is None or self._is_gone or self.flow.write_paused or self.transport.is_closing():
            return False
        if taken is not None and taken.returns:
            return False  # the loop has to hear of a caller who left, before the preset is gone
        now = time.time()
        made = at_once(intake.call, intake.endpoint, reply, now)
        if made is None:
            return False
        own = self.server_state.default_headers
        own = without_date(own) if b"\r\ndate: " in made.head else own
        lines = [b"%b: %b\r\n" % header for header in own]
        self.transport.write(b"".join((STATUS_LINE[reply.status], *lines, made.head, made.body)))
        sent_at_once(intake, decision, sent_at=now, bytes_sent=made.size_bytes)
        self.server_state.total_requests += 1
        self._idle_since = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self._arm(self.timeout_keep_alive)
        self.flow.resume_reading()
        if self.is_last:
            self.transport.close()
        return True

    def _hand_over(self, progress: Progress | None, error: Exception | None) -> None:
        """The ordinary way, as if uvicorn had read the request itself; its body is read."""
        self._unset_keepalive_if_required()
        self.cycle = RequestResponseCycle(
            scope={"type": "http", "method": "POST"},  # type: ignore[typeddict-item]
            transport=self.transport,
            flow=self.flow,
            logger=self.logger,
            access_logger=self.access_logger,
            access_log=False,
            default_headers=self.server_state.default_headers,
            message_event=asyncio.Event(),
            expect_100_continue=False,
            keep_alive=not self.is_last,
            on_response=self.on_response_complete,
        )
        self.cycle.more_body = False
        self.cycle.disconnected = self._is_gone

        async def app(_: Any, receive: Any, send: Any) -> None:
            await resume(progress, error, receive, send)

        self._start_asgi_task(self.cycle, app)
