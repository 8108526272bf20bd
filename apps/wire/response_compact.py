"""Compacting a conversation: one item stands for all of it, the only one that the SDK's type has room for."""

import time
from base64 import b64encode
from hashlib import blake2b

import orjson

from apps.wire import ids
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.history import before
from apps.wire.resource import resource
from apps.wire.response_asked import check, items_of, summary
from apps.wire.response_usage import complete
from apps.wire.shelf import Shelf


def _auto(call: Call, shelf: Shelf) -> Body:
    created = int(call.received_at or time.time())
    part = ids.response_part(created)
    items = [*before(call, shelf), *items_of(call.data.get("input"))]
    digest = blake2b(orjson.dumps(items), digest_size=32).digest()
    compacted = {
        "id": f"cmp_{ids.response_part(created, part[:16])}",
        "type": "compaction",
        "encrypted_content": b64encode(digest).decode(),
    }
    return {
        "id": f"resp_{part}",
        "object": "response.compaction",
        "created_at": created,
        "output": [compacted],
        "usage": complete(None, [], call),
    }


COMPACT = resource(
    "responses.compact",
    "POST",
    "/responses/compact",
    check=check,
    auto=_auto,
    summary=summary,
)
