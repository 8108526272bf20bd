"""Django alone, without the ASGI door: /v1 through the plain async view."""

from mockopenai.asgi import django as application

__all__ = ["application"]
