"""The OpenAPI description of our own REST, made from the URLs there are: it can lack none of them."""

import inspect
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

from apps.gateway.openapi_operations import ANSWERS, BODIES, QUERIES, UPLOADS
from apps.gateway.openapi_parts import ANY, SCHEMAS, TEXT, ref

METHODS = ("get", "post", "put", "patch", "delete")
FUNCTIONS = {"wait": "post"}  # views that are functions say nothing of their methods
TAGS = {
    "preset-queue": "Queues",
    "callers": "Queues",
    "fallback": "Queues",
    "desk": "Desk",
    "exchanges": "Journal",
}
OF_PEOPLE = frozenset({"/api/schema", "/api/docs"})
_PLACE = re.compile(r"<(?:\w+:)?(\w+)>")


class Operation(NamedTuple):
    """One method at one address."""

    method: str
    path: str
    tag: str
    summary: str
    about: str


def operations() -> Iterator[Operation]:
    """Every one there is below /api, in the order of the addresses."""
    found = {}
    for route, view in _routes(get_resolver().url_patterns):
        path = "/" + _PLACE.sub(r"{\1}", route)
        if not path.startswith("/api/") or "(" in path or path in OF_PEOPLE:
            continue
        kind = getattr(view, "view_class", None)
        action = getattr(view, "view_initkwargs", {}).get("action")
        known = [one for one in METHODS if hasattr(kind, one)]
        methods = known or [FUNCTIONS.get(view.__name__, "get")]
        for method in methods:
            about = _about(action, kind, method) if kind else inspect.getdoc(view) or ""
            found[path, method] = Operation(method, path, _tag(path), about.split("\n")[0], about)
    yield from (found[key] for key in sorted(found))


@cache
def schema() -> dict[str, Any]:
    """OpenAPI 3.1, https://spec.openapis.org/oas/v3.1.0."""
    paths: dict[str, dict[str, Any]] = {}
    for one in operations():
        paths.setdefault(one.path, {})[one.method] = _described(one)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mockopenai",
            "version": settings.VERSION,
            "description": "Queues, desk, journal and figures.",
        },
        "paths": paths,
        "components": {"schemas": SCHEMAS},
    }


def _described(one: Operation) -> dict[str, Any]:
    key = (one.method, one.path)
    names = re.findall(r"{(\w+)}", one.path)
    inside = [{"name": name, "in": "path", "required": True, "schema": TEXT} for name in names]
    asked = [
        {"name": name, "in": "query", "description": about, "schema": TEXT}
        for name, about in QUERIES.get(one.path, {}).items()
    ]
    told: dict[str, Any] = {
        "tags": [one.tag],
        "operationId": "_".join([one.method, *re.findall(r"\w+", one.path)[1:]]),
        "summary": one.summary,
        "description": one.about,
        "parameters": inside + asked,
        "responses": {
            "200": {"description": "Done.", "content": _json(ANSWERS.get(key, ANY))},
            "4XX": {"description": "Refused; `detail` says why.", "content": _json(ref("Error"))},
        },
    }
    if key in UPLOADS:
        form = {"type": "object", "properties": {"file": {"type": "string", "format": "binary"}}}
        told["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": form}}}
    elif key in BODIES:
        told["requestBody"] = {"required": True, "content": _json(BODIES[key])}
    return told


def _json(body: dict[str, Any]) -> dict[str, Any]:
    return {"application/json": {"schema": body}}


def _about(action: Any, kind: Any, method: str) -> str:
    """The words of what is done: of the action that the view was given, of the method, or of the view."""
    of_method = getattr(kind, method).__doc__
    return inspect.cleandoc((action and action.__doc__) or of_method or kind.__doc__ or "")


def _tag(path: str) -> str:
    name = path.split("/")[2]
    return TAGS.get(name, name.capitalize())


def _routes(patterns: list[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _routes(one.url_patterns, route)
        elif isinstance(one, URLPattern):
            yield route, one.callback
