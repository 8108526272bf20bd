"""Sends a reply at its pace: whole or as server-sent events, and says what really left."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import chain

import orjson

from apps.gateway.line import HungUp, Line, RawHeaders
from apps.wire import sse
from apps.wire.call import Call
from apps.wire.draft import BODILESS
from apps.wire.endpoint import Endpoint
from apps.wire.headers import EVENT_STREAM, JSON, standard
from apps.wire.reply import INSTANT, Reply

BATCH_BYTES = 32 * 1024  # events without a pace between them leave together


@dataclass(frozen=True, slots=True)
class Timed:
    """A piece of a streamed reply, and how long after the start it is due."""

    at_s: float
    data: bytes


def stream_of(reply: Reply, call: Call, endpoint: Endpoint | None) -> Iterator[bytes] | None:
    """The server-sent events of a reply, or None when it leaves whole.

    An error status answers with JSON even to a streaming call, and so does a body that the
    endpoint cannot cut into events (a verbatim one, say, or the none of a 204).
    """
    if not call.stream or endpoint is None or endpoint.frames is None or reply.status >= 300:
        return None
    body = _readable(reply.body)
    if not isinstance(body, dict) or "error" in body or (reply.verbatim and not endpoint.is_whole(body)):
        return None
    return endpoint.frames(body, call)


def _readable(text: bytes) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def schedule(events: Iterator[bytes], reply: Reply) -> Iterator[Timed]:
    """When each event is due: an absolute schedule, so that lateness never adds up.

    The first event (the role) is due after first_token_ms, each later one token_ms after it; the
    last ([DONE]) leaves with the one before. Events due at the same moment leave together.
    """
    first_s, step_s = reply.pace.first_token_ms / 1000, reply.pace.token_ms / 1000
    if step_s == 0:
        yield from (Timed(first_s, data) for data in _joined(events))
        return
    held = next(events, b"")
    index = 0
    for event in events:
        if event == sse.DONE:
            held += event
            continue
        yield Timed(first_s + index * step_s, held)
        index, held = index + 1, event
    yield Timed(first_s + index * step_s, held)


def _joined(events: Iterator[bytes]) -> Iterator[bytes]:
    parts: list[bytes] = []
    size = 0
    for event in events:
        parts.append(event)
        size += len(event)
        if size >= BATCH_BYTES:
            yield b"".join(parts)
            parts, size = [], 0
    if parts:
        yield b"".join(parts)


async def paced(events: Iterator[bytes], reply: Reply) -> AsyncIterator[bytes]:
    """The pieces of a streamed reply, each when it is due (for a door that cannot see a hang-up)."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    for piece in schedule(events, reply):
        delay_s = began + piece.at_s - loop.time()
        if delay_s > 0:
            await asyncio.sleep(delay_s)
        yield piece.data


async def deliver(line: Line, call: Call, endpoint: Endpoint | None, reply: Reply) -> None:
    """Sends a reply over a line; raises HungUp when the caller left before all of it was gone."""
    if reply.delay_ms:
        await line.wait(reply.delay_ms / 1000)
    events = stream_of(reply, call, endpoint)
    if line.started:  # kept warm while it waited: the status is 200 already
        await _finish_warm(line, reply, events)
    elif events is None:
        await _deliver_whole(line, call, reply)
    else:
        await _deliver_stream(line, call, reply, events)


def head(call: Call, reply: Reply, content_type: bytes) -> RawHeaders:
    """The headers of an answer, as late as possible: they say how long the server took."""
    processing_ms = max(0, round((time.time() - call.received_at) * 1000))
    return standard(reply, request_id=call.request_id, processing_ms=processing_ms, content_type=content_type)


async def _deliver_whole(line: Line, call: Call, reply: Reply) -> None:
    body = b"" if reply.status in BODILESS else reply.body
    headers = head(call, reply, b"" if reply.status in BODILESS else JSON)
    if reply.status not in BODILESS:
        headers.append((b"content-length", b"%d" % len(body)))
    if reply.pace.first_token_ms:
        await line.wait(reply.pace.first_token_ms / 1000)
    if line.is_cut:
        raise HungUp
    await line.respond(reply.status, headers, body)


async def _deliver_stream(line: Line, call: Call, reply: Reply, events: Iterator[bytes]) -> None:
    if reply.pace == INSTANT:
        first = next(pieces := _joined(events), b"")
        second = next(pieces, None)
        if second is None:  # all of it fits into one piece: one write
            if line.is_cut:
                raise HungUp
            await line.respond(reply.status, head(call, reply, EVENT_STREAM), first, as_chunk=True)
            return
        events = chain((first, second), pieces)
    await line.start(reply.status, head(call, reply, EVENT_STREAM))
    await _deliver_events(line, reply, events)


async def _deliver_events(line: Line, reply: Reply, events: Iterator[bytes]) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    if line.watch().done():
        raise HungUp
    for piece in schedule(events, reply):
        delay_s = began + piece.at_s - loop.time()
        if delay_s > 0:
            await line.wait(delay_s)
        elif line.watch().done():
            raise HungUp
        await line.write(piece.data, last=False)
    await line.write(b"", last=True)


async def _finish_warm(line: Line, reply: Reply, events: Iterator[bytes] | None) -> None:
    """An answer into a stream that began with comments: events, or the error as an event, or just its end."""
    if events is None:
        await line.write(sse.event(_one_line(reply.body)) if reply.body else b"", last=True)
    else:
        await _deliver_events(line, reply, events)


def _one_line(body: bytes) -> bytes:
    """A pretty-printed body would break an event in two; JSON has line ends only between its tokens."""
    return body.replace(b"\r", b"").replace(b"\n", b"")
