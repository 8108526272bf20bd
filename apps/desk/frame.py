"""The frame around every page: what its header and footer show, and the pulse that keeps them true."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desk import catalogue
from apps.desk.shown import Context
from apps.desk.trouble_shown import trouble as trouble_shown
from apps.desk.waiting_list import time_left_s
from apps.journal.copy_api import origin
from apps.journal.models import Exchange, State
from apps.journal.prune import pruned
from apps.queues import fallback


def page(request: HttpRequest, section: str) -> Context:
    """What every page needs; `section` is the name of its entry in the header."""
    theme = request.COOKIES.get("theme", "")
    return {
        "section": section,
        "now": timezone.now().timestamp(),
        "open_to_all": settings.MOCKOPENAI_OPEN,
        "mode": fallback.modes()["text"],
        "theme": theme if theme in ("light", "dark") else "system",
        "languages": settings.LANGUAGES,
        "words_version": catalogue.version(get_language() or settings.LANGUAGE_CODE),
        **_pruned(),
        "base_url": f"{origin(request)}/v1",
        **waiting_pulse(),
        **trouble_shown(),
    }


def _pruned() -> Context:
    """How many exchanges the journal's limits have deleted, and the limit on their number."""
    told = pruned()
    count, limit = told["count"], told["keep"]
    return {"pruned": count, "pruned_text": f"{count:,}", "journal_limit": f"{limit:,}"}


@never_cache
@require_safe
def pulse(request: HttpRequest) -> HttpResponse:
    return render(request, "_pulse.html", waiting_pulse())


@never_cache
@require_safe
def trouble(request: HttpRequest) -> HttpResponse:
    return render(request, "_trouble.html", trouble_shown())


def waiting_pulse() -> Context:
    """How many calls wait, until when the first of them does (unix seconds), and which came last."""
    now = timezone.now().timestamp()
    fields = ("id", "created_at", "deadline_at", "client_timeout_s")
    # In no order: SQLite would walk the whole journal for one, instead of the index of those that wait.
    rows = list(Exchange.objects.filter(state=State.WAITING).order_by().only(*fields))
    left_s = min((time_left_s(row, now) for row in rows), default=0.0)
    return {
        "waiting_count": len(rows),
        "waiting_until": now + left_s if rows else "",
        "waiting_newest": max((row.id for row in rows), default=""),
    }
