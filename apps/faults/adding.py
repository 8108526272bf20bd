"""Adds and alters rules, of each kind so many at most: each is asked about calls, and shown on a page."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.utils import timezone

from apps.accounts.rest import RestError
from apps.faults.models import FaultRule, LatencyRule, Limit

RULES_MAX = 1_000  # of each kind

Rule = TypeVar("Rule", FaultRule, LatencyRule, Limit)


def no_room(table: type[Rule]) -> str:
    """Why no rule can be added; "" when one can."""
    if table.objects.count() < RULES_MAX:
        return ""
    return f"There are {RULES_MAX:,} of these already, which is as many as there can be: delete some first."


def add(table: type[Rule], columns: dict[str, Any]) -> Rule:
    """Adds a rule, in the writer's transaction; raises RestError when there is no room."""
    if problem := no_room(table):
        raise RestError(400, problem)
    return table.objects.create(created_at=timezone.now(), **columns)


def alter(table: type[Rule], rule_id: int, columns_of: Callable[[Rule], dict[str, Any]]) -> Rule | None:
    """Writes over a rule what `columns_of` makes of it, in the writer's transaction; None when it is gone."""
    rule = table.objects.select_for_update().filter(id=rule_id).first()
    if rule is not None:
        for name, value in columns_of(rule).items():
            setattr(rule, name, value)
        rule.save()
    return rule


def put(table: type[Rule], rows: Iterable[dict[str, Any]]) -> None:
    """Adds rules in their order, of which there are none: with few statements, others wait for them."""
    now = timezone.now()
    table.objects.bulk_create([table(created_at=now, **columns) for columns in rows])
