"""The desk's tables in Django's admin: what is in them comes and goes by itself, it is to look at only."""

from django.contrib import admin

from apps.accounts.admin_kept import ShownAdmin
from apps.desk.models import Parked, Typed, Worker


@admin.register(Worker)
class WorkerAdmin(ShownAdmin):
    list_display = ["id", "host", "pid", "started_at", "beat_at"]


@admin.register(Parked)
class ParkedAdmin(ShownAdmin):
    list_display = ["exchange_id", "tools", "has_image", "has_schema", "tries", "retry_of"]


@admin.register(Typed)
class TypedAdmin(ShownAdmin):
    list_display = ["exchange_id", "seq", "frame", "at"]
    search_fields = ["=exchange__id"]
