"""Refuses a body that is too large before Django, which spools all of it to disk first, sees it."""

from typing import Any

import orjson
from django.conf import settings

from apps.gateway.line import Message, Oversized, Receive, Send

ENVELOPE_BYTES = 128 * 1024  # what a form puts around a file; the exact limits are judged by the views


async def limited(app: Any, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serves a request by `app`; 413 as soon as its body is known to be over every limit there is."""
    limit = max(settings.MAX_BODY_BYTES, settings.IMPORT_MAX_BYTES) + ENVELOPE_BYTES
    announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"")
    if announced.isdigit() and int(announced) > limit:
        await _refuse(send, limit)
        return
    size = 0
    started = False

    async def counted() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > limit:
            raise Oversized
        return message

    async def noticed(message: Message) -> None:
        nonlocal started
        started = True
        await send(message)

    try:
        await app(scope, counted, noticed)
    except Oversized:
        if not started:
            await _refuse(send, limit)


async def _refuse(send: Send, limit: int) -> None:
    body = orjson.dumps({"detail": f"The body is too large: the limit is {limit:,} bytes."})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(body)),
        (b"connection", b"close"),  # nobody reads the rest of it
    ]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
