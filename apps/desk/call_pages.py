"""One call to read, and its parts that are fetched when they are looked at."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desk.asked import asked_of
from apps.desk.cards import Piece
from apps.desk.media import call_cards, reply_picture, sound_of
from apps.desk.offers import schema_text, tool_text
from apps.desk.pictures import read_picture
from apps.desk.shown import call_story, earlier_messages, find, whole_call
from apps.desk.views import PLAIN, plain
from apps.journal.models import Body, Exchange


@never_cache
@require_safe
def call(request: HttpRequest, exchange_id: str) -> HttpResponse:
    """The call, its earlier messages folded."""
    return render(request, "desk/_call.html", whole_call(*_get(exchange_id)))


@never_cache
@require_safe
def story(request: HttpRequest, exchange_id: str) -> HttpResponse:
    """What has become of a call."""
    row = Exchange.objects.filter(id=exchange_id).first()
    if row is None:
        raise Http404
    return render(request, "desk/_story.html", call_story(row))


@never_cache
@require_safe
def earlier(request: HttpRequest, exchange_id: str, before: int) -> HttpResponse:
    """Messages that were folded: those before the one at that place."""
    row, body = _get(exchange_id)
    return render(request, "desk/_cards.html", earlier_messages(row, body, before=before))


@never_cache
@require_safe
def text(request: HttpRequest, exchange_id: str, part: str) -> HttpResponse:
    """The whole text of a body: `part` is call or reply."""
    body = _get(exchange_id)[1]
    texts = {"call": body.request_body, "reply": body.reply_body}
    if part not in texts:
        raise Http404
    return plain(texts[part])


@never_cache
@require_safe
def piece(request: HttpRequest, exchange_id: str, card: int, place: int) -> HttpResponse:
    """The whole text of one piece of a message."""
    return plain(_piece(exchange_id, card, place).text)


@require_safe
def picture(request: HttpRequest, exchange_id: str, card: int, place: int) -> HttpResponse:
    """A picture that came along in a message; a call never changes, so the browser may keep it."""
    found = read_picture(_piece(exchange_id, card, place).text)
    if found is None:
        raise Http404
    kind, content = found
    headers = {**PLAIN, "Cache-Control": "private, max-age=3600"}
    return HttpResponse(content, content_type=kind, headers=headers)


@require_safe
def reply_medium(request: HttpRequest, exchange_id: str, place: str) -> HttpResponse:
    """A picture of the reply, by its place, or its "sound"; never anything that a browser would run."""
    row, body = _get(exchange_id)
    found = sound_of(row, body) if place == "sound" else None
    if place.isascii() and place.isdigit() and len(place) < 4:
        found = reply_picture(body, int(place))
    if found is None:
        raise Http404
    kind, content = found
    return HttpResponse(content, content_type=kind, headers={**PLAIN, "Cache-Control": "private, max-age=60"})


@never_cache
@require_safe
def tool(request: HttpRequest, exchange_id: str, place: int) -> HttpResponse:
    """The schema of one of the tools that the call offers."""
    return _some(tool_text(asked_of(*_get(exchange_id)), place))


@never_cache
@require_safe
def schema(request: HttpRequest, exchange_id: str) -> HttpResponse:
    """What the answer has to look like."""
    return _some(schema_text(asked_of(*_get(exchange_id))))


def _some(content: str) -> HttpResponse:
    if not content:
        raise Http404
    return plain(content)


def _piece(exchange_id: str, card: int, place: int) -> Piece:
    row, body = _get(exchange_id)
    cards = call_cards(row.endpoint, asked_of(row, body))
    if card >= len(cards) or place >= len(cards[card].pieces):
        raise Http404
    return cards[card].pieces[place]


def _get(exchange_id: str) -> tuple[Exchange, Body]:
    found = find(exchange_id)
    if found is None:
        raise Http404
    return found
