"""Sends a reply that goes wrong on purpose while it leaves: what of it leaves, and how it ends."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from itertools import repeat

from apps.desk.waiting import waiting_here
from apps.gateway.delivery import deliver, head, stream_of, whole
from apps.gateway.line import HungUp, Line
from apps.wire.call import Call
from apps.wire.draft import BODILESS
from apps.wire.endpoint import Endpoint
from apps.wire.faults.row import CUT, RESET, STALL, Piece, Sending
from apps.wire.faults.strike import breaks_sending, broken
from apps.wire.faults.tokens import cut_body
from apps.wire.headers import EVENT_STREAM
from apps.wire.latency import waits_ms, whole_ms
from apps.wire.reply import Reply

READ_S = 0.05  # a reset throws away what the caller has not read yet
LOOK_S = 1.0  # how often a stalled reply looks whether the server goes down


async def deliver_with_fault(line: Line, call: Call, endpoint: Endpoint | None, reply: Reply) -> None:
    """As `deliver`, with the reply's fault if it has one."""
    if reply.fault is None or reply.status in BODILESS or not breaks_sending(reply.fault):
        await deliver(line, call, endpoint, reply)
        return
    if reply.delay_ms:
        await line.wait(reply.delay_ms / 1000)
    sending, content_type = await sending_of(reply, call, endpoint)
    waits = waits_of(reply, sending)
    loop = asyncio.get_running_loop()
    due_s = loop.time() + next(waits) / 1000
    for piece in sending.pieces:
        due_s += piece.pause_ms / 1000
        await _until(line, due_s)
        if not line.started:
            await _start(line, call, reply, sending, content_type)
        await line.write(piece.data, last=False)
        due_s += next(waits) / 1000
    await _until(line, due_s if not line.started else 0.0)
    if not line.started and sending.end != RESET:
        await _start(line, call, reply, sending, content_type)
    await _end(line, sending.end)


async def sending_of(reply: Reply, call: Call, endpoint: Endpoint | None) -> tuple[Sending, bytes]:
    """What leaves of a reply with a fault, and of which content type."""
    assert reply.fault is not None
    events = stream_of(reply, call, endpoint)
    if events is not None:
        sending, content_type = Sending(map(Piece, events), True), EVENT_STREAM
    else:
        body, content_type = await whole(reply, call, endpoint)
        sending = Sending(cut_body(body), False, length=len(body))
    sending = broken(sending, reply.fault, call, endpoint)
    return sending, sending.content_type or content_type


def waits_of(reply: Reply, sending: Sending) -> Iterator[float]:
    """The waits in ms before each piece: of a stream as it is paced, of a whole body all before the first."""
    if not sending.is_stream:
        yield whole_ms(reply.pace, reply.completion_tokens or 0)
        yield from repeat(0.0)
    yield float(reply.pace.first_token_ms)
    yield from waits_ms(reply.pace) or repeat(float(reply.pace.token_ms))


async def _start(line: Line, call: Call, reply: Reply, sending: Sending, content_type: bytes) -> None:
    if line.is_cut:
        raise HungUp
    headers = head(call, reply, content_type)
    if sending.content_type:  # this one wins over its author's
        headers = [header for header in headers if header[0] != b"content-type"]
        headers.append((b"content-type", sending.content_type))
    if sending.length is not None:
        headers.append((b"content-length", b"%d" % sending.length))
    await line.start(reply.status, headers)


async def _until(line: Line, due_s: float) -> None:
    left_s = due_s - asyncio.get_running_loop().time()
    if left_s > 0:
        await line.wait(left_s)


async def _end(line: Line, end: str) -> None:
    if end == STALL:
        await _stall(line)
    elif end == RESET:
        if line.started:
            await line.wait(READ_S)
        await line.cut()
    elif end == CUT:
        await line.break_off()
    else:
        await line.write(b"", last=True)


async def _stall(line: Line) -> None:
    """Until the caller leaves, or the server goes down; no thread waits."""
    try:
        while not waiting_here().closing:
            await line.wait(LOOK_S)
    except HungUp:
        return  # what was to leave has left
    await line.break_off()


async def pieces_of(reply: Reply, sending: Sending) -> AsyncGenerator[bytes, None]:
    """The same for a door without a line: a stall lasts until it is closed, other ends are early ones."""
    loop = asyncio.get_running_loop()
    waits = waits_of(reply, sending)
    due_s = loop.time() + next(waits) / 1000
    for piece in sending.pieces:
        due_s += piece.pause_ms / 1000
        await asyncio.sleep(max(0.0, due_s - loop.time()))
        yield piece.data
        due_s += next(waits) / 1000
    while sending.end == STALL and not waiting_here().closing:  # noqa: ASYNC110 - nobody tells of it
        await asyncio.sleep(LOOK_S)
