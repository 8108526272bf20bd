"""Prices in Django's admin, to be edited; the rest is to look at only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.stats.models import Counted, Price, Rollup


@admin.register(Price)
class PriceAdmin(admin.ModelAdmin):
    list_display = ["model", "input_usd", "output_usd", "as_of", "source"]
    search_fields = ["model"]


class LookedAt(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Rollup)
class RollupAdmin(LookedAt):
    list_display = ["at", "span_s", "endpoint", "model", "caller", "status", "calls"]
    list_filter = ["span_s", "status"]
    search_fields = ["=caller", "=model"]
    show_full_result_count = False


@admin.register(Counted)
class CountedAdmin(LookedAt):
    list_display = ["host", "worker", "pid", "at"]
