"""Streaming pictures: the unfinished ones, and the finished one with its usage."""

from collections.abc import Iterator

import orjson

from apps.wire import sse
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.images.drawing import STAGES
from apps.wire.images.fill import FORMAT, fill, picture, quality_of, usage_of
from apps.wire.images.request import partial_count, size_of


def generated(body: Body, call: Call) -> Iterator[bytes]:
    """The events of a picture that is generated."""
    return _frames(body, call, "image_generation")


def edited(body: Body, call: Call) -> Iterator[bytes]:
    return _frames(body, call, "image_edit")


def _frames(body: Body, call: Call, kind: str) -> Iterator[bytes]:
    """What is unfinished is drawn with less in it; an author's own picture comes as it is."""
    if not isinstance(body.get("data"), list) or not body["data"]:
        body = fill(body, call)
    about: Body = {
        "created_at": body.get("created") or int(call.received_at),
        "size": body.get("size") or str(size_of(call)),
        "quality": body.get("quality") or quality_of(call),
        "background": body.get("background") or "opaque",
        "output_format": body.get("output_format") or FORMAT,
    }
    for index, item in enumerate(body["data"]):
        whole = item.get("b64_json") if isinstance(item, dict) else None
        is_own = isinstance(whole, str) and whole != picture(call, index)
        for part in range(partial_count(call)):
            shown = (
                whole if is_own else picture(call, index, stage=max(1, STAGES - partial_count(call) + part))
            )
            yield _event(f"{kind}.partial_image", {"b64_json": shown, **about, "partial_image_index": part})
        usage = body.get("usage") or usage_of(None, call, 1)
        yield _event(
            f"{kind}.completed", {"b64_json": whole or picture(call, index), **about, "usage": usage}
        )


def _event(kind: str, data: Body) -> bytes:
    return sse.event(orjson.dumps({"type": kind, **data}), name=kind)
