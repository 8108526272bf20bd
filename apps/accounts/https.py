"""Behind a proxy that ends TLS: whose word counts for the scheme that the browser used."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

from apps.accounts.address import is_from_proxy

Next = Callable[[HttpRequest], Any]  # returns a response, or promises one
SAID = "HTTP_X_FORWARDED_PROTO"


@sync_and_async_middleware
def trusted_scheme(get_response: Next) -> Next:
    """Forgets X-Forwarded-Proto from anybody but a trusted proxy, before anything reads it."""
    if iscoroutinefunction(get_response):

        async def later(request: HttpRequest) -> HttpResponseBase:
            _forget(request)
            response: HttpResponseBase = await get_response(request)
            return response

        return later

    def now(request: HttpRequest) -> HttpResponseBase:
        _forget(request)
        response: HttpResponseBase = get_response(request)
        return response

    return now


def _forget(request: HttpRequest) -> None:
    if SAID in request.META and not is_from_proxy(request):
        del request.META[SAID]
