"""The ASGI application: the gateway's door for HTTP, the desk's consumer for WebSockets."""

import os
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mockopenai.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path, re_path

django = get_asgi_application()  # first: it sets Django up, which the imports below need

from apps.desk.consumer import DeskConsumer  # noqa: E402
from apps.gateway.asgi import Door  # noqa: E402


async def nowhere(scope: Any, receive: Any, send: Any) -> None:
    """Refuses (403) a WebSocket at any other path, which Channels would answer with an exception."""
    await receive()
    await send({"type": "websocket.close"})


door = Door(django)
application = ProtocolTypeRouter(
    {
        "http": door,
        "lifespan": door,
        "websocket": URLRouter([path("ws", DeskConsumer.as_asgi()), re_path("", cast(Any, nowhere))]),
    }
)
