"""The language of a page: the one chosen (a cookie), else the browser's; what is not a page stays English."""

from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.decorators import sync_and_async_middleware

Next = Callable[[HttpRequest], Any]  # returns a response, or promises one
# Whoever calls these is a program: its answers must not depend on who set up its machine.
NOT_PAGES = ("/v1", "/as/", "/openai/", "/api", "/static/")


@sync_and_async_middleware
def page_language(get_response: Next) -> Next:
    """Django's LocaleMiddleware for pages alone; async too, so that no view costs a thread."""
    if iscoroutinefunction(get_response):

        async def answer_later(request: HttpRequest) -> HttpResponseBase:
            if request.path_info.startswith(NOT_PAGES):
                response: HttpResponseBase = await get_response(request)
                return response
            with translation.override(translation.get_language_from_request(request)):
                return _named(await get_response(request))

        return answer_later

    def answer_now(request: HttpRequest) -> HttpResponseBase:
        if request.path_info.startswith(NOT_PAGES):
            response: HttpResponseBase = get_response(request)
            return response
        with translation.override(translation.get_language_from_request(request)):
            return _named(get_response(request))

    return answer_now


def _named(response: HttpResponseBase) -> HttpResponseBase:
    patch_vary_headers(response, ("Accept-Language", "Cookie"))
    response.headers.setdefault("Content-Language", translation.get_language())
    return response
