"""What a call asked for, as the composer of its reply has to know it."""

from typing import Any

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.desk.cards import read_object
from apps.desk.shown import find
from apps.wire.chat_form import chat_form
from apps.wire.table import BY_NAME


@never_cache
@require_safe
def asked(request: HttpRequest, exchange_id: str) -> JsonResponse:
    """{"endpoint", "model", "stream", "typed", "tools", "response_format"}: few words of a large call.

    `typed`: the finish reasons of an answer that is typed live; null where none can be.
    """
    found = find(exchange_id)
    if found is None:
        raise Http404
    row, body = found
    data = read_object(body.request_body)
    endpoint = BY_NAME.get(row.endpoint)
    typed = endpoint.typed if endpoint is not None and row.stream else None
    wanted: dict[str, Any] = {
        "endpoint": row.endpoint,
        "model": row.model,
        "stream": row.stream,
        "typed": list(typed.reasons) if typed else None,
        "tools": data.get("tools") if isinstance(data.get("tools"), list) else [],
        "response_format": chat_form(data).get("response_format"),
    }
    return JsonResponse(wanted)
