"""Completing an answer of embeddings: from any draft to the whole body, numbers written as the call asks."""

from base64 import b64decode
from binascii import Error as NotBase64
from typing import Any

from apps.wire.call import Call
from apps.wire.embeddings.request import inputs, token_counts, width
from apps.wire.embeddings.vectors import base64_text, floats, pack, vector
from apps.wire.endpoint import Body

_OWN_KEYS = ("object", "data", "model", "usage", "embedding", "embeddings")


def fill(draft: Body, call: Call) -> Body:
    """The whole body. Short forms: {"embedding": […]} for every input, {"embeddings": [[…], …]} one by one;
    `data` may also hold bare vectors. What there is none for is generated."""
    as_base64 = call.data.get("encoding_format") == "base64"
    body: Body = {
        "object": draft.get("object", "list"),
        "data": _data(draft, call, as_base64=as_base64),
        "model": draft.get("model") or call.model,
        "usage": _usage(draft.get("usage"), call),
    }
    return body | {key: value for key, value in draft.items() if key not in _OWN_KEYS}


def _data(draft: Body, call: Call, *, as_base64: bool) -> list[Any]:
    given = draft.get("data", draft.get("embeddings"))
    if isinstance(given, list) and given:
        return [_item(one, index, as_base64=as_base64) for index, one in enumerate(given)]
    asked = inputs(call)
    if draft.get("embedding"):
        one = {"embedding": draft["embedding"]}
        return [_item(one, index, as_base64=as_base64) for index in range(len(asked))]
    dimensions, full = width(call)
    packed = [vector(one, dimensions, full) for one in asked]
    written = map(base64_text, packed) if as_base64 else map(floats, packed)
    return [
        {"object": "embedding", "index": index, "embedding": embedding}
        for index, embedding in enumerate(written)
    ]


def _item(one: Any, index: int, *, as_base64: bool) -> Any:
    if isinstance(one, (list, str)):
        one = {"embedding": one}
    if not isinstance(one, dict):
        return one
    item = {"object": "embedding", "index": index} | one
    item["embedding"] = _written(one.get("embedding"), as_base64=as_base64)
    return item


def _written(embedding: Any, *, as_base64: bool) -> Any:
    """Numbers as base64 or the other way round; what is neither stays as it is."""
    try:
        if as_base64 and isinstance(embedding, list):
            return base64_text(pack(embedding))
        if not as_base64 and isinstance(embedding, str):
            return floats(b64decode(embedding, validate=True))
    except (TypeError, OverflowError, ValueError, NotBase64):
        pass
    return embedding


def _usage(given: Any, call: Call) -> Body:
    given = given if isinstance(given, dict) else {}
    counted = given.get("prompt_tokens")
    tokens = counted if type(counted) is int else sum(token_counts(call))
    body: Body = {"prompt_tokens": tokens, "total_tokens": tokens}
    body.update(given)
    return body
