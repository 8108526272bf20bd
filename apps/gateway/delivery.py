"""Sends a reply at its pace: whole or as server-sent events, and says what really left."""

import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from typing import NamedTuple

import orjson
from channels.db import database_sync_to_async

from apps.gateway.due import Due, due_of
from apps.gateway.line import PIECE_BYTES, HungUp, Line, RawHeaders
from apps.gateway.pacing import Player
from apps.kept.shelf import shelf_of
from apps.wire import sse
from apps.wire.call import Call
from apps.wire.draft import BODILESS
from apps.wire.endpoint import Endpoint
from apps.wire.headers import EVENT_STREAM, JSON, head_lines, standard
from apps.wire.latency import whole_ms
from apps.wire.raw import raw_of
from apps.wire.reply import INSTANT, Reply


def stream_of(reply: Reply, call: Call, endpoint: Endpoint | None) -> Iterator[bytes] | None:
    """The server-sent events of a reply, or None when it leaves whole.

    An error status answers with JSON even to a streaming call, and so does a body that the
    endpoint cannot cut into events (a verbatim one, say, or the none of a 204).
    """
    if not call.stream or endpoint is None or endpoint.frames is None or reply.status >= 300:
        return None
    body = _readable(reply.body)
    if (
        not isinstance(body, dict)
        or (body.get("error") and not endpoint.is_whole(body))
        or (reply.verbatim and not endpoint.is_whole(body))
    ):
        return None
    return endpoint.frames(body, call)


def _readable(text: bytes) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


async def deliver(line: Line, call: Call, endpoint: Endpoint | None, reply: Reply) -> None:
    """Sends a reply over a line; raises HungUp when the caller left before all of it was gone."""
    if reply.delay_ms:
        await line.wait(reply.delay_ms / 1000)
    events = stream_of(reply, call, endpoint)
    if line.started:  # kept warm while it waited: the status is 200 already
        await _finish_warm(line, reply, events)
    elif events is None:
        await _deliver_whole(line, call, endpoint, reply)
    else:
        await _deliver_stream(line, call, reply, events)


class Made(NamedTuple):
    """An answer as it travels over HTTP/1.1, below its status line."""

    head: bytes
    body: bytes
    size_bytes: int  # of the body without what cuts it into chunks


def at_once(call: Call, endpoint: Endpoint | None, reply: Reply, now: float) -> Made | None:
    """The answer that leaves in one go; None when there is something to wait for, or much to send.

    None, too, where making it fails: so does the ordinary way then, which tells of it.
    """
    made = None
    with suppress(Exception):
        made = _at_once(call, endpoint, reply, now)
    return made


def _at_once(call: Call, endpoint: Endpoint | None, reply: Reply, now: float) -> Made | None:
    if reply.delay_ms or reply.pace != INSTANT or reply.typed or reply.fault or reply.status in BODILESS:
        return None
    events = stream_of(reply, call, endpoint)
    body = reply.body
    content_type = JSON
    if events is None and endpoint is not None and endpoint.raw is not None:
        raw = raw_of(reply, call, endpoint)
        if raw is not None:
            if raw.data is None:
                return None  # it has to be fetched
            body, content_type = raw.data, raw.content_type.encode()
    elif events is not None:
        content_type = EVENT_STREAM
        due = Due(events, INSTANT)
        body = due.take(0.0)
        if not due.over:
            return None
    if not 0 < len(body) <= PIECE_BYTES:
        return None
    lines = head_lines(
        reply,
        request_id=call.request_id,
        processing_ms=_processing_ms(call, now),
        content_type=content_type,
    )
    if events is None:
        return Made(b"%bcontent-length: %d\r\n\r\n" % (lines, len(body)), body, len(body))
    chunked = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    return Made(lines + b"transfer-encoding: chunked\r\n\r\n", chunked, len(body))


def head(call: Call, reply: Reply, content_type: bytes) -> RawHeaders:
    """The headers of an answer, as late as possible: they say how long the server took."""
    return standard(
        reply,
        request_id=call.request_id,
        processing_ms=_processing_ms(call, time.time()),
        content_type=content_type,
    )


def _processing_ms(call: Call, now: float) -> int:
    return max(0, round((now - call.received_at) * 1000))


async def whole(reply: Reply, call: Call, endpoint: Endpoint | None) -> tuple[bytes, bytes]:
    """(body, content type) of a reply that leaves whole; no content type where there is no body."""
    if reply.status in BODILESS:
        return b"", b""
    raw = raw_of(reply, call, endpoint)
    if raw is None:
        return reply.body, JSON
    data = raw.data
    if data is None:
        fetch = partial(shelf_of(call.caller).content, raw.content_id)
        data = await database_sync_to_async(fetch, thread_sensitive=False)()
    return data or b"", raw.content_type.encode()


async def _deliver_whole(line: Line, call: Call, endpoint: Endpoint | None, reply: Reply) -> None:
    body, content_type = await whole(reply, call, endpoint)
    if wait_ms := whole_ms(reply.pace, reply.completion_tokens or 0):
        await line.wait(wait_ms / 1000)
    headers = head(call, reply, content_type)
    if reply.status not in BODILESS:
        headers.append((b"content-length", b"%d" % len(body)))
    if line.is_cut:
        raise HungUp
    await line.start(reply.status, headers)
    await line.write(body, last=True)


async def _deliver_stream(line: Line, call: Call, reply: Reply, events: Iterator[bytes]) -> None:
    due = due_of(events, reply.pace)
    first = due.take(0.0)
    if line.is_cut:
        raise HungUp
    await line.start(reply.status, head(call, reply, EVENT_STREAM))
    if first:
        await line.write(first, last=False)
    await _play(line, due)


async def _play(line: Line, due: Due) -> None:
    try:
        await Player(line, due).play()
    finally:
        line.injected_s += due.taken_s
    await line.write(b"", last=True)


async def _finish_warm(line: Line, reply: Reply, events: Iterator[bytes] | None) -> None:
    """An answer into a stream that began with comments: events, or the error as an event, or just its end."""
    if events is None:
        await line.write(sse.event(_one_line(reply.body)) if reply.body else b"", last=True)
    else:
        await _play(line, due_of(events, reply.pace))


def _one_line(body: bytes) -> bytes:
    """A pretty-printed body would break an event in two; JSON has line ends only between its tokens."""
    return body.replace(b"\r", b"").replace(b"\n", b"")
