"""The dashboard's page Desk, whole and in the parts that change."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desk.frame import page
from apps.desk.shown import WAITING_SHOWN, Context, find, recent_calls, waiting_calls, whole_call

SHOWN_MAX = 10_000
# What a caller sent, or is sent, is never a page of ours.
PLAIN = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}


@never_cache
@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    context = {**page(request, "desk"), **waiting_calls(), **recent_calls(), **_opened(request)}
    return render(request, "desk/desk.html", context)


@never_cache
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """The list's first rows; `?shown=N` for more of them."""
    shown = request.GET.get("shown", "")
    many = min(int(shown), SHOWN_MAX) if shown.isascii() and shown.isdigit() and len(shown) < 7 else 0
    return render(request, "desk/_waiting.html", waiting_calls(max(many, WAITING_SHOWN)))


@never_cache
@require_safe
def recent(request: HttpRequest) -> HttpResponse:
    return render(request, "desk/_recent.html", recent_calls())


def plain(content: str) -> HttpResponse:
    """A text of somebody else's as plain text, whatever it says it is."""
    raw = content.encode(errors="replace")
    return HttpResponse(raw, content_type="text/plain; charset=utf-8", headers=PLAIN)


def _opened(request: HttpRequest) -> Context:
    """The call that the address names: a page that is loaded again shows what it showed."""
    exchange_id = request.GET.get("call", "")
    found = find(exchange_id)
    return whole_call(*found) if found else {"lost": bool(exchange_id)}
