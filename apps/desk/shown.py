"""What the pages show of exchanges: those that wait, the recent ones, one call with its messages."""

from typing import Any

import orjson
from django.utils import timezone

from apps.desk.cards import read_cards, read_object, read_settings, tool_names
from apps.desk.waiting_list import waiting_items
from apps.journal.models import Body, Exchange, State
from apps.queues import storage
from apps.queues.take import SHARED

WAITING_SHOWN = 200
RECENT_SHOWN = 20
CARDS_SHOWN = 6  # of a long conversation, its beginning apart
CARDS_MAX = 500
SETTING_MAX = 60
QUEUES_NAMED = 5

Context = dict[str, Any]  # what a template is given


def waiting_calls() -> Context:
    """The waiting calls, least time left first; of very many only those, and how many more there are."""
    items = waiting_items()
    shown = items[:WAITING_SHOWN]
    for item in shown:
        limits = _limits(item["deadline"], item["created_at"], item["client_timeout_s"])
        item["until"], item["patience_s"] = limits
    return {"waiting": shown, "waiting_count": len(items), "hidden": len(items) - len(shown)}


def recent_calls() -> Context:
    return {"recent": list(Exchange.objects.exclude(state=State.WAITING).order_by("-id")[:RECENT_SHOWN])}


def find(exchange_id: str) -> tuple[Exchange, Body] | None:
    body = Body.objects.select_related("exchange").filter(exchange_id=exchange_id).first()
    return (body.exchange, body) if body else None


def whole_call(row: Exchange, body: Body, *, unfolded: bool = False) -> Context:
    """One call to read; `unfolded` with the messages that are left out at first."""
    data = read_object(body.request_body)
    headers = orjson.loads(body.request_headers)
    keys = [value.rpartition(" ")[2] for name, value in headers if name.lower() == "authorization"]
    return {
        **call_story(row),
        **_messages(data, unfolded=unfolded),
        "settings": [(name, value) for name, value in read_settings(data) if len(value) <= SETTING_MAX],
        "tools": tool_names(data),
        "key": keys[0] if keys else "",
        "headers": headers,
        "reply_headers": orjson.loads(body.reply_headers),
        "call_size": len(body.request_body),
        "reply_size": len(body.reply_body),
        "elsewhere": _elsewhere(row) if row.state == State.WAITING and row.note else [],
    }


def call_story(row: Exchange) -> Context:
    """What has become of a call, and while it waits: until when, and who is replying."""
    deadline = row.deadline_at.timestamp() if row.deadline_at else None
    until, patience_s = _limits(deadline, row.created_at.timestamp(), row.client_timeout_s)
    claimed = row.claim_until is not None and row.claim_until > timezone.now()
    return {
        "row": row,
        "until": until,
        "patience_s": patience_s,
        "claimed_by": row.claimed_by if claimed else "",
    }


def _messages(data: dict[str, Any], *, unfolded: bool) -> Context:
    """The last messages, before them the instructions that the conversation began with."""
    cards = read_cards(data)
    last = cards[-(CARDS_MAX if unfolded else CARDS_SHOWN) :]
    first = [card for card in cards[:1] if card not in last and card.role in ("system", "developer")]
    return {"first": first, "cards": last, "folded": len(cards) - len(last) - len(first)}


def _limits(deadline: float | None, created_at: float, client_timeout_s: float | None) -> tuple[float, float]:
    """When nobody waits any more (unix seconds), and how long that is from the call's beginning."""
    theirs = None if client_timeout_s is None else created_at + client_timeout_s
    until = min((end for end in (deadline, theirs) if end is not None), default=created_at)
    return until, until - created_at


def _elsewhere(row: Exchange) -> list[dict[str, Any]]:
    """The queues that hold presets which this call does not reach."""
    others = [one for one in storage.callers() if one["caller"] not in (row.caller, SHARED)]
    return others[:QUEUES_NAMED]
