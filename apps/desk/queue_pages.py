"""The dashboard's pages about queues, whole and in the parts that change."""

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desk.frame import page
from apps.desk.queue_shown import NameProblem, callers_list, entries_block, queue_name, queue_state
from apps.desk.views import PLAIN
from apps.library.shown import body_text
from apps.queues import storage
from apps.queues.entry import written
from apps.wire.match import NAMES

_SAID = ("response", "template", "vars", "sequence", "order", "weights")  # what `body` says


@never_cache
@require_safe
def queues(request: HttpRequest) -> HttpResponse:
    """Every caller; `?caller=NAME` leads to that one's queue, or says why there can be none."""
    named = request.GET.get("caller", "").strip()
    if not named:
        return _render(request, callers_list())
    try:
        return redirect("pages:queue", queue_name(named))
    except NameProblem:
        return _render(request, callers_list(find=named), status=400)


@never_cache
@require_safe
def queue(request: HttpRequest, caller: str) -> HttpResponse:
    """One queue."""
    try:
        name = queue_name(caller)
    except NameProblem:
        return _render(request, callers_list(find=caller), status=404)
    if name != caller:
        return redirect("pages:queue", name)
    return _render(request, {**callers_list(chosen=name), **queue_state(name), **entries_block(name)})


@never_cache
@require_safe
def callers(request: HttpRequest) -> HttpResponse:
    """The list of callers; `find` filters it."""
    chosen, find = request.GET.get("chosen", ""), request.GET.get("find", "").strip()
    return render(request, "queues/_callers.html", callers_list(chosen=chosen, find=find))


@never_cache
@require_safe
def state(request: HttpRequest, caller: str) -> HttpResponse:
    """How a queue stands."""
    return render(request, "queues/_state.html", queue_state(caller))


@never_cache
@require_safe
def entries(request: HttpRequest, caller: str, start: int) -> HttpResponse:
    """A block of entries, from a place on."""
    return render(request, "queues/_entries.html", entries_block(caller, start=max(1, start)))


@never_cache
@require_safe
def entry(request: HttpRequest, caller: str, preset_id: int) -> HttpResponse:
    """One entry to edit: its fields, and as `body` what it sends, spelled as its author did."""
    preset = storage.queue(caller).filter(pk=preset_id).first()
    if preset is None:
        raise Http404
    fields = {name: value for name, value in written(preset).items() if name not in _SAID}
    fields |= {"id": str(preset.pk), "body": body_text(preset.kind, preset.body).decode()}
    return HttpResponse(orjson.dumps(fields), content_type="application/json", headers=PLAIN)


def _render(request: HttpRequest, parts: dict[str, object], *, status: int = 200) -> HttpResponse:
    shown = {**page(request, "queues"), "conditions": NAMES, **parts}
    return render(request, "queues/queues.html", shown, status=status)
