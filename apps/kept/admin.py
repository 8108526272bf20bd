"""What callers have created, in Django's admin: to look at and to delete, never to write."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from apps.accounts.admin_kept import ShownAdmin
from apps.kept.models import Content, Kept


@admin.register(Kept)
class KeptPage(ShownAdmin):
    show_full_result_count = False  # it counts the whole table for every page
    list_display = ["created_at", "caller", "kind", "object_id", "parent"]
    list_display_links = ["created_at", "object_id"]
    list_filter = ["kind"]
    search_fields = ["caller", "object_id", "parent"]


@admin.register(Content)
class ContentPage(ShownAdmin):
    show_full_result_count = False
    list_display = ["created_at", "caller", "object_id", "size_bytes"]
    list_display_links = ["created_at", "object_id"]
    search_fields = ["caller", "object_id"]
    exclude = ["data"]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Content]":
        return super().get_queryset(request).defer("data")
