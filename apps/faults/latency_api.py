"""Rules of latency over REST."""

from typing import Any

import orjson
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestView
from apps.faults.adding import add, alter
from apps.faults.in_force import change
from apps.faults.models import LatencyRule
from apps.faults.rule_fields import read_latency
from apps.wire.latency import NAMED


class LatenciesView(RestView):
    """How slowly replies leave that have no delay and no pace of their own."""

    def get(self, request: Request) -> Response:
        """The latencies that have a name, and the rules that are in force."""
        return Response({"names": NAMED, "items": [_item(rule) for rule in LatencyRule.objects.all()]})

    def post(self, request: Request) -> Response:
        """Adds a rule; the narrowest rule for a call wins, and of these the oldest."""
        columns = read_latency(self.json_object(request))
        rule = change(lambda: add(LatencyRule, columns))
        return Response({"success": True, "item": _item(rule)})

    def delete(self, request: Request) -> Response:
        """Deletes every rule: replies leave as fast as they can."""
        change(lambda: LatencyRule.objects.all().delete())
        return Response({"success": True})


class LatencyView(RestView):
    """One rule of latency."""

    def patch(self, request: Request, rule_id: int) -> Response:
        """Changes the fields that are named."""
        changes = self.json_object(request)

        def columns_of(rule: LatencyRule) -> dict[str, Any]:
            return read_latency({**fields_of(rule), **changes})

        rule = change(lambda: alter(LatencyRule, rule_id, columns_of))
        if rule is None:
            raise _no_rule(rule_id)
        return Response({"success": True, "item": _item(rule)})

    def delete(self, request: Request, rule_id: int) -> Response:
        deleted, _ = change(lambda: LatencyRule.objects.filter(id=rule_id).delete())
        if not deleted:
            raise _no_rule(rule_id)
        return Response({"success": True})


def fields_of(rule: LatencyRule) -> dict[str, Any]:
    """A rule as its author wrote it."""
    return {"caller": rule.caller, "model": rule.model, "pace": orjson.loads(rule.spread)}


def _item(rule: LatencyRule) -> dict[str, Any]:
    return {"id": rule.pk, **fields_of(rule), "created_at": rule.created_at.timestamp()}


def _no_rule(rule_id: int) -> NotFound:
    return NotFound(f"There is no rule of latency {rule_id}.")
