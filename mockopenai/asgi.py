"""The ASGI application: the gateway's door for HTTP, the desk's consumer for WebSockets."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mockopenai.settings")

from channels.routing import ProtocolTypeRouter, URLRouter
from django.core.asgi import get_asgi_application
from django.urls import path

django = get_asgi_application()  # first: it sets Django up, which the imports below need

from apps.desk.consumer import DeskConsumer  # noqa: E402
from apps.gateway.asgi import Door  # noqa: E402

door = Door(django)
application = ProtocolTypeRouter(
    {
        "http": door,
        "lifespan": door,
        "websocket": URLRouter([path("ws", DeskConsumer.as_asgi())]),
    }
)
