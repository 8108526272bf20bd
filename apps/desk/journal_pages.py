"""The dashboard's page Journal: the list, one exchange beside it, two exchanges compared."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desk.attempts_shown import attempts
from apps.desk.frame import page
from apps.desk.journal_line import Line
from apps.desk.journal_shown import listed, news, whole_exchange
from apps.desk.shown import Context, find
from apps.journal.models import Exchange

LINES = 50
LINES_MAX = 500  # that a page which is come back to may ask for at once
ID_LENGTH = 26


@never_cache
@require_safe
def journal(request: HttpRequest) -> HttpResponse:
    context = {**page(request, "journal"), **_listed(request)}
    return render(request, "journal/journal.html", context)


@never_cache
@require_safe
def exchange(request: HttpRequest, exchange_id: str) -> HttpResponse:
    """The same page, with one exchange open."""
    found = find(exchange_id)
    opened = whole_exchange(*found) if found else {"lost": True}
    context = {**page(request, "journal"), **_listed(request), **opened}
    return render(request, "journal/journal.html", context, status=200 if found else 404)


@never_cache
@require_safe
def rows(request: HttpRequest) -> HttpResponse:
    """The list; with `?before=ID` only the lines that follow, to be put after those that are there."""
    part = "journal/_lines.html" if "before" in request.GET else "journal/_rows.html"
    return render(request, part, _listed(request))


@never_cache
@require_safe
def newer(request: HttpRequest) -> HttpResponse:
    """What has happened since: `?after=ID&look=ID,ID`."""
    look = [_id(one) for one in request.GET.get("look", "").split(",")]
    context = news(request.GET.get("q", ""), after=_id(request.GET.get("after", "")), look=look)
    return render(request, "journal/_newer.html", context)


@never_cache
@require_safe
def whole(request: HttpRequest, exchange_id: str) -> HttpResponse:
    """One exchange to read."""
    found = find(_id(exchange_id))
    if found is None:
        raise Http404
    context = {"query": request.GET.get("q", ""), **whole_exchange(*found)}
    return render(request, "journal/_exchange.html", context)


@never_cache
@require_safe
def tries(request: HttpRequest, exchange_id: str) -> HttpResponse:
    """The attempts of the call that an exchange belongs to."""
    row = Exchange.objects.filter(id=_id(exchange_id)).first()
    if row is None:
        raise Http404
    context = {"query": request.GET.get("q", ""), **attempts(row)}
    return render(request, "journal/_attempts.html", context)


@never_cache
@require_safe
def diff(request: HttpRequest) -> HttpResponse:
    """Two exchanges side by side; the texts come from /api/exchanges/diff."""
    ids = [_id(request.GET.get(name, "")) for name in ("a", "b")]
    known = Exchange.objects.in_bulk(ids)
    sides = [Line(known[one]) for one in ids if one in known]
    context = {**page(request, "journal"), "sides": sides, "lost": len(sides) < len(ids)}
    return render(request, "journal/diff.html", context, status=404 if context["lost"] else 200)


def _listed(request: HttpRequest) -> Context:
    shown = request.GET.get("shown", "")
    limit = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 6 else LINES
    lines = listed(
        request.GET.get("q", ""),
        before=_id(request.GET.get("before", "")),
        limit=min(max(limit, LINES), LINES_MAX),
    )
    return {**lines, "base_url": request.build_absolute_uri("/v1")}


def _id(text: str) -> str:
    """What may be an exchange's id; "" for anything else."""
    return text if len(text) == ID_LENGTH and text.isascii() and text.isalnum() else ""
