"""An exchange as text to copy: commands and scripts that send its call, and the preset of its reply."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from apps.accounts.rest import RestError, RestView
from apps.journal.api import rows_of_exchange
from apps.journal.models import Body, Exchange
from apps.journal.preset import NoReplyError, preset_text
from apps.journal.snippets.curl import curl
from apps.journal.snippets.node import node
from apps.journal.snippets.python import python
from apps.journal.snippets.sketch import Sketch, sketch
from apps.wire.caller_name import read_address

SNIPPETS: dict[str, Callable[[Sketch], str]] = {"curl": curl, "python": python, "node": node}
PRESET = "preset"


class CopyView(RestView):
    """GET /api/exchanges/{id}/as/{curl|python|node|preset}."""

    def get(self, request: Request, exchange_id: str, form: str) -> HttpResponse:
        write = SNIPPETS.get(form)
        if write is None and form != PRESET:
            raise NotFound(f"{form!r} is no form of an exchange; known: {', '.join([*SNIPPETS, PRESET])}.")
        row, body = rows_of_exchange(exchange_id)
        if write is None:
            return HttpResponse(_preset(row, body), content_type="application/json")
        text = write(sketch(row, body, origin=origin(request)))
        return HttpResponse(text, content_type="text/plain; charset=utf-8")


def origin(request: HttpRequest | Request) -> str:
    """This server as whoever asks reaches it, without a slash at the end.

    Behind a trusted proxy that speaks TLS we see plain HTTP; it says so in X-Forwarded-Proto.
    """
    peer = read_address(request.META.get("REMOTE_ADDR", ""))
    is_trusted = peer is not None and any(peer in network for network in settings.MOCKOPENAI_TRUSTED_PROXIES)
    is_secure = is_trusted and request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"
    return f"{'https' if is_secure else request.scheme}://{request.get_host()}"


def _preset(row: Exchange, body: Body) -> str:
    try:
        return preset_text(row, body)
    except NoReplyError as error:
        raise RestError(409, str(error)) from None
