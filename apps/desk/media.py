"""Calls and replies that are no conversation, as cards: prompts, files, pictures, sounds, vectors."""

from typing import Any

import orjson

from apps.desk.cards import Card, Piece, read_cards, read_object
from apps.desk.pictures import read_picture
from apps.journal.models import Body, Exchange
from apps.wire.call import Call
from apps.wire.form_fields import is_file
from apps.wire.raw import raw_of
from apps.wire.reply import Reply
from apps.wire.table import BY_NAME

SHOWN = 10  # pictures, vectors, results; the rest is in the raw text
NUMBERS_SHOWN = 6
FIELDS_SHOWN = 40
FIELD_MAX = 300  # characters
_NO_TALK = frozenset(
    {"embeddings", "moderations", "images", "audio", "videos"}
)  # families whose inputs have no roles
INPUT = "input"  # stands where a message has its role
_ASKED = ("instructions", "prompt", "input")  # what says in words what is wanted
_SOUNDS = frozenset({"audio/mpeg", "audio/opus", "audio/ogg", "audio/aac", "audio/flac", "audio/wav"})
_STARTS = {b"\x89PNG": "png", b"\xff\xd8\xff": "jpeg", b"GIF8": "gif", b"RIFF": "webp"}


def call_cards(endpoint: str, data: dict[str, Any]) -> list[Card]:
    """What a call asks, as cards: its messages, or what stands in their place."""
    known, given = BY_NAME.get(endpoint), data.get("input")
    has_parts = isinstance(given, list) and any(isinstance(one, dict) for one in given)
    if known is not None and known.family in _NO_TALK and not has_parts:
        return asked_cards(data)
    return read_cards(data) or asked_cards(data)


def asked_cards(data: dict[str, Any]) -> list[Card]:
    """What a call without messages asks: its words, then the files that came along."""
    if "messages" in data:
        return []
    pieces = [piece for name in _ASKED for piece in _words(name, data.get(name))]
    files = [
        one
        for value in data.values()
        if is_file(value)
        for one in (value if isinstance(value, list) else [value])
    ]
    pieces += [
        Piece("text", f"{one['filename']} · {one['content_type']} · {one['bytes']:,} bytes", "file")
        for one in files
    ]
    return [Card(0, INPUT, "", tuple(pieces))] if pieces else []


def asked_fields(data: dict[str, Any]) -> list[tuple[str, str]]:
    """The fields of a call that asks nothing in words, their values as JSON, long ones cut."""
    told = [(name, value if isinstance(value, str) else _json(value)) for name, value in data.items()]
    return [
        (name, text if len(text) <= FIELD_MAX else f"{text[:FIELD_MAX]}…")
        for name, text in told[:FIELDS_SHOWN]
    ]


def _words(name: str, value: Any) -> list[Piece]:
    if isinstance(value, str):
        return [Piece("text", value, name if name == "instructions" else "")]
    texts = value if isinstance(value, list) else []
    if texts and type(texts[0]) is int:
        return [Piece("code", f"{len(texts):,} tokens: {texts[:NUMBERS_SHOWN]}")]
    many = len(texts) > 1
    titles = [f"{place} / {len(texts):,}" if many else "" for place in range(1, len(texts[:SHOWN]) + 1)]
    return [
        Piece("text", one, title) if isinstance(one, str) else Piece("media", _json(one), title)
        for one, title in zip(texts, titles, strict=False)
    ]


def reply_cards(row: Exchange, body: Body, reply: dict[str, Any]) -> list[Card]:
    """What a reply that is no chat completion holds; nothing for one that is told by its raw text alone."""
    if "error" in reply or "choices" in reply:
        return []
    sound = sound_of(row, body)
    pieces = [Piece("sound", "", f"{sound[0]}, {len(sound[1]):,} bytes")] if sound else []
    if isinstance(reply.get("text"), str):
        pieces.append(Piece("text", reply["text"]))
    for place, item in enumerate(_list(reply.get("data"))[:SHOWN]):
        pieces += _item(item, place)
    for result in _list(reply.get("results"))[:SHOWN]:
        pieces += _moderation(result)
    return [Card(0, "assistant", "", tuple(pieces))] if pieces else []


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _item(item: Any, place: int) -> list[Piece]:
    """A picture or a vector of a reply's `data`."""
    if not isinstance(item, dict):
        return []
    told = [Piece("text", item["revised_prompt"])] if isinstance(item.get("revised_prompt"), str) else []
    if picture_of(item) is not None:
        return [*told, Piece("image", item["b64_json"], str(place))]
    if isinstance(item.get("url"), str) and item["url"].startswith(("https://", "http://")):
        return [*told, Piece("link", item["url"])]
    vector = item.get("embedding")
    if isinstance(vector, list) and vector:
        numbers = ", ".join([_json(number)[:10] for number in vector[:NUMBERS_SHOWN]])
        return [Piece("code", f"[{numbers}, …]", f"{len(vector):,} × float")]
    if isinstance(vector, str):
        return [Piece("code", f"{vector[:48]}…", f"{len(vector) * 3 // 16:,} × float32, base64")]
    return told


def _moderation(result: Any) -> list[Piece]:
    if not isinstance(result, dict) or "flagged" not in result:
        return []
    categories = result.get("categories")
    found = (
        [name for name, value in categories.items() if value is True] if isinstance(categories, dict) else []
    )
    return [Piece("text", ", ".join(found) or "–", f"flagged: {_json(result['flagged'])}")]


def picture_of(item: dict[str, Any]) -> tuple[str, bytes] | None:
    """(type, bytes) of a picture that came inline; None for what no browser should be given."""
    text = item.get("b64_json")
    if not isinstance(text, str):
        return None
    for kind in _STARTS.values():
        found = read_picture(f"data:image/{kind};base64,{text}")
        start = next((known for start, known in _STARTS.items() if found and found[1].startswith(start)), "")
        if start == kind:
            return found
    return None


def reply_picture(body: Body, place: int) -> tuple[str, bytes] | None:
    """The picture at that place of a reply's `data`."""
    items = _list(read_object(body.reply_body).get("data"))
    item = items[place] if place < len(items) else None
    return picture_of(item) if isinstance(item, dict) else None


def sound_of(row: Exchange, body: Body) -> tuple[str, bytes] | None:
    """(type, bytes) of a reply that was heard, made again as it left."""
    endpoint = BY_NAME.get(row.endpoint)
    if endpoint is None or endpoint.raw is None or not row.status_code:
        return None
    call = Call(
        id=row.id,
        caller=row.caller,
        method=row.method,
        path=row.path,
        endpoint=row.endpoint,
        data=read_object(body.request_body),
    )
    raw = raw_of(Reply(body.reply_body.encode(), row.status_code), call, endpoint)
    if raw is None or raw.data is None or raw.content_type not in _SOUNDS:
        return None
    return raw.content_type, raw.data


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
