"""The access log: a line for each request, with what is known of its call. Off by default."""

import logging
import time
from contextvars import ContextVar
from typing import Any

from apps.gateway.line import Message, Receive, Send
from apps.wire.call import Call

log = logging.getLogger("mockopenai.access")

# Of the request that this task serves: filled in by whoever reads the call.
_known: ContextVar[dict[str, Any] | None] = ContextVar("access", default=None)


def note(call: Call) -> None:
    """This is the call of the request that is being served."""
    known = _known.get()
    if known is not None:
        known |= {"request_id": call.request_id, "caller": call.caller, "endpoint": call.endpoint}


class _Noticed:
    """A server's `send` that remembers the status; what reaches through it into uvicorn still does."""

    def __init__(self, send: Send) -> None:
        self.__self__ = getattr(send, "__self__", None)
        self._send = send
        self.status = 0  # nothing was sent

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)


async def logged(app: Any, scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """Serves a request by `app`, then writes its line. The query is left out: it may hold a key."""
    began_s = time.monotonic()
    known: dict[str, Any] = {}
    token = _known.set(known)

    noticed = _Noticed(send)
    try:
        await app(scope, receive, noticed)
    finally:
        _known.reset(token)
        duration_ms = round((time.monotonic() - began_s) * 1000)
        peer_ip = (scope.get("client") or ("",))[0]
        words = (peer_ip, scope["method"], scope["path"], noticed.status, duration_ms)
        told = " ".join(str(known[name]) for name in ("caller", "endpoint") if known.get(name))
        facts = dict(zip(("peer_ip", "method", "path", "status", "duration_ms"), words, strict=True))
        log.info("%s %s %s %d %d ms%s", *words, f" {told}" if told else "", extra={**known, **facts})
