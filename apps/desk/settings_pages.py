"""The page Settings: what happens to calls without a preset, what goes wrong on purpose, the server's own."""

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desk.families_shown import families
from apps.desk.frame import page
from apps.desk.latency_drawn import drawn_waits
from apps.desk.rules_shown import choices, fault_rules, latency_rules, limit_rules
from apps.desk.settings_shown import groups, hold
from apps.wire.jsongate import GateError, read_json
from apps.wire.pace import read_pace


@never_cache
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    shown = {**families(), "hold": hold(), "groups": groups()}
    rules = {**fault_rules(), **latency_rules(), **limit_rules()}
    context = {**page(request, "settings"), **shown, **rules, **choices()}
    return render(request, "desk/settings.html", context)


@never_cache
@require_safe
def fallbacks(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/_fallbacks.html", families(request.GET.get("first", "").split()))


@never_cache
@require_safe
def faults(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/_rules_faults.html", fault_rules())


@never_cache
@require_safe
def latencies(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/_rules_latency.html", {**latency_rules(), **choices()})


@never_cache
@require_safe
def limits(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/_rules_limits.html", limit_rules())


@never_cache
@require_safe
def drawn(request: HttpRequest) -> HttpResponse:
    """The pictures of `?pace=` (JSON), or why it is none; nothing is kept."""
    try:
        pace, wrong = read_pace(read_json(request.GET.get("pace", "null").encode()))
    except GateError:
        pace, wrong = read_pace(None)[0], [("", _("is no JSON"))]
    errors = orjson.dumps([{"field": f"pace{where}", "error": told} for where, told in wrong]).decode()
    context = {"drawn": () if wrong else drawn_waits(pace), "errors": errors}
    return render(request, "desk/_drawn.html", context)
