"""The list of waiting calls: what the desk shows, least time left first."""

from typing import Any

from django.utils import timezone

from apps.journal.models import Exchange, State
from apps.journal.present import exchange_item


def waiting_items() -> list[dict[str, Any]]:
    """Each waiting call with `time_left_s`: the smaller of our hold and the client's own patience."""
    now = timezone.now().timestamp()
    rows = Exchange.objects.filter(state=State.WAITING).order_by("id")
    items = [{**exchange_item(row), "time_left_s": time_left_s(row, now)} for row in rows]
    return sorted(items, key=lambda item: float(item["time_left_s"]))


def time_left_s(row: Exchange, now: float) -> float:
    """Seconds until nobody waits any more; `now` in unix seconds."""
    left = row.deadline_at.timestamp() - now if row.deadline_at else 0.0
    if row.client_timeout_s is not None:
        left = min(left, row.created_at.timestamp() + row.client_timeout_s - now)
    return round(max(0.0, left), 3)
