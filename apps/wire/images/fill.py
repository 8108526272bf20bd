"""Completing an answer of pictures: from any draft to the whole body."""

import time
from base64 import b64encode
from typing import Any

from apps.wire import usage
from apps.wire.address import origin_of
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.images.drawing import draw
from apps.wire.images.request import (
    count,
    images_given,
    is_retired,
    is_transparent,
    prompt_of,
    seed_of,
    size_of,
    wants_url,
    words_of,
)

PICTURES = "/pictures"  # where links to pictures lead
FORMAT = "png"  # the only one that is made here, whatever is asked for: the body says so
_ITEM_KEYS = ("b64_json", "url", "revised_prompt")
_PROMPT_MAX_TOKENS_OF_AN_IMAGE = 323  # what a picture that came along costs, about
# What a picture of 1024 × 1024 costs by quality, as OpenAI's pricing page says; others by their area.
_TOKENS = {"low": 272, "medium": 1056, "high": 4160, "xhigh": 6240, "max": 8320, "hd": 4160}


def fill(draft: Body, call: Call) -> Body:
    """The whole body. Short forms: {"url": …} or {"b64_json": …} for every picture that is asked for, `data`
    with pictures or bare texts (a link or base64). What there is none for is drawn."""
    body: Body = {"created": draft.get("created") or int(call.received_at or time.time())}
    if not is_retired(call):
        body["background"] = draft.get("background") or ("transparent" if is_transparent(call) else "opaque")
    body["data"] = _data(draft, call)
    if not is_retired(call):
        body["output_format"] = draft.get("output_format") or FORMAT
        body["quality"] = draft.get("quality") or quality_of(call)
        body["size"] = draft.get("size") or str(size_of(call))
        body["usage"] = usage_of(draft.get("usage"), call, len(body["data"]))
    return body | {key: draft[key] for key in draft if key not in body and key not in _ITEM_KEYS}


def is_whole(body: Body) -> bool:
    data = body.get("data")
    return (
        type(body.get("created")) is int
        and isinstance(data, list)
        and bool(data)
        and all(map(_is_item, data))
    )


def _is_item(item: Any) -> bool:
    return isinstance(item, dict) and any(isinstance(item.get(key), str) for key in ("b64_json", "url"))


def quality_of(call: Call) -> str:
    asked = call.data.get("quality")
    return asked if isinstance(asked, str) and asked in _TOKENS else "medium"


def usage_of(given: Any, call: Call, pictures: int) -> Body:
    """The tokens of the prompt exactly, of the pictures by their size and quality."""
    texts = usage.count([prompt_of(call)], call.model)[0]
    images = _PROMPT_MAX_TOKENS_OF_AN_IMAGE * len(images_given(call))
    size = size_of(call)
    each = _TOKENS[quality_of(call)] * size.width * size.height // (1024 * 1024)
    made: Body = {
        "input_tokens": texts + images,
        "input_tokens_details": {"image_tokens": images, "text_tokens": texts},
        "output_tokens": each * pictures,
        "total_tokens": texts + images + each * pictures,
        "output_tokens_details": {"image_tokens": each * pictures, "text_tokens": 0},
    }
    made.update(given if isinstance(given, dict) else {})
    return made


def _data(draft: Body, call: Call) -> list[Any]:
    given = draft.get("data")
    items = [given] if isinstance(given, (dict, str)) else given
    if isinstance(items, list) and items:
        return [_item(one, index, call) for index, one in enumerate(items)]
    short = {key: draft[key] for key in _ITEM_KEYS if key in draft}
    return [_item(short, index, call) for index in range(count(call))]


def _item(given: Any, index: int, call: Call) -> Any:
    if isinstance(given, str):
        given = {"url" if given.startswith(("http:", "https:", "data:")) else "b64_json": given}
    item: Body = dict(given) if isinstance(given, dict) else {}
    if not _is_item(item):
        made = {"url": link(call, index)} if wants_url(call) else {"b64_json": picture(call, index)}
        item = {**item, **made}
    if call.model.startswith("dall-e-3"):
        item = {"revised_prompt": prompt_of(call)} | item
    return item


def picture(call: Call, index: int, **how: int) -> str:
    """The picture at that place among n, as base64; `how` may name a `stage` of it."""
    seed, words = seed_of(call, index), words_of(call)
    data = draw(seed, words, size_of(call), transparent=is_transparent(call), **how)
    return b64encode(data).decode()


def link(call: Call, index: int) -> str:
    """Where that picture is drawn when somebody asks for it: its address says all that it takes."""
    name = words_of(call).replace(" ", "-") or "picture"
    return f"{origin_of(call)}{PICTURES}/{size_of(call)}/{seed_of(call, index)}/{name}.png"
