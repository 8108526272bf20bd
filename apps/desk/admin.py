"""The desk's tables in Django's admin: what is in them comes and goes by itself, it is to look at only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.desk.models import Parked, Typed, Worker


class LookedAt(admin.ModelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Worker)
class WorkerAdmin(LookedAt):
    list_display = ["id", "host", "pid", "started_at", "beat_at"]


@admin.register(Parked)
class ParkedAdmin(LookedAt):
    list_display = ["exchange_id", "tools", "has_image", "has_schema", "tries", "retry_of"]


@admin.register(Typed)
class TypedAdmin(LookedAt):
    list_display = ["exchange_id", "seq", "frame", "at"]
    search_fields = ["=exchange__id"]
