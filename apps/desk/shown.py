"""What the desk's lists and its open call show."""

from typing import Any

import orjson

from apps.desk.asked import asked_of, short_forms
from apps.desk.cards import Card, read_cards, read_settings
from apps.desk.media import INPUT, asked_fields, call_cards
from apps.desk.models import Parked
from apps.desk.offers import read_tools, schema_name
from apps.desk.typed import newest
from apps.desk.typing import typing_items
from apps.desk.waiting_list import soonest_items, until
from apps.journal import clock
from apps.journal.models import Body, Exchange, State
from apps.journal.texts import read_call
from apps.queues import storage
from apps.queues.elsewhere import beyond_reach, first_queues
from apps.queues.pause import paused
from apps.queues.take import SHARED
from apps.wire import validation
from apps.wire.chat_form import chat_form
from apps.wire.table import BY_NAME
from apps.wire.usage import chat_prompt_tokens

WAITING_SHOWN = 100
RECENT_SHOWN = 50
CARDS_SHOWN = 6  # of a long conversation, its beginning apart
CARDS_MORE = 200  # so many earlier ones at a time
TOOLS_SHOWN = 200
COUNTED_MAX = 200_000  # characters of a call whose tokens are counted while somebody waits for the page
SETTING_MAX = 60
QUEUES_NAMED = 3

Context = dict[str, Any]  # what a template is given


def waiting_calls(shown: int = WAITING_SHOWN) -> Context:
    """The waiting calls, least time left first; of very many only those, and how many more there are."""
    items, count = soonest_items(shown)
    return {
        "waiting": items,
        "waiting_count": count,
        "hidden": max(0, count - len(items)),
        "more": shown + 2 * WAITING_SHOWN,
        "typing": typing_items(),
    }


def recent_calls() -> Context:
    """The newest that have their answer; one that is still being typed stands with those that wait."""
    typed = [item["id"] for item in typing_items()]
    done = Exchange.objects.exclude(state=State.WAITING).exclude(id__in=typed)
    return {"recent": list(done.order_by("-id")[:RECENT_SHOWN])}


def find(exchange_id: str) -> tuple[Exchange, Body] | None:
    body = Body.objects.select_related("exchange").filter(exchange_id=exchange_id).first()
    return (body.exchange, body) if body else None


def whole_call(row: Exchange, body: Body) -> Context:
    """One call to read."""
    data = asked_of(row, body)
    headers = orjson.loads(body.request_headers)
    keys = [value.rpartition(" ")[2] for name, value in headers if name.lower() == "authorization"]
    tools = read_tools(data)
    cards = call_cards(row.endpoint, data)
    return {
        **call_story(row),
        **_messages(cards),
        "is_talk": cards[0].role != INPUT if cards else "messages" in data,
        "fields": [] if cards else asked_fields(data),
        **_tries(row),
        "settings": [(name, value) for name, value in read_settings(data) if len(value) <= SETTING_MAX],
        "tools": tools[:TOOLS_SHOWN],
        "tools_count": len(tools),
        "short_forms": short_forms(row, body),
        "tools_called": sum(tool.called > 0 for tool in tools),
        "schema": schema_name(data),
        "tokens": _tokens(row, body, data),
        "key": keys[0] if keys else "",
        "headers": headers,
        "reply_headers": orjson.loads(body.reply_headers),
        "call_size": len(body.request_body),
        "reply_size": len(body.reply_body),
        **_findings(row, body),
        **(_elsewhere(row) if row.state == State.WAITING and row.note else {}),
    }


def _findings(row: Exchange, body: Body) -> Context:
    """What OpenAI would refuse; without what the story has told already as the reason of a refusal."""
    every = validation.told(read_call(row, body)) if len(body.request_body) <= COUNTED_MAX else []
    told = row.note if row.state != State.WAITING else ""
    rest = [one for one in every if one.message != told]
    return {"findings": rest, "is_told": len(rest) < len(every)}


def call_story(row: Exchange) -> Context:
    """What has become of a call, and while it waits: until when, and who is replying."""
    end, whose = until(row)
    claimed = row.claim_until is not None and row.claim_until > clock.now()
    return {
        "row": row,
        "until": end,
        "time_left_of": whose,
        "patience_s": end - row.created_at.timestamp(),
        "claimed_by": row.claimed_by if claimed else "",
        "is_typed": row.state == State.ANSWERED and _is_typed(row),
    }


def _is_typed(row: Exchange) -> bool:
    """Whether somebody is typing the answer."""
    last = newest(row.id)
    return last is not None and not last.is_last


def earlier_messages(row: Exchange, body: Body, *, before: int) -> Context:
    """The messages before the one at that place, as many as one click shows."""
    cards = read_cards(asked_of(row, body))[: max(0, before)]
    first = _beginning(cards)
    shown = cards[max(len(first), len(cards) - CARDS_MORE) :]
    return {"row": row, "cards": shown, "folded": len(cards) - len(first) - len(shown)}


def _messages(cards: list[Card]) -> Context:
    """The last messages, before them the instructions that the conversation began with."""
    last = cards[-CARDS_SHOWN:]
    first = [card for card in _beginning(cards) if card not in last]
    return {"first": first, "cards": last, "folded": len(cards) - len(last) - len(first)}


def _beginning(cards: list[Card]) -> list[Card]:
    return [card for card in cards[:1] if card.role in ("system", "developer")]


def _tries(row: Exchange) -> Context:
    """Which of an SDK's tries this is, and the one before."""
    note = Parked.objects.filter(exchange_id=row.id).first() or Parked()
    earlier = Exchange.objects.filter(id=note.retry_of).first() if note.retry_of else None
    return {"try_number": row.retry_count + 1, "try_of": note.tries, "earlier": earlier}


def _tokens(row: Exchange, body: Body, data: dict[str, Any]) -> int | None:
    """The prompt's tokens; counted now when nothing has counted them, and it does not take long."""
    if row.prompt_tokens is not None or len(body.request_body) > COUNTED_MAX:
        return row.prompt_tokens
    form = chat_form(data)
    return chat_prompt_tokens(form) if "messages" in form else None


def _elsewhere(row: Exchange) -> Context:
    """Why presets do not reach it now; the queues that hold some for such a call, the fullest first."""
    meant = BY_NAME[row.endpoint].meant
    others = [one for one in storage.callers(meant) if one["caller"] not in (row.caller, SHARED)]
    others.sort(key=lambda one: -one["count"])
    shown, more = others[:QUEUES_NAMED], max(0, len(others) - QUEUES_NAMED)
    hint = beyond_reach(row.caller, first_queues(), paused())
    return {"hint": hint, "elsewhere": shown, "elsewhere_more": more, "meant": " ".join(meant)}
