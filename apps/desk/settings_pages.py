"""The page Settings: what happens to calls without a preset, this browser's choices, the server's own."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desk.frame import page
from apps.desk.settings_shown import families, groups, hold


@never_cache
@require_safe
def settings(request: HttpRequest) -> HttpResponse:
    shown = {"families": families(), "hold": hold(), "groups": groups()}
    return render(request, "desk/settings.html", {**page(request, "settings"), **shown})


@never_cache
@require_safe
def fallbacks(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/_fallbacks.html", {"families": families()})
