"""What there is, as the author of a config file would write it: what is as it would be anyway is left out."""

from typing import Any

from apps.faults.fault_fields import rule_fields
from apps.faults.latency_api import fields_of as latency_fields
from apps.faults.limits_api import fields_of as limit_fields
from apps.faults.models import FaultRule, LatencyRule, Limit
from apps.library.known import as_written, every
from apps.queues import storage as queues
from apps.queues.entry import written as entry_fields

_RULE = {"caller": "*", "endpoint": "*", "model": "*", "name": "*", "seed": 0, "is_on": True}
_LIMIT = {"name": "*", "requests_per_minute": None, "tokens_per_minute": None}
_TEMPLATE = {"description": "", "variables": {}}
# `uses` stays: what has a field beside its response is a preset, anything else a body.
_PRESET = {
    "response": None,
    "status_code": 200,
    "headers": {},
    "delay_ms": 0,
    "pace": {"first_token_ms": 0, "token_ms": 0},
    "endpoint": "text",
    "match": None,
    "on_undelivered": "drop",
    "label": "",
    "verbatim": False,
    "x_should_retry": None,
    "fault": None,
}


def written_faults() -> list[dict[str, Any]]:
    return [_without(_RULE, rule_fields(rule)) for rule in FaultRule.objects.all()]


def written_latencies() -> list[dict[str, Any]]:
    return [_without(_RULE, latency_fields(rule)) for rule in LatencyRule.objects.all()]


def written_limits() -> list[dict[str, Any]]:
    return [_without(_LIMIT, limit_fields(limit)) for limit in Limit.objects.all()]


def written_templates() -> list[dict[str, Any]]:
    """Those that people wrote; the ready ones are everywhere."""
    return [_without(_TEMPLATE, as_written(known)) for known in every() if not known.is_ready]


def written_queues() -> dict[str, list[dict[str, Any]]]:
    return {
        caller: [_preset(entry_fields(preset)) for preset in presets] for caller, presets in queues.queues()
    }


def _preset(fields: dict[str, Any]) -> dict[str, Any]:
    """One whose replies have their own status names none."""
    if fields["status_code"] is None:
        fields = {name: value for name, value in fields.items() if name != "status_code"}
    return _without(_PRESET, fields)


def _without(defaults: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in defaults or value != defaults[name]}
