"""Every error of our own REST in one shape: {"detail": TEXT, "errors": […]?}."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.template.loader import render_to_string
from django.views.defaults import bad_request as plain_bad_request
from django.views.defaults import server_error as plain_server_error
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.views import exception_handler as answer_known

FAILED = {"detail": "The server failed at this; its log says why."}
DATABASE_AWAY = "The database cannot be reached now. Ask again in a moment."
RETRY_AFTER = "1"  # seconds
TOLD_MAX = 20  # things that are wrong, of one request

log = logging.getLogger(__name__)


class RestError(exceptions.APIException):
    """Answers `status_code` with `detail`, which says what to do, and what is wrong in particular."""

    def __init__(
        self,
        status_code: int,
        detail: str,
        errors: Sequence[Mapping[str, Any]] = (),
        *,
        told_max: int = TOLD_MAX,
    ) -> None:
        told = list(errors)
        if more := len(told[told_max:]):
            told = [*told[:told_max], {"field": "", "error": f"and {more:,} more"}]
            detail = "; ".join(f"{error['field']} {error['error']}".strip() for error in told)
        super().__init__(detail)
        self.status_code = status_code
        self.errors = told


def exception_handler(exception: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's EXCEPTION_HANDLER; what nobody foresaw is logged and told without our insides."""
    if isinstance(exception, (OperationalError, InterfaceError)):
        return None  # REST framework then raises it on: to Django, which asks `server_failed`
    known = _known(exception)
    answer = answer_known(known, dict(context)) if known else None
    if known is None or answer is None:
        log.error("A view of /api failed.", exc_info=exception)
        return Response(FAILED, status=500)
    answer.data = _content(known, context["view"])
    return answer


def answer_outside(exception: Exception) -> HttpResponse:
    """What `exception_handler` would answer, for the views that are not REST framework's."""
    if isinstance(exception, (OperationalError, InterfaceError)):
        raise exception
    known = _known(exception)
    if known is None:
        log.error("A view of /api failed.", exc_info=exception)
        return _json(FAILED, status=500)
    return _json({"detail": str(known.detail)}, status=known.status_code)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's `handler400`: what is refused before there is a view, a wrong Host above all."""
    if not request.path.startswith("/api"):
        return plain_bad_request(request, exception)
    text = f"This request cannot be read: {exception}"
    if "HTTP_HOST" in text:
        text = "This server does not go by the name in the Host header: add it to MOCKOPENAI_ALLOWED_HOSTS."
    return _json({"detail": text}, status=400)


def server_failed(request: HttpRequest, *, database_away: bool) -> HttpResponse:
    """For what no view has caught: 503 while the database is away, else 500; in JSON under /api."""
    if not database_away:
        return _json(FAILED, status=500) if request.path.startswith("/api") else plain_server_error(request)
    if request.path.startswith("/api"):
        response = _json({"detail": DATABASE_AWAY}, status=503)
    else:
        response = HttpResponse(render_to_string("503.html"), status=503)
        response["Refresh"] = "5"
    response["Retry-After"] = RETRY_AFTER
    return response


def _json(data: Mapping[str, Any], *, status: int) -> HttpResponse:
    return HttpResponse(orjson.dumps(data), status=status, content_type="application/json")


def _known(exception: Exception) -> exceptions.APIException | None:
    """The exception as one that has a status code, or None when nobody foresaw it."""
    match exception:
        case exceptions.APIException():
            return exception
        case RequestDataTooBig():
            return RestError(413, f"The body is too large: the limit is {settings.MAX_BODY_BYTES:,} bytes.")
        case UnreadablePostError():
            return RestError(400, "The connection ended before the whole body was there.")
        case BadRequest() | SuspiciousOperation():
            return RestError(400, f"This request cannot be read: {exception}")
        case Http404():
            return exceptions.NotFound(str(exception) or None)
        case PermissionDenied():
            return exceptions.PermissionDenied(str(exception) or None)
        case _:
            return None


def _content(known: exceptions.APIException, view: APIView) -> dict[str, Any]:
    detail = str(known.detail)
    match known:
        case RestError(errors=[_, *_]):
            return {"detail": detail, "errors": known.errors}
        case exceptions.MethodNotAllowed():
            return {"detail": f"{detail} Allowed here: {', '.join(view.allowed_methods)}."}
        case exceptions.UnsupportedMediaType():
            wanted = " or ".join(str(parser.media_type) for parser in view.parser_classes)
            return {"detail": f"{detail} Send the header Content-Type: {wanted}"}
        case exceptions.ValidationError():
            errors = list(_flat(known.detail))
            text = "; ".join(f"{error['field']} {error['error']}".strip() for error in errors)
            return {"detail": text, "errors": errors}
        case _:
            return {"detail": detail}


def _flat(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """A serializer's nested messages as a list: {"field": "pace.token_ms", "error": TEXT}."""
    if isinstance(detail, dict):
        for name, inner in detail.items():
            yield from _flat(inner, f"{field}.{name}".strip("."))
    elif isinstance(detail, list):
        for inner in detail:
            yield from _flat(inner, field)
    else:
        yield {"field": field, "error": str(detail)}
