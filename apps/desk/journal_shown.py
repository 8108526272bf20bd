"""What the journal's page shows: its lines, what came since, one exchange whole, and its reply in words."""

from typing import Any

from django.utils.http import urlencode

from apps.desk.cards import Card, Piece, read_cards, read_object
from apps.desk.journal_line import Line
from apps.desk.media import reply_cards
from apps.desk.shown import Context, whole_call
from apps.desk.timing_bar import read_bar
from apps.journal.filters import Filter, FilterError, read_query
from apps.journal.models import OPEN_STATES, Body, Exchange
from apps.journal.pages import read_page
from apps.wire.said import as_chat

NEWER_SHOWN = 200  # more are "more than 200"
NEWER_LOOKED = 1000  # rows that are looked into to say how many there are
LOOK_MAX = 200


def listed(query: str, *, before: str, limit: int) -> Context:
    """A page of lines, newest first, and how to go on; or what is wrong with the filter, and where."""
    try:
        chosen = read_query(query)
    except FilterError as error:
        return {"query": query, "problems": error.every}
    page = read_page(chosen, limit=limit, cursor=before or None)
    return {
        "query": query,
        "search": _search(query),
        "lines": [Line(row) for row in page.rows],
        "older": page.next,
        "searched_until": page.searched_until,
    }


def news(query: str, *, after: str, look: list[str]) -> Context:
    """How many lines are newer than one that is shown, and those that were open as they are now."""
    rows = Exchange.objects.filter(id__in=look[:LOOK_MAX])
    count, is_more = _newer(_filter(query), after)
    lines = [Line(row) for row in rows]
    return {"search": _search(query), "lines": lines, "newer": count, "is_more": is_more}


def _search(query: str) -> str:
    """What an address ends with that keeps the filter."""
    return f"?{urlencode({'q': query})}" if query else ""


def _newer(chosen: Filter, after: str) -> tuple[int, bool]:
    """(how many, whether there are more): after a long absence not all of them are looked into."""
    fresh = Exchange.objects.filter(id__gt=after).order_by("-id")
    oldest = fresh.values_list("id", flat=True)[NEWER_LOOKED - 1 : NEWER_LOOKED].first()
    if oldest is not None:
        fresh = fresh.filter(id__gte=oldest)
    count = chosen.apply(fresh)[: NEWER_SHOWN + 1].count()
    return min(count, NEWER_SHOWN), count > NEWER_SHOWN or (count > 0 and oldest is not None)


def _filter(query: str) -> Filter:
    try:
        return read_query(query)
    except FilterError:
        return Filter()


def whole_exchange(row: Exchange, body: Body) -> Context:
    """One exchange to read: the call as on the desk, the reply, and where the time went."""
    reply = read_object(body.reply_body)
    return {
        **whole_call(row, body),
        "is_open": row.state in OPEN_STATES,
        "bar": read_bar(row),
        "bytes_sent": None if row.bytes_sent is None else f"{row.bytes_sent:,}",
        "answers": _answers(reply) or reply_cards(row, body, reply),
        "error_text": _error_text(reply),
    }


def _answers(reply: dict[str, Any]) -> list[Card]:
    """The messages of an answer of any text endpoint."""
    choices = as_chat(reply).get("choices")
    found = [one for one in choices if isinstance(one, dict)] if isinstance(choices, list) else []
    return read_cards({"messages": [one["message"] for one in found if isinstance(one.get("message"), dict)]})


def _error_text(reply: dict[str, Any]) -> Piece | None:
    """The message of an error in OpenAI's shape."""
    error = reply.get("error")
    message = error.get("message") if isinstance(error, dict) else error
    return Piece("text", message) if isinstance(message, str) and message else None
