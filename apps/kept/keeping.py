"""What a reply means for its caller's shelf: kept in the transaction that writes the reply."""

import logging

import orjson

from apps.kept.shelf import shelf_of
from apps.wire.call import Call
from apps.wire.endpoint import Endpoint
from apps.wire.reply import Reply

log = logging.getLogger(__name__)


def keep_reply(call: Call, endpoint: Endpoint, reply: Reply) -> None:
    """Has the endpoint keep what the reply created, changed or deleted. In the writer's transaction."""
    if endpoint.keep is None or reply.status >= 300 or not endpoint.keeps(call):
        return
    try:
        body = orjson.loads(reply.body)
    except orjson.JSONDecodeError:  # a verbatim one, or the none of a 204
        body = {}
    try:
        endpoint.keep(call, body if isinstance(body, dict) else {}, shelf_of(call.caller))
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        # Its author may have written anything: that goes back, whatever can be kept of it.
        log.warning("Nothing was kept of the reply to %s.", call.request_id, exc_info=True)
