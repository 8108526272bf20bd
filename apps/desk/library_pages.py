"""The dashboard's page Templates: the library by category, one template to read, write and try."""

from itertools import groupby
from typing import Any

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desk.frame import page
from apps.desk.shown import Context
from apps.journal.models import Exchange
from apps.library.known import Known, every, find
from apps.library.over_call import NAMES
from apps.wire.table import BY_NAME

CALLS_SHOWN = 20  # recent ones that a template can be tried on
_DRAFT = ("headers", "pace", "x_should_retry")  # beside what has a field of its own


@never_cache
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """All templates; `?new` for an empty one, `?copy=NAME` for one like that."""
    copied = find(request.GET.get("copy", "")) if "copy" in request.GET else None
    if copied is not None:
        return _render(request, {"form": _form(copied), "copied": copied.name})
    if "new" in request.GET:
        return _render(request, {"form": _empty()})
    return _render(request, {})


@never_cache
@require_safe
def template(request: HttpRequest, name: str) -> HttpResponse:
    """One template."""
    known = find(name)
    if known is None:
        raise Http404
    return _render(request, {"known": known, "chosen": name, "form": _form(known)})


def _render(request: HttpRequest, parts: Context) -> HttpResponse:
    sought = request.GET.get("q", "").strip()
    found = [one for one in every() if sought.lower() in f"{one.name} {one.description}".lower()]
    groups = [(name, list(members)) for name, members in groupby(found, lambda one: one.category)]
    context = {
        **page(request, "templates"),
        "groups": groups,
        "sought": sought,
        "categories": [name for name, _ in groups],
        "names": [(name, about) for name, (_, about) in NAMES.items()],
        "calls": _calls() if parts else [],
        **parts,
    }
    return render(request, "library/library.html", context)


def _calls() -> list[Exchange]:
    rows = Exchange.objects.order_by("-id")[:CALLS_SHOWN]
    return [row for row in rows if row.endpoint in BY_NAME]


def _form(known: Known) -> dict[str, Any]:
    """What stands in the fields of a template."""
    fields = known.fields
    return {
        "name": known.name,
        "category": "own" if known.is_ready else known.category,
        "description": known.description,
        "status_code": fields.get("status_code", ""),
        "delay_ms": fields.get("delay_ms", ""),
        "response": _tidy(orjson.loads(known.raw)),
        "variables": _tidy(known.variables),
        "more": _tidy({name: fields[name] for name in _DRAFT if fields.get(name) is not None}),
    }


def _empty() -> dict[str, Any]:
    greeting = {"name": {"default": "you", "description": "who is greeted"}}
    return {
        "category": "own",
        "response": _tidy({"content": "Hello {{ name }}! You said: {{ last_message }}"}),
        "variables": _tidy(greeting),
        "more": "{}",
    }


def _tidy(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
