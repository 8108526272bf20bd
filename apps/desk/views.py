"""The dashboard's pages about calls: the desk and the journal, whole and in the parts that change."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from apps.desk.frame import page
from apps.desk.shown import WAITING_SHOWN, Context, find, recent_calls, waiting_calls, whole_call
from apps.journal.filters import Filter, FilterError, read_query
from apps.journal.models import Exchange

JOURNAL_PAGE = 50
SHOWN_MAX = 10_000
ID_LENGTH = 26
# What a caller sent, or is sent, is never a page of ours.
PLAIN = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}


@never_cache
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    context = {**page(request, "desk"), **waiting_calls(), **recent_calls(), **_opened(request)}
    return render(request, "desk/desk.html", context)


@never_cache
@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """The list's first rows; `?shown=N` for more of them."""
    shown = request.GET.get("shown", "")
    many = min(int(shown), SHOWN_MAX) if shown.isascii() and shown.isdigit() and len(shown) < 7 else 0
    return render(request, "desk/_waiting.html", waiting_calls(max(many, WAITING_SHOWN)))


@never_cache
@require_GET
def recent(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/_recent.html", recent_calls())


@never_cache
@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    context = {**page(request, "journal"), **_journal_page(request), **_opened(request)}
    return render(request, "journal/journal.html", context)


@never_cache
@require_GET
def journal_rows(request: HttpRequest) -> HttpResponse:
    return render(request, "journal/_rows.html", _journal_page(request))


def plain(content: str) -> HttpResponse:
    """A text of somebody else's as plain text, whatever it says it is."""
    raw = content.encode(errors="replace")
    return HttpResponse(raw, content_type="text/plain; charset=utf-8", headers=PLAIN)


def _opened(request: HttpRequest) -> Context:
    """The call that the address names: a page that is loaded again shows what it showed."""
    exchange_id = request.GET.get("call", "")
    found = find(exchange_id)
    return whole_call(*found) if found else {"lost": bool(exchange_id)}


def _journal_page(request: HttpRequest) -> dict[str, Any]:
    query, before = request.GET.get("q", ""), request.GET.get("before", "")[:ID_LENGTH]
    problem, chosen = "", Filter()
    try:
        chosen = read_query(query)
    except FilterError as error:
        problem = str(error)
    rows = chosen.apply(Exchange.objects.all()).order_by("-id")
    if before:
        rows = rows.filter(id__lt=before)
    found = [] if problem else list(rows[: JOURNAL_PAGE + 1])
    older = ""
    if len(found) > JOURNAL_PAGE:
        last = {"q": query, "before": found[JOURNAL_PAGE - 1].id}
        older = urlencode({name: value for name, value in last.items() if value})
    shown = found[:JOURNAL_PAGE]
    return {"rows": shown, "query": query, "before": before, "older": older, "problem": problem}
