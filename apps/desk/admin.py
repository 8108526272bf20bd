"""The desk's table in Django's admin."""

from django.contrib import admin
from django.http import HttpRequest

from apps.desk.models import Worker


@admin.register(Worker)
class WorkerAdmin(admin.ModelAdmin):
    """Processes come and go by themselves: to look at only."""

    list_display = ["id", "host", "pid", "started_at", "beat_at"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Worker | None = None) -> bool:
        return False
