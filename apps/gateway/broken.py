"""Sends a reply that goes wrong on purpose while it leaves: what of it leaves, and how it ends."""

import asyncio
from collections.abc import AsyncGenerator

from apps.desk.closing import GoingDown
from apps.desk.waiting import waiting_here
from apps.gateway.delivery import deliver, head, stream_of, whole
from apps.gateway.due import due_of
from apps.gateway.line import HungUp, Line
from apps.wire.call import Call
from apps.wire.draft import BODILESS
from apps.wire.endpoint import Endpoint
from apps.wire.errors import aborted
from apps.wire.faults.row import CLEAN, CUT, RESET, STALL, Piece, Sending
from apps.wire.faults.strike import breaks_sending, broken
from apps.wire.headers import EVENT_STREAM
from apps.wire.latency import whole_ms
from apps.wire.reply import Reply

READ_S = 0.05  # a reset throws away what the caller has not read yet


async def deliver_with_fault(line: Line, call: Call, endpoint: Endpoint | None, reply: Reply) -> None:
    """As `deliver`, with the reply's fault if it has one."""
    if reply.fault is None or reply.status in BODILESS or not breaks_sending(reply.fault):
        await deliver(line, call, endpoint, reply)
        return
    try:
        if reply.delay_ms:
            await line.wait(reply.delay_ms / 1000, grace_s=0)
        await _deliver(line, call, endpoint, reply)
    except GoingDown:
        if not line.started:
            raise
        await line.break_off()
        raise HungUp from None  # of such a reply the end may be missing as well


async def _deliver(line: Line, call: Call, endpoint: Endpoint | None, reply: Reply) -> None:
    sending, content_type = await sending_of(reply, call, endpoint)
    began_s, at_s = asyncio.get_running_loop().time(), 0.0
    if sending.is_stream and not sending.is_silent:
        await _start(line, call, reply, sending, content_type)
    sent = False
    for piece in sending.pieces:
        at_s = due_s(piece, at_s)
        await _until(line, began_s + at_s)
        await _start(line, call, reply, sending, content_type)
        await line.write(piece.data, last=False)
        sent = True
    if not sent:
        await _until(line, began_s + sending.at_ms / 1000)
        if not sending.is_silent:
            await _start(line, call, reply, sending, content_type)
    if sending.end == RESET and not line.can_break and not line.started:
        await deliver(line, call, endpoint, aborted().reply())  # the nearest thing to it
    else:
        await _end(line, sending.end)


async def sending_of(reply: Reply, call: Call, endpoint: Endpoint | None) -> tuple[Sending, bytes]:
    """What leaves of a reply with a fault, and of which content type; due as it would be without one."""
    assert reply.fault is not None
    events = stream_of(reply, call, endpoint)
    if events is not None:
        due = due_of(events, reply.pace)
        first_ms = due.at_s * 1000
        pieces = (Piece(event, at_s * 1000) for at_s, event in due.each())
        sending, content_type = Sending(pieces, True, at_ms=first_ms), EVENT_STREAM
    else:
        body, content_type = await whole(reply, call, endpoint)
        at_ms = whole_ms(reply.pace, reply.completion_tokens or 0)
        sending = Sending(iter([Piece(body, at_ms)]), False, length=len(body), at_ms=at_ms)
    sending = broken(sending, reply.fault, call, endpoint)
    return sending, sending.content_type or content_type


def due_s(piece: Piece, before_s: float) -> float:
    """When a piece is due, in seconds after the beginning; `before_s`: the one before it."""
    return max(piece.at_ms / 1000, before_s + piece.pause_ms / 1000)


async def _start(line: Line, call: Call, reply: Reply, sending: Sending, content_type: bytes) -> None:
    if line.started:
        return
    if line.is_cut:
        raise HungUp
    headers = head(call, reply, content_type)
    if sending.content_type:  # this one wins over its author's
        headers = [header for header in headers if header[0] != b"content-type"]
        headers.append((b"content-type", sending.content_type))
    if sending.length is not None and (sending.end == CLEAN or line.can_break):  # else it is waited for
        headers.append((b"content-length", b"%d" % sending.length))
    await line.start(reply.status, headers)


async def _until(line: Line, due_s: float) -> None:
    """Nobody waits for a broken reply when the server goes down."""
    left_s = due_s - asyncio.get_running_loop().time()
    if left_s > 0:
        await line.wait(left_s, grace_s=0)


async def _end(line: Line, end: str) -> None:
    if end == STALL:
        await _stall(line)
    elif end == RESET:
        if line.started:
            await line.wait(READ_S)
        if not await line.cut():
            await line.break_off()
    elif end == CUT:
        await line.break_off()
    else:
        await line.write(b"", last=True)


async def _stall(line: Line) -> None:
    """Until the caller leaves, or the server goes down; no thread waits."""
    try:
        await line.wait(line.patience_s, grace_s=0)
    except HungUp:
        return  # what was to leave has left
    except GoingDown:
        await line.break_off()
        return
    line.remark = f"The reply stalled: after {line.patience_s:g} s its caller, this server, gave up."


async def pieces_of(sending: Sending) -> AsyncGenerator[bytes, None]:
    """The same for a door without a line: a stall lasts until it is closed, other ends are early ones.

    A whole body has waited already.
    """
    loop = asyncio.get_running_loop()
    began_s = loop.time() - (0.0 if sending.is_stream else sending.at_ms / 1000)
    at_s = 0.0
    with waiting_here().end.notice() as closing:
        for piece in sending.pieces:
            at_s = due_s(piece, at_s)
            await asyncio.wait((closing,), timeout=max(0.0, began_s + at_s - loop.time()))
            if closing.done():
                return
            yield piece.data
        if sending.end == STALL:
            await closing
