"""The Content-Security-Policy of every page that Django serves: only our own files, nothing inline."""

import secrets
from collections.abc import Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

Next = Callable[[HttpRequest], Any]  # returns a response, or promises one
RULES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "media-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}


class Nonce:
    """A page's nonce for styles, made when a template writes it: CodeMirror adds a style element."""

    def __init__(self) -> None:
        self.value = ""

    def __str__(self) -> str:
        self.value = self.value or secrets.token_urlsafe(16)
        return self.value


def policy(nonce: str = "") -> str:
    """The header's value; `nonce` allows the style elements that carry it."""
    styles = {"style-src": f"'self' 'nonce-{nonce}'"} if nonce else {}
    return "; ".join(f"{kind} {sources}" for kind, sources in (RULES | styles).items())


@sync_and_async_middleware
def content_security_policy(get_response: Next) -> Next:
    """Sets the policy unless the view has set one of its own; async too, so that no view costs a thread."""
    if iscoroutinefunction(get_response):

        async def set_later(request: HttpRequest) -> HttpResponseBase:
            nonce = _give_nonce(request)
            return _with_policy(await get_response(request), nonce)

        return set_later

    def set_now(request: HttpRequest) -> HttpResponseBase:
        nonce = _give_nonce(request)
        return _with_policy(get_response(request), nonce)

    return set_now


def _give_nonce(request: HttpRequest) -> Nonce:
    """Templates find it as `request.csp_nonce`."""
    nonce = Nonce()
    request.csp_nonce = nonce  # type: ignore[attr-defined]
    return nonce


def _with_policy(response: HttpResponseBase, nonce: Nonce) -> HttpResponseBase:
    response.headers.setdefault("Content-Security-Policy", policy(nonce.value))
    return response
