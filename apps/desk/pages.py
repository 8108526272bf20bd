"""The URLs of the dashboard's pages, and of the parts that they fetch again when something changed."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.views.decorators.gzip import gzip_page

from apps.desk import (
    call_pages,
    catalogue,
    compose,
    docs_pages,
    frame,
    journal_pages,
    library_pages,
    queue_pages,
    settings_pages,
    views,
)

app_name = "pages"


def part(route: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
    """Compressed for whoever reads that; what scripts ask of /api is not, they are near and many."""
    return path(route, gzip_page(view), name=name)


urlpatterns = [
    part("", views.desk, name="desk"),
    part("desk/waiting", views.waiting, name="waiting"),
    part("desk/recent", views.recent, name="recent"),
    part("desk/call/<str:exchange_id>", call_pages.call, name="call"),
    part("desk/call/<str:exchange_id>/story", call_pages.story, name="story"),
    part("desk/call/<str:exchange_id>/earlier/<int:before>", call_pages.earlier, name="earlier"),
    part("desk/call/<str:exchange_id>/compose", compose.asked, name="compose"),
    part("desk/call/<str:exchange_id>/text/<str:part>", call_pages.text, name="text"),
    part("desk/call/<str:exchange_id>/card/<int:card>/<int:place>", call_pages.piece, name="piece"),
    part("desk/call/<str:exchange_id>/picture/<int:card>/<int:place>", call_pages.picture, name="picture"),
    part("desk/call/<str:exchange_id>/reply/<str:place>", call_pages.reply_medium, name="reply-medium"),
    part("desk/call/<str:exchange_id>/tool/<int:place>", call_pages.tool, name="tool"),
    part("desk/call/<str:exchange_id>/schema", call_pages.schema, name="schema"),
    part("queues", queue_pages.queues, name="queues"),
    part("queues/<str:caller>", queue_pages.queue, name="queue"),
    part("queues/<str:caller>/state", queue_pages.state, name="queue-state"),
    part("queues/<str:caller>/from/<int:start>", queue_pages.entries, name="entries"),
    part("queues/<str:caller>/entries/<int:preset_id>", queue_pages.entry, name="entry"),
    part("callers", queue_pages.callers, name="callers"),
    part("journal", journal_pages.journal, name="journal"),
    part("journal/rows", journal_pages.rows, name="journal-rows"),
    part("journal/newer", journal_pages.newer, name="journal-newer"),
    part("journal/diff", journal_pages.diff, name="journal-diff"),
    part("journal/<str:exchange_id>", journal_pages.exchange, name="exchange"),
    part("journal/<str:exchange_id>/whole", journal_pages.whole, name="exchange-whole"),
    part("journal/<str:exchange_id>/attempts", journal_pages.tries, name="exchange-attempts"),
    part("templates", library_pages.templates, name="templates"),
    part("templates/<str:name>", library_pages.template, name="template"),
    part("settings", settings_pages.settings, name="settings"),
    part("settings/fallbacks", settings_pages.fallbacks, name="fallbacks"),
    part("settings/faults", settings_pages.faults, name="fault-rules"),
    part("settings/latency", settings_pages.latencies, name="latency-rules"),
    part("settings/latency/drawn", settings_pages.drawn, name="latency-drawn"),
    part("settings/limits", settings_pages.limits, name="limit-rules"),
    part("docs", docs_pages.docs, name="docs"),
    part("docs/<slug:name>", docs_pages.guide, name="guide"),
    part("pulse", frame.pulse, name="pulse"),
    part("trouble", frame.trouble, name="trouble"),
    part("jsi18n/<str:language>/<str:version>.js", catalogue.words, name="jsi18n"),
]
