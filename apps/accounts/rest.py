"""The manners of our own REST: who may write, what a body has to be, how JSON comes in and goes out."""

from collections.abc import Iterable, Mapping
from typing import IO, Any

import orjson
from django.conf import settings
from django.http import HttpRequest
from rest_framework import exceptions
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.views import APIView

from apps.accounts.errors import RestError as RestError
from apps.accounts.errors import answer_outside as answer_outside
from apps.accounts.errors import bad_request as bad_request
from apps.accounts.errors import exception_handler as exception_handler
from apps.wire.jsongate import GateError, read_json

DEFAULT_PORTS = (":80", ":443")


class SameOrigin(BasePermission):
    """A foreign web page may not write: it could post a form to a server on the visitor's own machine."""

    message = "This came from a web page of another origin, which may not change anything here."

    def has_permission(self, request: Request, view: APIView) -> bool:
        origin = request.headers.get("Origin")
        if request.method in SAFE_METHODS or origin is None:
            return True
        return _bare(origin.partition("://")[2]) == _bare(request.get_host())


def _bare(host: str) -> str:
    """The host without a default port: behind a TLS proxy the scheme that we see is not the browser's."""
    host = host.lower()
    return next((host.removesuffix(port) for port in DEFAULT_PORTS if host.endswith(port)), host)


class OrjsonRenderer(BaseRenderer):
    """JSON by orjson, so that an `orjson.Fragment` is written as its author spelled it."""

    media_type = "application/json"
    format = "json"
    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> bytes:
        return b"" if data is None else orjson.dumps(data)


class GateJSONParser(BaseParser):
    """JSON through the gate; the view keeps the text in `raw_body`, byte for byte as it came."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        raw: bytes = stream.read()
        if parser_context is not None:
            parser_context["view"].raw_body = raw
        try:
            return read_json(raw)
        except GateError as error:
            raise exceptions.ParseError(f"The body is not JSON that can be read: {error}") from None


class OneFormat(DefaultContentNegotiation):
    """We speak JSON whatever `Accept` or `?format=` says; a body without a content type is taken as JSON."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        return super().select_parser(request, parsers) if request.content_type else next(iter(parsers))

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type or ""


class RestView(APIView):
    """What every /api view is made from (a viewset: `class X(RestView, ViewSet)`)."""

    # Named here and not in settings.REST_FRAMEWORK: REST framework would import this module too early.
    renderer_classes = [OrjsonRenderer]
    parser_classes = [GateJSONParser]
    permission_classes = [SameOrigin]
    content_negotiation_class = OneFormat
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]  # OPTIONS is none: nothing to tell

    raw_body: bytes = b""  # the JSON text of the request, once `request.data` has been read

    @property
    def max_bytes(self) -> int:
        """How long a request's body may be."""
        return int(settings.MAX_BODY_BYTES)

    @property
    def default_response_headers(self) -> dict[str, str]:
        headers = super().default_response_headers
        return {
            name: value for name, value in headers.items() if value
        }  # where nothing is, nothing is allowed

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        refuse_nul(request._request)
        refuse_oversized(request._request, self.max_bytes)

    def json_object(self, request: Request) -> dict[str, Any]:
        """The body, which has to be a JSON object."""
        if not isinstance(request.data, dict):
            raise exceptions.ParseError('The body has to be a JSON object: {"name": value, …}.')
        return request.data

    def optional_object(self, request: Request, *known: str) -> dict[str, Any]:
        """The body, which may be left out, and has no other fields than these."""
        if not request.data and not self.raw_body:
            return {}
        fields = self.json_object(request)
        for name in fields.keys() - set(known):
            told = f"known: {', '.join(known)}" if known else "leave the body out"
            raise exceptions.ParseError(f"{name} is not a field here; {told}.")
        return fields


def refuse_nul(request: HttpRequest) -> None:
    """400 for U+0000 in the address: nothing has such a name, and PostgreSQL takes it in no text."""
    query = request.META.get("QUERY_STRING", "")
    if "\0" in request.path or "\0" in query or "%00" in query:
        raise RestError(400, "This address holds U+0000, which is in no name and in no text here.")


def refuse_oversized(request: HttpRequest, max_bytes: int) -> None:
    """413 for a body over the limit, judged by its announced length before a byte of it is parsed."""
    if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
        # A chunked body announces no length, which REST framework takes for "no body".
        request.META["CONTENT_LENGTH"] = str(len(request.body))
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdecimal() and int(length) > max_bytes:
        raise RestError(413, f"The body has {int(length):,} bytes; the limit is {max_bytes:,}.")


class UnknownUrlView(RestView):
    """The answer for every URL under /api that means nothing."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        hint = " Leave out the slash at the end." if request.path.endswith("/") else ""
        raise exceptions.NotFound(f"There is nothing at {request.method} {request.path}.{hint}")
