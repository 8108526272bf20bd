"""The page Stats, in the dashboard's frame; it stands here because the frame is the desk's."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_safe

from apps.desk.frame import page
from apps.stats.shown import prices, shown, spans
from apps.stats.span import Span, SpanError, read_span


@gzip_page
@never_cache
@require_safe
def stats(request: HttpRequest) -> HttpResponse:
    span, mistake = _span(request)
    context = {
        **page(request, "stats"),
        **shown(span),
        "span": span,
        "spans": spans(),
        "query": _query(request, span),
        "mistake": mistake,
        "prices": prices(),
    }
    return render(request, "stats/stats.html", context, status=400 if mistake else 200)


@gzip_page
@never_cache
@require_safe
def parts(request: HttpRequest) -> HttpResponse:
    """What changes: everything below the choice of the span."""
    span, mistake = _span(request)
    return render(request, "stats/_figures.html", shown(span), status=400 if mistake else 200)


def _span(request: HttpRequest) -> tuple[Span, str]:
    """The span that is asked for, else the usual one with what is wrong."""
    try:
        return read_span(request.GET.dict()), ""
    except SpanError as error:
        return read_span({}), str(error)


def _query(request: HttpRequest, span: Span) -> str:
    """The same span in another address; one without an end stays without."""
    if span.name != "custom":
        return urlencode({"span": span.name})
    return urlencode({name: request.GET[name] for name in ("since", "until") if request.GET.get(name)})
