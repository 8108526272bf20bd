"""The description of our REST: as OpenAPI for tools, as a page for people."""

from itertools import groupby

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from apps.desk.frame import page
from apps.gateway.openapi import operations, schema


@gzip_page
@require_safe
def described(request: HttpRequest) -> HttpResponse:
    return HttpResponse(orjson.dumps(schema()), content_type="application/json")


@gzip_page
@never_cache
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    told = schema()
    rows = sorted(
        (one.tag, one.path, one.method.upper(), one.about, _shape(told["paths"][one.path][one.method]))
        for one in operations()
    )
    groups = [(tag, list(found)) for tag, found in groupby(rows, key=lambda row: row[0])]
    return render(request, "desk/api_docs.html", {**page(request, "docs"), "groups": groups})


def _shape(operation: dict[str, object]) -> str:
    """The body as JSON schema, to read; "" without one."""
    body = operation.get("requestBody")
    return (
        orjson.dumps(body["content"], option=orjson.OPT_INDENT_2).decode() if isinstance(body, dict) else ""
    )
