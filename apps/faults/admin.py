"""Faults, latencies and limits in Django's admin."""

from collections.abc import Callable
from typing import Any

import orjson
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone

from apps.accounts.admin_kept import KeptAdmin, ShownAdmin
from apps.accounts.rest import RestError
from apps.faults.adding import no_room
from apps.faults.fault_fields import read_rule
from apps.faults.in_force import renew
from apps.faults.limits_api import forget
from apps.faults.models import Bucket, Draw, FaultRule, LatencyRule, Limit, OwnDraw
from apps.faults.rule_fields import read_latency, read_limit
from apps.wire.faults.read import fault_of, written_fault


class RuleAdmin(KeptAdmin):
    """Whatever changes a rule has every process read the rules anew, in the same transaction."""

    exclude = ["created_at"]

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        if not change:
            obj.created_at = timezone.now()
        super().save_model(request, obj, form, change)
        renew()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self.forget([obj.pk])
        super().delete_model(request, obj)
        renew()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self.forget(list(queryset.values_list("pk", flat=True)))
        super().delete_queryset(request, queryset)
        renew()

    def forget(self, ids: list[int]) -> None:
        """Deletes what was counted for rules that go."""


class RuleForm(ModelForm):
    """Refuses a rule for which there is no room."""

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.instance.pk is None and (problem := no_room(type(self.instance))):
            raise ValidationError(problem)
        return cleaned


class FaultForm(RuleForm):
    """Refuses what REST refuses."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        text = (cleaned.get("fault") or "").strip()
        try:
            fault = orjson.loads(text) if text.startswith("{") else text
        except orjson.JSONDecodeError:
            raise ValidationError(
                {"fault": 'a name such as cut, or {"name": "cut", "after_tokens": 3}'}
            ) from None
        if isinstance(fault, dict) and "amount" in fault:  # as the column has it
            fault = written_fault(fault_of(text))
        names = ("caller", "endpoint", "seed", "is_on")
        return cleaned | _read(read_rule, {"fault": fault, **{name: cleaned.get(name) for name in names}}, {})


class LatencyForm(RuleForm):
    """Refuses what REST refuses."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        try:
            pace = orjson.loads(cleaned.get("spread") or "null")
        except orjson.JSONDecodeError:
            raise ValidationError(
                {"spread": 'JSON, such as "slow-network" (in quotes) or {"token_ms": 20}'}
            ) from None
        fields = {"caller": cleaned.get("caller"), "model": cleaned.get("model"), "pace": pace}
        return cleaned | _read(read_latency, fields, {"pace": "spread"})


class LimitForm(RuleForm):
    """Refuses what REST refuses."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        names = ("per", "name", "requests_per_minute", "tokens_per_minute")
        return cleaned | _read(read_limit, {name: cleaned.get(name) for name in names}, {})


@admin.register(FaultRule)
class FaultRuleAdmin(RuleAdmin):
    """What goes wrong on purpose; another seed begins its failures again."""

    form = FaultForm
    list_display = ["id", "fault", "caller", "endpoint", "seed", "is_on", "created_at"]
    list_filter = ["is_on", "endpoint"]
    search_fields = ["fault", "caller"]

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "seed" in form.changed_data:
            Draw.objects.filter(rule=obj).delete()


@admin.register(Draw)
class DrawAdmin(ShownAdmin):
    """How many calls of a caller a rule has been asked about; deleting one begins its failures again."""

    list_display = ["rule", "caller", "count"]
    search_fields = ["caller"]


@admin.register(OwnDraw)
class OwnDrawAdmin(ShownAdmin):
    """How many faults by chance of presets, answers or headers were drawn; deleting one begins them again."""

    list_display = ["by", "caller", "count"]
    search_fields = ["caller"]


@admin.register(LatencyRule)
class LatencyRuleAdmin(RuleAdmin):
    """How slowly replies leave that name no pace of their own."""

    form = LatencyForm
    list_display = ["id", "caller", "model", "spread", "created_at"]
    search_fields = ["caller", "model"]


@admin.register(Limit)
class LimitAdmin(RuleAdmin):
    """How many requests and tokens a minute are let through."""

    form = LimitForm
    list_display = ["id", "per", "name", "requests_per_minute", "tokens_per_minute", "created_at"]
    list_filter = ["per"]
    search_fields = ["name"]

    def forget(self, ids: list[int]) -> None:
        for limit_id in ids:
            forget(limit_id)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if change and {"per", "name"} & set(form.changed_data):
            forget(obj.pk)


@admin.register(Bucket)
class BucketAdmin(ShownAdmin):
    """How much of a limit was used at some moment; deleting one fills it up."""

    list_display = ["name", "used", "at"]
    search_fields = ["name"]


def _read(
    read: Callable[[dict[str, Any]], dict[str, Any]], fields: dict[str, Any], columns: dict[str, str]
) -> dict[str, Any]:
    """What REST makes of the fields; its problems become the form's, under the names of the columns."""
    try:
        return read(fields)
    except RestError as error:
        told: dict[str, list[str]] = {}
        for one in error.errors:
            field = one["field"].partition(".")[0]
            told.setdefault(columns.get(field, field), []).append(f"{one['field']} {one['error']}")
        raise ValidationError(told) from None
