"""Queues the reply of an exchange, so that a later call is answered as that one was."""

from django.urls import path
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError, RestView
from apps.journal.api import rows_of_exchange
from apps.journal.preset import NoReplyError, entry_of
from apps.queues.api import append, refuse_entry
from apps.queues.entry import EntryError, read_entry
from apps.queues.queue_name import queue_name
from apps.wire.jsongate import read_json

FIELDS = ("caller", "uses")


class QueueReplyView(RestView):
    """POST {"caller"?: the exchange's own, "uses"?: 1}: its reply becomes the last preset of a queue."""

    def post(self, request: Request, exchange_id: str) -> Response:
        given = self.optional_object(request, *FIELDS)
        row, body = rows_of_exchange(exchange_id)
        caller = _queue_name(given.get("caller", row.caller))
        try:
            fields, text = entry_of(row, body)
            uses = given.get("uses", 1)
            entry = read_entry({**fields, "response": read_json(text), "uses": uses}, raw=text)
        except NoReplyError as error:
            raise RestError(409, str(error)) from None
        except EntryError as error:
            raise refuse_entry(error) from None
        added = append(caller, [entry])
        queued = {"response_id": str(added.first_id), "queue_length": added.queue_length}
        return Response({"success": True, "ip": caller, **queued})


def _queue_name(given: object) -> str:
    if not isinstance(given, str):
        raise ParseError("caller has to be the name of a queue; * is the shared one.")
    try:
        return queue_name(given)
    except ValueError as error:
        raise ParseError(str(error)) from None


urlpatterns = [path("api/exchanges/<str:exchange_id>/queue", QueueReplyView.as_view())]
