"""The journal over REST: pages of exchanges, one exchange, counting, deleting."""

from collections.abc import Collection

from django.http import QueryDict
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError, RestView
from apps.journal.filters import Filter, FilterError, read_params
from apps.journal.models import Body, Exchange
from apps.journal.pages import read_page
from apps.journal.present import exchange_item, unix_s, whole_exchange
from apps.journal.prune import erase, pruned

LIMIT_MAX = 200
LIMIT_DEFAULT = 50
ID_LENGTH = 26


class ExchangesView(RestView):
    """GET: a page, newest first. DELETE: what the filter selects, open calls excepted."""

    def get(self, request: Request) -> Response:
        limit, cursor = read_limit(request.query_params), request.query_params.get("cursor")
        if cursor is not None and len(cursor) != ID_LENGTH:
            raise RestError(400, f"cursor: {cursor!r} is not the `next` of an earlier page.")
        chosen = read_filter(request.query_params, besides=("limit", "cursor"))
        page = read_page(chosen, limit=limit, cursor=cursor)
        items = [exchange_item(row) for row in page.rows]
        return Response({"items": items, "next": page.next, "searched_until": unix_s(page.searched_until)})

    def delete(self, request: Request) -> Response:
        chosen = read_filter(request.query_params, besides=("all",))
        if not chosen and request.query_params.get("all") != "true":
            raise RestError(400, "This would delete the whole journal: give a filter, or say ?all=true.")
        rows = chosen.apply(Exchange.objects.all())
        return Response({"deleted": erase(rows), "kept": rows.count()})


class CountView(RestView):
    """How many exchanges the filter selects."""

    def get(self, request: Request) -> Response:
        return Response({"count": read_filter(request.query_params).apply(Exchange.objects.all()).count()})


class PrunedView(RestView):
    """How many exchanges the journal's limits have deleted, and since when."""

    def get(self, request: Request) -> Response:
        return Response(pruned())


class ExchangeView(RestView):
    """One exchange with its bodies."""

    def get(self, request: Request, exchange_id: str) -> Response:
        return Response(whole_exchange(*rows_of_exchange(exchange_id)))


def rows_of_exchange(exchange_id: str) -> tuple[Exchange, Body]:
    """An exchange with its bodies; answers 404 when there is none."""
    row = Exchange.objects.filter(id=exchange_id).first()
    body = Body.objects.filter(exchange_id=exchange_id).first()
    if row is None or body is None:
        raise NotFound(f"There is no exchange {exchange_id}; it may have been deleted or pruned.")
    return row, body


def read_filter(params: QueryDict, *, besides: Collection[str] = ()) -> Filter:
    """The filter in a URL's parameters; those named `besides` mean something else there."""
    try:
        return read_params({name: values for name, values in params.lists() if name not in besides})
    except FilterError as error:
        placed = [one for one in error.every if one.position is not None]
        where = [{"field": "q", "position": one.position, "error": str(one)} for one in placed]
        raise RestError(400, str(error), where) from None


def read_limit(params: QueryDict, *, default: int = LIMIT_DEFAULT, most: int = LIMIT_MAX) -> int:
    """The parameter `limit`: how many at most; answers 400 where it is none."""
    text = params.get("limit", str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 5 and 1 <= int(text) <= most):
        raise RestError(400, f"limit: {text!r} is not a whole number from 1 to {most}.")
    return int(text)
