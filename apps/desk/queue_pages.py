"""The dashboard's pages about queues, whole and in the parts that change."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.desk.frame import page
from apps.desk.views import plain
from apps.journal.models import Exchange
from apps.queues import storage
from apps.queues.models import Preset

ENTRIES_SHOWN = 100
CALLERS_SUGGESTED = 20


@dataclass(frozen=True, slots=True)
class Entry:
    """A preset, without its body, at its place."""

    place: int
    preset: Preset


@never_cache
@require_GET
def queues(request: HttpRequest) -> HttpResponse:
    context = {**page(request, "queues"), **_callers(request), **_entries(request)}
    return render(request, "queues/queues.html", context)


@never_cache
@require_GET
def callers(request: HttpRequest) -> HttpResponse:
    return render(request, "queues/_callers.html", _callers(request))


@never_cache
@require_GET
def entries(request: HttpRequest) -> HttpResponse:
    return render(request, "queues/_entries.html", _entries(request))


@never_cache
@require_GET
def text(request: HttpRequest, preset_id: int) -> HttpResponse:
    """The whole body of one entry."""
    preset = Preset.objects.filter(pk=preset_id).first()
    if preset is None:
        raise Http404
    return plain(preset.body)


def _callers(request: HttpRequest) -> dict[str, Any]:
    """Every queue that holds something, then the callers who called lately and have none."""
    filled = storage.callers()
    known = {row["caller"] for row in filled}
    lately = Exchange.objects.order_by("-id").values_list("caller", flat=True)[:200]
    idle = [name for name in dict.fromkeys(lately) if name not in known][:CALLERS_SUGGESTED]
    chosen = request.GET.get("caller", "")
    if chosen and chosen not in known and chosen not in idle:
        idle.insert(0, chosen)
    return {"filled": filled, "idle": idle, "chosen": chosen}


def _entries(request: HttpRequest) -> dict[str, Any]:
    chosen = request.GET.get("caller", "")
    presets = storage.queue(chosen)
    count = presets.count() if chosen else 0
    shown = [
        Entry(place, preset)
        for place, preset in enumerate(presets.defer("body")[:ENTRIES_SHOWN] if count else [], 1)
    ]
    return {"chosen": chosen, "count": count, "entries": shown, "hidden": max(0, count - ENTRIES_SHOWN)}
