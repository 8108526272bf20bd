"""What a draft says that its endpoint has no use for: a chat's text, written for a picture."""

from collections.abc import Iterator
from functools import cache
from itertools import islice

import orjson

from apps.wire.catalogue import OPERATIONS, Schema, resolved, root
from apps.wire.endpoint import Endpoint
from apps.wire.names import operation_name
from apps.wire.raw import binary
from apps.wire.reply import Draft
from apps.wire.table import BY_NAME

TOLD_MAX = 5  # names of a draft
_NAMED_MAX = 8  # names that the endpoint takes
_OF_BYTES = ("text", "base64", "content_of", "content_type")


def unused(draft: Draft, endpoint: Endpoint) -> list[dict[str, str]]:
    """[{"field", "error"}, …] for a draft of whose members the endpoint uses none; empty when it uses one.

    Text endpoints are not looked at: of what they take `doubts` knows more. Nor is what goes out as written.
    """
    if endpoint.family == "text" or draft.status >= 300 or draft.verbatim:
        return []
    body = orjson.loads(draft.body)
    known = taken(endpoint.name)
    if not known or "error" in body or any(name in known for name in body):
        return []
    shown = ", ".join(known[:_NAMED_MAX]) + (", …" if len(known) > _NAMED_MAX else "")
    error = f"is not used by {endpoint.name}; it takes {shown}"
    return [{"field": f"response.{name}", "error": error} for name in islice(body, TOLD_MAX)]


@cache
def taken(endpoint: str) -> tuple[str, ...]:
    """The names that an endpoint makes something of: its short forms' first, then those of a whole body."""
    row = BY_NAME[endpoint]
    names = [name for text in row.short_forms for name in orjson.loads(text)]
    operation = operation_name(endpoint)
    if operation:
        schema = root(operation, "response")
        names += _names(schema) if schema else ()
        if OPERATIONS[operation].answers not in ("", "application/json"):
            names += _OF_BYTES if row.raw is binary else ("content_type",)
    return tuple(dict.fromkeys(names))


def _names(schema: Schema) -> Iterator[str]:
    schema = resolved(schema)
    yield from schema.get("properties", ())
    for branch in schema.get("anyOf", ()):
        yield from _names(branch)
