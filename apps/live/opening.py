"""How a dashboard's socket is refused: for good, or while what it stands on is away."""

import contextlib
from collections.abc import Awaitable, Callable
from typing import Any

import orjson

from apps.accounts.roles import Role, Who

Send = Callable[[dict[str, Any]], Awaitable[None]]

UNKNOWN, FORBIDDEN = 4401, 4403  # what a socket is closed with
TRY_AGAIN = 1013  # of the registry of RFC 6455, section 7.4: it is a temporary condition
RETRY_AFTER_S = 5
DENIAL = "websocket.http.response"  # ASGI's extension by which a refusal is more than a 403
DETAIL = "Dashboards cannot be told of events now: {what} cannot be reached. Ask again in a moment."


class Opening:
    """The way out of one socket; knows whether it is open."""

    def __init__(self, scope: dict[str, Any], send: Send) -> None:
        self._can_say_why = DENIAL in scope.get("extensions", {})
        self._send = send
        self._is_open = self._is_over = False

    async def send(self, message: dict[str, Any]) -> None:
        self._is_open = self._is_open or message["type"] == "websocket.accept"
        self._is_over = self._is_over or message["type"] == "websocket.close"
        await self._send(message)

    async def turn_away(self, what: str) -> None:
        """Before it is open with a 503, which costs the page nothing but a longer pause each time; afterwards
        with a code. Where the server knows no such refusal, it is a 403."""
        if self._is_over:
            return
        with contextlib.suppress(OSError):  # it has gone by itself
            if self._is_open or not self._can_say_why:
                await self.send({"type": "websocket.close", "code": TRY_AGAIN})
                return
            headers = [
                (b"content-type", b"application/json"),
                (b"retry-after", str(RETRY_AFTER_S).encode()),
            ]
            await self._send({"type": f"{DENIAL}.start", "status": 503, "headers": headers})
            body = orjson.dumps({"detail": DETAIL.format(what=what)})
            await self._send({"type": f"{DENIAL}.body", "body": body, "more_body": False})


def refusal_of(who: Who) -> int:
    """The code that the socket of somebody is closed with; 0: welcome."""
    if who.may(Role.VIEWER):
        return 0
    return FORBIDDEN if who.is_known else UNKNOWN
