"""Rules of faults over REST."""

from typing import Any

from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestView
from apps.faults.adding import add, alter
from apps.faults.back_to_normal import back_to_normal
from apps.faults.fault_fields import read_rule, rule_fields
from apps.faults.in_force import change
from apps.faults.models import Draw, FaultRule, OwnDraw
from apps.wire.faults.table import FAULTS


class FaultsView(RestView):
    """What goes wrong on purpose, for whom, and how often."""

    def get(self, request: Request) -> Response:
        """The faults that there are, and the rules, the oldest first."""
        return Response({"faults": _KNOWN, "items": [_item(rule) for rule in FaultRule.objects.all()]})

    def post(self, request: Request) -> Response:
        """Adds a rule: {"fault", "caller": "*", "endpoint": "*", "probability_pct": 100, "seed": 0}."""
        columns = read_rule(self.json_object(request))
        rule = change(lambda: add(FaultRule, columns))
        return Response({"success": True, "item": _item(rule)})

    def delete(self, request: Request) -> Response:
        """Deletes every rule of faults; with `?everything=true` those of latency and the limits, too."""
        wish = request.query_params.get("everything", "false").lower()
        if wish not in ("true", "1", "false", "0"):
            raise ParseError("everything must be true, or left out.")
        if wish in ("true", "1"):
            back_to_normal()
        else:
            change(_delete_all)
        return Response({"success": True})


class FaultView(RestView):
    """One rule of faults."""

    def patch(self, request: Request, rule_id: int) -> Response:
        """Changes the fields that are named; a seed begins its failures again."""
        changes = self.json_object(request)

        def changing() -> FaultRule | None:
            rule = alter(FaultRule, rule_id, lambda rule: read_rule({**rule_fields(rule), **changes}))
            if rule is not None and "seed" in changes:
                Draw.objects.filter(rule=rule).delete()
            return rule

        rule = change(changing)
        if rule is None:
            raise _no_rule(rule_id)
        return Response({"success": True, "item": _item(rule)})

    def delete(self, request: Request, rule_id: int) -> Response:
        deleted, _ = change(lambda: FaultRule.objects.filter(id=rule_id).delete())
        if not deleted:
            raise _no_rule(rule_id)
        return Response({"success": True})


def _delete_all() -> None:
    FaultRule.objects.all().delete()
    OwnDraw.objects.all().delete()


def _item(rule: FaultRule) -> dict[str, Any]:
    return {"id": rule.pk, **rule_fields(rule), "created_at": rule.created_at.timestamp()}


def _no_rule(rule_id: int) -> NotFound:
    return NotFound(f"There is no rule of faults {rule_id}.")


_KNOWN = [
    {
        "name": row.name,
        "group": row.group,
        "says": row.says,
        "number": row.number._asdict() if row.number else None,
        "only": row.only,
    }
    for row in FAULTS
]
