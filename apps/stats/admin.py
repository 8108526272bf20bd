"""Prices in Django's admin, to be edited; the rest is to look at only."""

from django.contrib import admin

from apps.accounts.admin_kept import KeptAdmin, ShownAdmin
from apps.stats.models import Counted, Price, Rollup


@admin.register(Price)
class PriceAdmin(KeptAdmin):
    list_display = ["model", "input_usd", "output_usd", "as_of", "source"]
    search_fields = ["model"]


@admin.register(Rollup)
class RollupAdmin(ShownAdmin):
    list_display = ["at", "span_s", "endpoint", "model", "caller", "status", "calls"]
    list_filter = ["span_s", "status"]
    search_fields = ["=caller", "=model"]
    show_full_result_count = False


@admin.register(Counted)
class CountedAdmin(ShownAdmin):
    list_display = ["host", "worker", "pid", "at"]
