"""Rate limits over REST, with how full their buckets are."""

import time
from typing import Any

from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestView
from apps.faults.adding import add, alter
from apps.faults.buckets import flown_back
from apps.faults.in_force import change
from apps.faults.models import Bucket, Limit
from apps.faults.rule_fields import read_limit
from apps.wire.rate_limit import REQUESTS, TOKENS, Level

SHOWN_MAX = 100  # buckets of one limit, those that were used last


class LimitsView(RestView):
    """How many requests and tokens a minute are let through."""

    def get(self, request: Request) -> Response:
        """The limits that are in force, each with its buckets, those that were used last first."""
        return Response({"items": [_item(limit) for limit in Limit.objects.all()]})

    def post(self, request: Request) -> Response:
        """Adds a limit; its buckets are full."""
        columns = read_limit(self.json_object(request))
        limit = change(lambda: add(Limit, columns))
        return Response({"success": True, "item": _item(limit)})

    def delete(self, request: Request) -> Response:
        """Deletes every limit, and what was used of them."""

        def deleting() -> None:
            Limit.objects.all().delete()
            Bucket.objects.all().delete()

        change(deleting)
        return Response({"success": True})


class LimitView(RestView):
    """One limit."""

    def patch(self, request: Request, limit_id: int) -> Response:
        """Changes the fields that are named; what is used stays so, unless it becomes a limit for others."""
        changes = self.json_object(request)

        def columns_of(limit: Limit) -> dict[str, Any]:
            columns = read_limit({**fields_of(limit), **changes})
            if (limit.per, limit.name) != (columns["per"], columns["name"]):
                forget(limit_id)
            return columns

        limit = change(lambda: alter(Limit, limit_id, columns_of))
        if limit is None:
            raise _no_limit(limit_id)
        return Response({"success": True, "item": _item(limit)})

    def delete(self, request: Request, limit_id: int) -> Response:
        """Deletes the limit, and what was used of it."""

        def deleting() -> int:
            forget(limit_id)
            return Limit.objects.filter(id=limit_id).delete()[0]

        if not change(deleting):
            raise _no_limit(limit_id)
        return Response({"success": True})


def forget(limit_id: int) -> None:
    """Fills the buckets of a limit, in the writer's transaction."""
    Bucket.objects.filter(name__startswith=f"{limit_id}/").delete()


def fields_of(limit: Limit) -> dict[str, Any]:
    """A limit as its author wrote it."""
    return {
        "per": limit.per,
        "name": limit.name,
        "requests_per_minute": limit.requests_per_minute,
        "tokens_per_minute": limit.tokens_per_minute,
    }


def _item(limit: Limit) -> dict[str, Any]:
    return {
        "id": limit.pk,
        **fields_of(limit),
        "created_at": limit.created_at.timestamp(),
        "buckets": buckets(limit),
    }


def buckets(limit: Limit) -> list[dict[str, Any]]:
    """[{"of": holder, "requests": {"limit", "used", "remaining", "reset_s"}, "tokens": {…}}, …]."""
    now = time.time()
    per_minute = {REQUESTS: limit.requests_per_minute, TOKENS: limit.tokens_per_minute}
    found: dict[str, dict[str, Any]] = {}
    for bucket in Bucket.objects.filter(name__startswith=f"{limit.pk}/").order_by("-at", "name")[:SHOWN_MAX]:
        _, kind, holder = bucket.name.split("/", 2)
        most = per_minute.get(kind)
        if most is not None:
            level = Level(kind, most, flown_back(bucket.used, now - bucket.at, most))
            found.setdefault(holder, {"of": holder})[kind] = {
                "limit": most,
                "used": round(level.used, 3),
                "remaining": level.remaining,
                "reset_s": round(level.reset_s, 3),
            }
    return list(found.values())


def _no_limit(limit_id: int) -> NotFound:
    return NotFound(f"There is no limit {limit_id}.")
