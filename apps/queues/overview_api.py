"""What the queues hold, over REST: for lists, without bodies."""

import re

from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestView
from apps.queues import overview
from apps.queues.api import CallerView
from apps.queues.pause import is_paused

LIMIT_DEFAULT = 100
LIMIT_MAX = 500
_AFTER_MAX = 2**62  # a position fits


class CallersView(RestView):
    """Whose queues hold something or are paused, and what comes next in each."""

    def get(self, request: Request) -> Response:
        return Response({"callers": overview.callers()})


class EntriesView(CallerView):
    """One page of a queue's entries."""

    def get(self, request: Request, ip: str) -> Response:
        after = _number(request, "after", default=0, low=0, high=_AFTER_MAX)
        limit = _number(request, "limit", default=LIMIT_DEFAULT, low=1, high=LIMIT_MAX)
        page = overview.entries(ip, after=after, limit=limit)
        return Response(
            {
                "ip": ip,
                "count": page.count,
                "paused": is_paused(ip),
                "last_taken": overview.last_taken().get(ip),
                "items": page.items,
                "next": None if page.next is None else str(page.next),
            }
        )


def _number(request: Request, name: str, *, default: int, low: int, high: int) -> int:
    text = request.query_params.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,19}", text) or not low <= int(text) <= high:
        known = "the `next` of the page before" if name == "after" else f"a number from {low} to {high}"
        raise ParseError(f"{name}: {text[:50]!r} is not {known}.")
    return int(text)
