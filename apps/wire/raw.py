"""Replies that are no JSON: how a JSON body says what bytes really leave."""

import base64
import binascii

import orjson

from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint, Raw
from apps.wire.reply import Reply


def raw_of(reply: Reply, call: Call, endpoint: Endpoint | None) -> Raw | None:
    """What leaves instead of the reply's JSON, or None: of an error, a verbatim body, most endpoints."""
    if endpoint is None or endpoint.raw is None or reply.status >= 300 or reply.verbatim:
        return None
    try:
        body = orjson.loads(reply.body)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(body, dict) or (
        body.get("error") and not body.get("object")
    ):  # an object may have failed
        return None
    return endpoint.raw(body, call)


def binary(body: Body, call: Call) -> Raw | None:
    """For `Endpoint.raw`, of {"content_of": ID}, {"base64": …} or {"text": …}, each with a "content_type".

    None, so that the JSON itself leaves, of anything else.
    """
    kind = body.get("content_type")
    kind = kind if isinstance(kind, str) and kind.isprintable() and kind.isascii() else ""
    if isinstance(body.get("content_of"), str):
        return Raw(kind or "application/octet-stream", content_id=body["content_of"])
    if isinstance(body.get("base64"), str):
        try:
            return Raw(kind or "application/octet-stream", base64.b64decode(body["base64"]))
        except (binascii.Error, ValueError):
            return None
    if isinstance(body.get("text"), str):
        return Raw(kind or "text/plain; charset=utf-8", body["text"].encode(errors="replace"))
    return None


def is_binary(body: Body) -> bool:
    """For `Endpoint.is_whole`: whether `binary` has bytes for it, and their type is said."""
    return isinstance(body.get("content_type"), str) and any(
        isinstance(body.get(name), str) for name in ("content_of", "base64", "text")
    )


def as_base64(data: bytes, content_type: str) -> Body:
    """The JSON body of these bytes."""
    return {"content_type": content_type, "base64": base64.b64encode(data).decode()}
