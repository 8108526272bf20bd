"""The config file over REST."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import IO, Any

from django.conf import settings
from django.http import HttpResponse
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.guard import who
from apps.accounts.person import person_name
from apps.accounts.rest import RestError, RestView
from apps.config.dump import FORMATS, configured, dumped
from apps.config.kinds import BY_NAME
from apps.config.load import load
from apps.config.problems import PROBLEMS_MAX, ConfigError, told

_TRUE, _FALSE = ("true", "1", "yes"), ("false", "0", "no", "")


class TextParser(BaseParser):
    """Any body, as it came: JSON and YAML are told apart by how they begin."""

    media_type = "*/*"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        return stream.read()


class ConfigView(RestView):
    """Fallbacks, faults, latency, limits, templates and queues as one file."""

    parser_classes = [TextParser]

    @property
    def max_bytes(self) -> int:
        return int(settings.IMPORT_MAX_BYTES)

    def get(self, request: Request) -> HttpResponse:
        """What there is, as a file that changes nothing when it is put again."""
        form = request.query_params.get("format", "json")
        if form not in FORMATS:
            raise ParseError("format must be json or yaml, or left out.")
        content = configured(only=_only(request), with_queues=_switch(request, "queues"))
        return HttpResponse(dumped(content, form), content_type=FORMATS[form])

    def put(self, request: Request) -> Response:
        """Has the server be what the file (YAML or JSON) says: all of it, or nothing."""
        dry_run = _switch(request, "dry_run")
        by = who(request).name or person_name(request.headers.get("X-Mock-Person", "")) or "api"
        try:
            text: Any = request.data  # bytes; {} where there is no body
            loaded = load(text or b"", by=by, only=_only(request), dry_run=dry_run)
        except ConfigError as error:
            errors = list(map(asdict, error.problems))
            detail = "; ".join(map(told, error.problems))
            raise RestError(400, detail, errors, told_max=PROBLEMS_MAX) from None
        warnings = {"warnings": list(map(asdict, loaded.warnings))} if loaded.warnings else {}
        return Response({"success": True, "dry_run": dry_run, "loaded": loaded.counts, **warnings})


def _only(request: Request) -> list[str]:
    names = [name for name in request.query_params.get("only", "").split(",") if name]
    for name in names:
        if name not in BY_NAME:
            raise ParseError(f"only names {name!r}; known: {', '.join(BY_NAME)}.")
    return names


def _switch(request: Request, name: str) -> bool:
    value = request.query_params.get(name, "false").lower()
    if value not in (*_TRUE, *_FALSE):
        raise ParseError(f"{name} must be true or false.")
    return value in _TRUE
