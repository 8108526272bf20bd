"""The queues in Django's admin."""

from functools import partial
from typing import Any

import orjson
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.admin_kept import KeptAdmin
from apps.library.sequence import SEQUENCE
from apps.queues import fallback
from apps.queues.choosing import note_change
from apps.queues.entry import field_errors
from apps.queues.models import Fallback, Pause, Preset
from apps.queues.queue_name import queue_name
from apps.queues.storage import tell
from apps.wire.jsongate import GateError, read_json
from apps.wire.match import line_of, read_match
from apps.wire.table import FAMILIES

EDITABLE = ("label", "endpoint", "match", "uses", "on_undelivered")


class PresetForm(ModelForm):
    """Refuses what REST refuses; what is not edited may stand: a spent preset has no uses."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        edited = {name: cleaned[name] for name in self.changed_data if name in cleaned}
        try:
            if "match" in edited:
                edited["match"] = read_json(edited["match"].encode()) if edited["match"] else None
        except GateError as problem:
            del edited["match"]
            self.add_error("match", f"is not JSON: {problem}")
        errors = field_errors(edited)
        for error in errors:
            name = error["field"].partition(".")[0]
            self.add_error(name, f"{error['field'] if name == 'match' else ''} {error['error']}".strip())
        if self.instance.kind == SEQUENCE:
            for name in edited.keys() & {"uses", "on_undelivered"}:
                self.add_error(name, "is its sequence's own: write the sequence anew")
        if "match" in edited and not errors:
            cleaned["match"] = read_match(edited["match"])
        return cleaned


class PauseForm(ModelForm):
    """Takes the name of a queue in any of its spellings."""

    def clean_caller(self) -> str:
        try:
            return queue_name(self.cleaned_data["caller"])
        except ValueError as error:
            raise ValidationError(str(error)) from None


class FallbackForm(ModelForm):
    """Knows the families that there are."""

    def clean_family(self) -> str:
        family: str = self.cleaned_data["family"]
        if family not in FAMILIES:
            raise ValidationError(fallback.unknown_family())
        return family


@admin.register(Preset)
class PresetAdmin(KeptAdmin):
    """Presets are looked at, relabelled and deleted here; they are written in the queues' own pages.

    Not through the writer: the admin holds a transaction of its own, which the writer would wait for.
    """

    form = PresetForm
    list_display = [
        "id",
        "caller",
        "position",
        "label",
        "endpoint",
        "match_line",
        "status_code",
        "uses",
        "created_at",
    ]
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

    @admin.display(description="match")
    def match_line(self, preset: Preset) -> str:
        return line_of(preset.match)

    @admin.display(description="body")
    def readable_body(self, preset: Preset) -> str:
        return orjson.dumps(orjson.loads(preset.body), option=orjson.OPT_INDENT_2).decode()

    def save_model(self, request: HttpRequest, obj: Preset, form: ModelForm, change: bool) -> None:
        """Writes what was edited and nothing else: the server may count `uses` down meanwhile."""
        edited = {name: form.cleaned_data[name] for name in form.changed_data}
        if edited:
            Preset.objects.filter(pk=obj.pk).update(**edited)
            note_change(obj.caller, has_match=bool(obj.match))
            _tell_of([obj.caller])

    def delete_model(self, request: HttpRequest, obj: Preset) -> None:
        super().delete_model(request, obj)
        _tell_of([obj.caller])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Preset]) -> None:
        callers = sorted(set(queryset.order_by().values_list("caller", flat=True)))
        super().delete_queryset(request, queryset)
        _tell_of(callers)


@admin.register(Pause)
class PauseAdmin(KeptAdmin):
    """The queues that are paused; deleting one has it go on."""

    form = PauseForm
    list_display = ["caller", "since"]
    search_fields = ["caller"]
    exclude = ["since"]

    def has_change_permission(self, request: HttpRequest, obj: Pause | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Pause, form: ModelForm, change: bool) -> None:
        obj.since = timezone.now()
        super().save_model(request, obj, form, change)
        _tell_of([obj.caller])

    def delete_model(self, request: HttpRequest, obj: Pause) -> None:
        caller = obj.caller  # deleting empties it: it is the key
        super().delete_model(request, obj)
        _tell_of([caller])

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Pause]) -> None:
        callers = list(queryset.values_list("caller", flat=True))
        super().delete_queryset(request, queryset)
        _tell_of(callers)


@admin.register(Fallback)
class FallbackAdmin(KeptAdmin):
    """The fallbacks that were switched; deleting one brings its start value back."""

    form = FallbackForm
    list_display = ["family", "mode"]
    list_filter = ["mode"]
    search_fields = ["family"]

    def get_readonly_fields(self, request: HttpRequest, obj: Fallback | None = None) -> list[str]:
        return ["family"] if obj else []  # another key would be another row

    def save_model(self, request: HttpRequest, obj: Fallback, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        transaction.on_commit(fallback.tell)

    def delete_model(self, request: HttpRequest, obj: Fallback) -> None:
        super().delete_model(request, obj)
        transaction.on_commit(fallback.tell)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Fallback]) -> None:
        super().delete_queryset(request, queryset)
        transaction.on_commit(fallback.tell)


def _tell_of(callers: list[str]) -> None:
    for caller in callers:
        transaction.on_commit(partial(tell, caller))
