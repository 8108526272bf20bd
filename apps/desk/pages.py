"""The URLs of the dashboard's pages, and of the parts that they fetch again when something changed."""

from django.urls import path

from apps.desk import (
    call_pages,
    catalogue,
    compose,
    docs_pages,
    frame,
    journal_pages,
    queue_pages,
    settings_pages,
    views,
)

app_name = "pages"

urlpatterns = [
    path("", views.desk, name="desk"),
    path("desk/waiting", views.waiting, name="waiting"),
    path("desk/recent", views.recent, name="recent"),
    path("desk/call/<str:exchange_id>", call_pages.call, name="call"),
    path("desk/call/<str:exchange_id>/story", call_pages.story, name="story"),
    path("desk/call/<str:exchange_id>/earlier/<int:before>", call_pages.earlier, name="earlier"),
    path("desk/call/<str:exchange_id>/compose", compose.asked, name="compose"),
    path("desk/call/<str:exchange_id>/text/<str:part>", call_pages.text, name="text"),
    path("desk/call/<str:exchange_id>/card/<int:card>/<int:place>", call_pages.piece, name="piece"),
    path("desk/call/<str:exchange_id>/picture/<int:card>/<int:place>", call_pages.picture, name="picture"),
    path("desk/call/<str:exchange_id>/tool/<int:place>", call_pages.tool, name="tool"),
    path("desk/call/<str:exchange_id>/schema", call_pages.schema, name="schema"),
    path("queues", queue_pages.queues, name="queues"),
    path("queues/<str:caller>", queue_pages.queue, name="queue"),
    path("queues/<str:caller>/state", queue_pages.state, name="queue-state"),
    path("queues/<str:caller>/from/<int:start>", queue_pages.entries, name="entries"),
    path("queues/<str:caller>/entries/<int:preset_id>", queue_pages.entry, name="entry"),
    path("callers", queue_pages.callers, name="callers"),
    path("journal", journal_pages.journal, name="journal"),
    path("journal/rows", journal_pages.rows, name="journal-rows"),
    path("journal/newer", journal_pages.newer, name="journal-newer"),
    path("journal/diff", journal_pages.diff, name="journal-diff"),
    path("journal/<str:exchange_id>", journal_pages.exchange, name="exchange"),
    path("journal/<str:exchange_id>/whole", journal_pages.whole, name="exchange-whole"),
    path("settings", settings_pages.settings, name="settings"),
    path("settings/fallbacks", settings_pages.fallbacks, name="fallbacks"),
    path("docs", docs_pages.docs, name="docs"),
    path("docs/<slug:name>", docs_pages.guide, name="guide"),
    path("pulse", frame.pulse, name="pulse"),
    path("jsi18n/<str:language>/<str:version>.js", catalogue.words, name="jsi18n"),
]
