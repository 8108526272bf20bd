"""Two exchanges side by side, as texts that can be compared line by line."""

from typing import Any

import orjson
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError, RestView
from apps.journal.api import rows_of_exchange
from apps.journal.models import Body, Exchange
from apps.journal.present import exchange_item

TEXT_MAX_BYTES = 2 * 1024 * 1024


class DiffView(RestView):
    """GET ?a=ID&b=ID: {"a": {"exchange", "request", "reply"}, "b": …}."""

    def get(self, request: Request) -> Response:
        params = request.query_params
        if unknown := set(params) - {"a", "b"}:
            raise RestError(400, f"{min(unknown)}: is not a parameter here; known: a, b.")
        for name in ("a", "b"):
            if not params.get(name):
                raise RestError(400, f"{name}: has to be the id of an exchange: ?a=ID&b=ID.")
        return Response({name: side(*rows_of_exchange(params[name])) for name in ("a", "b")})


def side(row: Exchange, body: Body) -> dict[str, Any]:
    """One of the two: the list's item, and two texts: {"text", "size_bytes", "too_large"}."""
    return {
        "exchange": exchange_item(row),
        "request": _shown(body.request_body),
        "reply": _shown(body.reply_body),
    }


def _shown(stored: str) -> dict[str, Any]:
    content = stored.encode()
    size_bytes = len(content)
    if size_bytes <= TEXT_MAX_BYTES:
        content = _pretty(content)
    too_large = len(content) > TEXT_MAX_BYTES  # indenting can multiply it
    return {"text": "" if too_large else content.decode(), "size_bytes": size_bytes, "too_large": too_large}


def _pretty(content: bytes) -> bytes:
    """Indented JSON, keys in the order in which they were written; what is no JSON stays as it is."""
    try:
        return orjson.dumps(orjson.loads(content), option=orjson.OPT_INDENT_2)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):  # no JSON; or nested deeper than it writes
        return content
