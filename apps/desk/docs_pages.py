"""The dashboard's page Docs: how to point each SDK at this server; and the repository's guides beside it."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import format_html
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desk.frame import page
from apps.desk.guide import guide_html
from apps.desk.settings_shown import hold
from apps.journal.copy_api import origin
from apps.wire.caller_name import caller_name

GUIDES = (
    "configuration",
    "rest",
    "endpoints",
    "faults",
    "latency",
    "limits",
    "config-file",
    "events",
    "architecture",
)
NOBODY = "me"  # the caller in the snippets until a person gives a name


@never_cache
@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    caller = _caller(request)
    shown = {
        "origin": origin(request),
        "caller": caller,
        "me": format_html("<span data-caller>{}</span>", caller),
        "hold": hold(),
    }
    return render(request, "desk/docs.html", {**page(request, "docs"), **shown})


def _caller(request: HttpRequest) -> str:
    """The name that a link asks to fill in: /docs?caller=ci-7."""
    try:
        return caller_name(request.GET.get("caller", ""))
    except ValueError:
        return NOBODY


@never_cache
@require_safe
def guide(request: HttpRequest, name: str) -> HttpResponse:
    path = settings.BASE_DIR / "docs" / f"{name}.md"
    if name not in GUIDES or not path.exists():
        raise Http404(name)
    text = path.read_text(encoding="utf-8")
    shown = {"guide": guide_html(text, known=GUIDES), "guide_name": name}
    return render(request, "desk/guide.html", {**page(request, "docs"), **shown})
