"""The journal's slow answers, which hold no thread: waiting for calls, and exporting all of them."""

import asyncio
import functools
import math
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

import orjson
from channels.db import database_sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.views.decorators.csrf import csrf_exempt

from apps.accounts.rest import answer_outside, refuse_nul
from apps.journal.filters import Filter, FilterError, read_params
from apps.journal.models import Body, Exchange
from apps.journal.pages import read_page
from apps.journal.present import exchange_item, whole_exchange
from apps.wire.jsongate import GateError, read_object

COUNT_MAX = 200
TIMEOUT_MAX_S = 60
LOOK_S = 0.1
PAGE = 100

AsyncView = Callable[[HttpRequest], Coroutine[Any, Any, HttpResponseBase]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a script waits for: so many exchanges, no longer than so long."""

    match: Filter
    count: int
    timeout_s: float


def _only(method: str) -> Callable[[AsyncView], AsyncView]:
    """Serves one method, and answers what is wrong with a request in the one shape of /api."""

    def deciding(view: AsyncView) -> AsyncView:
        @functools.wraps(view)
        async def answer(request: HttpRequest) -> HttpResponseBase:
            if request.method != method:
                refusal = _json(
                    {"detail": f"Method {request.method} is not allowed here: use {method}."}, status=405
                )
                refusal["Allow"] = method
                return refusal
            try:
                refuse_nul(request)
                return await view(request)
            except (GateError, FilterError) as error:
                return _json({"detail": str(error)}, status=400)
            except Exception as error:  # noqa: BLE001 - told in JSON, as REST framework does, and logged there
                return answer_outside(error)

        answer.only = method  # type: ignore[attr-defined]
        return csrf_exempt(answer)  # so that another method is refused here, too, and not in HTML

    return deciding


@_only("POST")
async def wait(request: HttpRequest) -> HttpResponseBase:
    """Answers when `count` exchanges match, or after `timeout_s`: {"reached", "count", "items"}.

    Exchanges that are in the journal already count too; `since` in the match leaves them out.
    """
    wanted = read_wanted(read_object(request.body))
    loop = asyncio.get_running_loop()
    end = loop.time() + wanted.timeout_s
    look = database_sync_to_async(_newest, thread_sensitive=False)
    items = await look(wanted)
    while len(items) < wanted.count and (left := end - loop.time()) > 0:
        await asyncio.sleep(min(LOOK_S, left))
        items = await look(wanted)
    return _json({"reached": len(items) >= wanted.count, "count": len(items), "items": items})


@_only("GET")
async def export(request: HttpRequest) -> HttpResponseBase:
    """Every exchange that the filter selects, newest first, one JSON object a line."""
    params = {name: values for name, values in request.GET.lists() if name != "format"}
    if request.GET.get("format", "jsonl") != "jsonl":
        raise FilterError("format: only jsonl is known.")
    answer = StreamingHttpResponse(_lines(read_params(params)), content_type="application/jsonl")
    answer["Content-Disposition"] = "attachment; filename=exchanges.jsonl"
    return answer


def read_wanted(fields: dict[str, Any]) -> Wanted:
    """{"match": {filter: value or [values]}, "count": 1, "timeout_s": 10}; raises FilterError."""
    for name in fields.keys() - {"match", "count", "timeout_s"}:
        raise FilterError(f"{name}: is not a field here; known: match, count, timeout_s.")
    match = fields.get("match", {})
    if not isinstance(match, dict):
        raise FilterError('match: has to be an object of filters: {"caller": "ci-42"}.')
    count, timeout_s = fields.get("count", 1), fields.get("timeout_s", 10)
    if type(count) is not int or not 1 <= count <= COUNT_MAX:
        raise FilterError(f"count: has to be a whole number from 1 to {COUNT_MAX}.")
    if type(timeout_s) not in (int, float) or not 0 <= timeout_s <= TIMEOUT_MAX_S:
        raise FilterError(f"timeout_s: has to be a number from 0 to {TIMEOUT_MAX_S}.")
    return Wanted(read_params({name: _texts(name, value) for name, value in match.items()}), count, timeout_s)


def _texts(name: str, value: Any) -> list[str]:
    """A filter's value as URL parameters would spell it: true, 429, text, or a list of those."""
    if isinstance(value, list):
        return [text for item in value for text in _texts(name, item)]
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, str):
        return [value]
    if isinstance(value, (int, float)) and math.isfinite(value):
        return [f"{value:.6f}".rstrip("0").rstrip(".")]
    raise FilterError(f"{name}: has to be a text, a number, true or false, or a list of those.")


def _newest(wanted: Wanted) -> list[dict[str, Any]]:
    rows = wanted.match.apply(Exchange.objects.all()).order_by("-id")
    return [exchange_item(row) for row in rows[: wanted.count]]


async def _lines(chosen: Filter) -> AsyncIterator[bytes]:
    page = database_sync_to_async(_page, thread_sensitive=False)
    cursor: str | None = None
    while True:
        lines, cursor = await page(chosen, cursor)
        yield b"".join(lines)
        if cursor is None:
            return


def _page(chosen: Filter, cursor: str | None) -> tuple[list[bytes], str | None]:
    page = read_page(chosen, limit=PAGE, cursor=cursor)
    bodies = Body.objects.in_bulk([row.id for row in page.rows])
    lines = [
        orjson.dumps(whole_exchange(row, bodies[row.id]), option=orjson.OPT_APPEND_NEWLINE)
        for row in page.rows
        if row.id in bodies
    ]
    return lines, page.next


def _json(data: dict[str, Any], *, status: int = 200) -> HttpResponse:
    return HttpResponse(orjson.dumps(data), status=status, content_type="application/json")
