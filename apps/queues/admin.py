"""The queues in Django's admin."""

import orjson
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from apps.live.events import publish
from apps.queues.models import Fallback, Pause, Preset

EDITABLE = ("label", "endpoint", "uses", "on_undelivered")


@admin.register(Preset)
class PresetAdmin(admin.ModelAdmin):
    """Presets are looked at, relabelled and deleted here; they are written in the queues' own pages.

    Not through the writer: the admin holds a transaction of its own, which the writer would wait for.
    """

    list_display = ["id", "caller", "position", "label", "endpoint", "status_code", "uses", "created_at"]
    list_display_links = ["id", "caller"]
    list_filter = ["endpoint", "status_code", "on_undelivered", "verbatim"]
    search_fields = ["caller", "label", "body"]
    ordering = ["caller", "position"]
    exclude = ["body"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Preset | None = None) -> list[str]:
        names = [field.name for field in Preset._meta.fields if field.name not in (*EDITABLE, "body")]
        return [*names, "readable_body"]

    @admin.display(description="body")
    def readable_body(self, preset: Preset) -> str:
        return orjson.dumps(orjson.loads(preset.body), option=orjson.OPT_INDENT_2).decode()

    def save_model(self, request: HttpRequest, obj: Preset, form: "ModelForm[Preset]", change: bool) -> None:
        """Writes what was edited and nothing else: the server may count `uses` down meanwhile."""
        edited = {name: form.cleaned_data[name] for name in form.changed_data}
        if edited:
            Preset.objects.filter(pk=obj.pk).update(**edited)
            _tell_of([obj.caller])

    def delete_model(self, request: HttpRequest, obj: Preset) -> None:
        super().delete_model(request, obj)
        _tell_of([obj.caller])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Preset]) -> None:
        callers = sorted(set(queryset.order_by().values_list("caller", flat=True)))
        super().delete_queryset(request, queryset)
        _tell_of(callers)


@admin.register(Pause)
class PauseAdmin(admin.ModelAdmin):
    """The queues that are paused; deleting one has it go on."""

    list_display = ["caller", "since"]
    search_fields = ["caller"]

    def has_change_permission(self, request: HttpRequest, obj: Pause | None = None) -> bool:
        return False


@admin.register(Fallback)
class FallbackAdmin(admin.ModelAdmin):
    """The fallbacks that were switched; deleting one brings its start value back."""

    list_display = ["family", "mode"]
    list_filter = ["mode"]
    search_fields = ["family"]


def _tell_of(callers: list[str]) -> None:
    def tell() -> None:
        for caller in callers:
            publish("queue_updated", {"ip": caller}, ip=caller)

    transaction.on_commit(tell)
