"""The journal in Django's admin: to look at and to delete, never to write."""

from django.contrib import admin

from apps.accounts.admin_kept import ShownAdmin
from apps.journal.models import Body, Exchange, Pruned


class BodyInline(admin.StackedInline):
    model = Body
    can_delete = False
    readonly_fields = ["request_headers", "request_body", "reply_headers", "reply_body", "reply_extras"]


@admin.register(Exchange)
class ExchangeAdmin(ShownAdmin):
    list_display = ["created_at", "caller", "endpoint", "model", "state", "source", "status_code", "summary"]
    list_display_links = ["created_at", "summary"]
    list_filter = ["state", "source", "endpoint", "stream", "status_code"]
    search_fields = ["id", "caller", "model", "summary", "request_id"]
    date_hierarchy = "created_at"
    inlines = [BodyInline]
    show_full_result_count = False  # it counts the whole table for every page


@admin.register(Pruned)
class PrunedAdmin(ShownAdmin):
    list_display = ["limit", "exchanges", "since", "last_at"]
