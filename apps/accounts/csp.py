"""The Content-Security-Policy of every page that Django serves: only our own files, nothing inline."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

Next = Callable[[HttpRequest], Any]  # returns a response, or promises one
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)


@sync_and_async_middleware
def content_security_policy(get_response: Next) -> Next:
    """Sets the policy unless the view has set one of its own; async too, so that no view costs a thread."""
    if iscoroutinefunction(get_response):

        async def set_later(request: HttpRequest) -> HttpResponseBase:
            return _with_policy(await get_response(request))

        return set_later

    def set_now(request: HttpRequest) -> HttpResponseBase:
        return _with_policy(get_response(request))

    return set_now


def _with_policy(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    return response
