"""The Django door: the same answers through a plain async view, for stock servers and test clients."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TypeVar

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.request import UnreadablePostError
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from apps.accounts import caller_keys
from apps.desk.waiting import waiting_here
from apps.gateway.answer import decide
from apps.gateway.broken import pieces_of, sending_of
from apps.gateway.delivery import head, stream_of, whole
from apps.gateway.due import due_of
from apps.gateway.intake import Intake, Request, taken_in
from apps.gateway.pacing import paced
from apps.gateway.report import Progress
from apps.gateway.typed import typed_events
from apps.live.tasks import spawn
from apps.wire.errors import aborted
from apps.wire.faults.strike import breaks_sending
from apps.wire.headers import EVENT_STREAM, preflight
from apps.wire.latency import whole_ms
from apps.wire.reply import Reply

R = TypeVar("R", bound=HttpResponseBase)


@csrf_exempt
async def openai(request: HttpRequest) -> HttpResponseBase:
    """Answers one call. A caller who hangs up cancels the view; a whole reply that was returned counts as
    delivered, since Django does not say whether it left."""
    if request.method == "OPTIONS":
        asked = request.headers.get("Access-Control-Request-Headers", "").encode("latin-1")
        return _with_headers(HttpResponse(status=204), preflight(asked))
    await waiting_here().start()  # before a call is parked: its row names the channel where bells ring
    await caller_keys.fresh()
    intake = await taken_in(_request(request))
    hung_up: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    replying = spawn(_reply_to(intake, hung_up), name="view")
    del intake  # large, maybe: of a parked call `progress` keeps only what is needed
    try:
        reply, progress, waited_s = await asyncio.shield(replying)
    except asyncio.CancelledError:
        hung_up.set_result(None)
        replying.add_done_callback(_abandon)  # the task goes on alone: what it took or parked has to end
        raise
    if reply is None:
        # A dropped connection: this door can only end the answer in an error.
        progress.end(first_byte_at=None, bytes_sent=0)
        return await _whole(progress.intake, aborted().reply())
    return await _respond(reply, progress, waited_s)


async def _reply_to(intake: Intake, hung_up: "asyncio.Future[None]") -> tuple[Reply | None, Progress, float]:
    """What to send, when it is time to, and how long its author had it wait; None for a call that was
    aborted or left."""
    progress = Progress(intake, await decide(intake))
    del intake
    reply = progress.decision.reply
    if reply is None:
        call, deadline_at = progress.intake.call, progress.decision.deadline_at
        outcome = await waiting_here().hold(call.id, deadline_at, hung_up)
        progress.ended_as(outcome)
        reply = outcome.reply
    wait_s = 0.0 if reply is None else _wait_ms(reply, progress.intake) / 1000
    if wait_s:
        await asyncio.wait((hung_up,), timeout=wait_s)
    return reply, progress, wait_s


def _wait_ms(reply: Reply, intake: Intake) -> float:
    """How long a reply waits before any of it leaves."""
    pace_ms = whole_ms(reply.pace, reply.completion_tokens or 0)
    if pace_ms and stream_of(reply, intake.call, intake.endpoint) is not None:
        pace_ms = 0.0  # its events are paced
    return reply.delay_ms + pace_ms


def _abandon(replying: "asyncio.Task[tuple[Reply | None, Progress, float]]") -> None:
    """The caller hung up: writes that nothing reached it."""
    if replying.exception() is None:
        replying.result()[1].end(first_byte_at=None, bytes_sent=0)


async def _respond(reply: Reply, progress: Progress, waited_s: float) -> HttpResponseBase:
    intake = progress.intake
    if reply.fault is not None and breaks_sending(reply.fault):
        return await _respond_broken(reply, progress, waited_s)
    events = stream_of(reply, intake.call, intake.endpoint)
    if events is None:
        answer = await _whole(intake, reply)
        progress.delivered = True
        progress.end(first_byte_at=time.time(), bytes_sent=len(answer.content), injected_s=waited_s)
        return answer
    due = due_of(events, reply.pace)

    async def stream() -> AsyncIterator[bytes]:
        first_byte_at, bytes_sent = None, 0
        never = asyncio.get_running_loop().create_future()  # this door cannot see a hang-up, it is closed
        pieces = typed_events(progress, reply, never) if reply.typed else paced(due)
        try:
            async with aclosing(pieces):
                async for piece in pieces:
                    first_byte_at = first_byte_at or time.time()
                    yield piece
                    bytes_sent += len(piece)
            progress.delivered = True
        finally:
            injected_s = waited_s + due.taken_s
            progress.end(first_byte_at=first_byte_at, bytes_sent=bytes_sent, injected_s=injected_s)

    response = StreamingHttpResponse(stream(), status=reply.status)
    return _with_headers(response, head(intake.call, reply, EVENT_STREAM))


async def _respond_broken(reply: Reply, progress: Progress, waited_s: float) -> HttpResponseBase:
    """The nearest thing to a fault of the connection that this door can do: an answer that ends early."""
    intake = progress.intake
    sending, content_type = await sending_of(reply, intake.call, intake.endpoint)
    if sending.is_silent:
        progress.end(first_byte_at=None, bytes_sent=0)
        return await _whole(intake, aborted().reply())

    async def stream() -> AsyncIterator[bytes]:
        bytes_sent = 0
        try:
            async with aclosing(pieces_of(sending)) as pieces:
                async for piece in pieces:
                    yield piece
                    bytes_sent += len(piece)
        finally:
            progress.delivered = True
            progress.end(first_byte_at=time.time(), bytes_sent=bytes_sent, injected_s=waited_s)

    response = StreamingHttpResponse(stream(), status=reply.status)
    return _with_headers(response, head(intake.call, reply, content_type))


async def _whole(intake: Intake, reply: Reply) -> HttpResponse:
    body, content_type = await whole(reply, intake.call, intake.endpoint)
    return _with_headers(HttpResponse(body, status=reply.status), head(intake.call, reply, content_type))


def _with_headers(response: R, headers: list[tuple[bytes, bytes]]) -> R:
    del response.headers["Content-Type"]
    for name, value in headers:
        response.headers[name.decode("latin-1")] = value.decode("latin-1")
    return response


def _request(request: HttpRequest) -> Request:
    body, oversized = b"", False
    try:
        body = request.body
    except (RequestDataTooBig, UnreadablePostError):
        oversized = True
    port = str(request.META.get("REMOTE_PORT", "0"))
    return Request(
        method=request.method or "",
        path=request.path,
        query_text=request.META.get("QUERY_STRING", ""),
        headers=tuple((name.lower(), value) for name, value in request.headers.items()),
        body=body,
        peer_ip=request.META.get("REMOTE_ADDR", ""),
        peer_port=int(port) if port.isdigit() else 0,
        received_at=time.time(),
        oversized=oversized,
    )
