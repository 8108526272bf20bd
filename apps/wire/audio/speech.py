"""The audio.speech endpoint: a text becomes a file that plays, for as long as the text would take to say."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

import orjson

from apps.wire import sse, usage
from apps.wire.audio.formats import CONTENT_TYPES, audio
from apps.wire.audio.voice import VOICES, seconds
from apps.wire.bounds import beyond, beyond_length
from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint, Raw
from apps.wire.errors import invalid_type, invalid_value, missing_parameter, out_of_range
from apps.wire.first_line import first_line
from apps.wire.jsongate import kind

INPUT_MAX = 4096
SPEED_MIN, SPEED_MAX = 0.25, 4.0
_TOKENS_A_SECOND = 20  # of audio, as OpenAI's pricing page has it for speech, roughly
_EVENT_BYTES = 12 * 1024  # of audio in one event


def check(call: Call) -> None:
    """Raise WireError for a request that no answer can be made for."""
    data = call.data
    for name in ("model", "input", "voice"):
        value = data.get(name)
        if value is None or (name == "model" and value == ""):
            raise missing_parameter(name)
        if not isinstance(value, str) and not (name == "voice" and isinstance(value, dict)):
            raise invalid_type(name, expected="a string", got=kind(value))
    if not data["input"]:
        problem = "empty string. Expected a string with minimum length 1, but got an empty string instead."
        raise out_of_range("input", problem, code="empty_string")
    if error := beyond_length("input", data["input"], INPUT_MAX):
        raise error
    voice = data["voice"]
    if isinstance(voice, str) and voice not in VOICES and not voice.startswith("voice_"):
        raise invalid_value("voice", voice, VOICES)
    for name, choices in (("response_format", tuple(CONTENT_TYPES)), ("stream_format", ("sse", "audio"))):
        value = data.get(name)
        if value is not None and value not in choices:
            raise invalid_value(name, str(value), choices)
    _check_speed(data.get("speed"))


def _check_speed(speed: Any) -> None:
    if speed is None:
        return
    if type(speed) not in (int, float):
        raise invalid_type("speed", expected="a decimal", got=kind(speed))
    if error := beyond("speed", float(speed), SPEED_MIN, SPEED_MAX):
        raise error


def form_of(call: Call) -> str:
    """The format that is asked for."""
    asked = call.data.get("response_format")
    return asked if isinstance(asked, str) and asked in CONTENT_TYPES else "mp3"


def fill(draft: Body, call: Call) -> Body:
    """The whole body: a file as {"base64", "content_type"}, or the text that is spoken when it leaves, so
    that no journal has to keep the sound: {"text", "content_type", "seconds"}. Any of it is a short form."""
    body: Body = {"content_type": draft.get("content_type") or CONTENT_TYPES[form_of(call)]}
    if not isinstance(draft.get("base64"), str):
        asked = call.data.get("input")
        text = (
            draft["text"] if isinstance(draft.get("text"), str) else asked if isinstance(asked, str) else ""
        )
        length_s = draft.get("seconds")
        body["text"] = text
        body["seconds"] = length_s if _is_length(length_s) else round(seconds(text, _speed(call)), 2)
    body.update({key: draft[key] for key in draft if key not in body})
    return body


def _speed(call: Call) -> float:
    speed = call.data.get("speed")
    return min(max(float(speed), SPEED_MIN), SPEED_MAX) if isinstance(speed, (int, float)) else 1.0


def is_whole(body: Body) -> bool:
    return isinstance(body.get("content_type"), str) and (
        isinstance(body.get("base64"), str)
        or (isinstance(body.get("text"), str) and _is_length(body.get("seconds")))
    )


def _is_length(value: Any) -> bool:
    return type(value) in (int, float) and 0 < value <= 60


def raw(body: Body, call: Call) -> Raw | None:
    """The file; None for a body that says nothing of one, or base64 that is none."""
    content_type = body.get("content_type")
    given = body.get("base64")
    if not isinstance(content_type, str) or not content_type.isprintable() or not content_type.isascii():
        content_type = CONTENT_TYPES[form_of(call)]
    if isinstance(given, str):
        try:
            return Raw(content_type, b64decode(given, validate=True))
        except (binascii.Error, ValueError):
            return None
    length_s = body.get("seconds")
    if not _is_length(length_s):
        return None
    form = next((name for name, known in CONTENT_TYPES.items() if known == content_type), form_of(call))
    voice = call.data.get("voice")
    return Raw(content_type, audio(form, voice if isinstance(voice, str) else "", float(length_s or 1)))


def frames(body: Body, call: Call) -> Iterator[bytes]:
    """The events of `stream_format: "sse"`: the file in pieces, then what it cost."""
    made = raw(body if is_whole(body) else fill(body, call), call)
    data = made.data if made and made.data else b""
    for start in range(0, len(data), _EVENT_BYTES):
        piece = b64encode(data[start : start + _EVENT_BYTES]).decode()
        yield sse.event(orjson.dumps({"type": "speech.audio.delta", "audio": piece}))
    spent = body.get("usage") or _usage(body, call)
    yield sse.event(orjson.dumps({"type": "speech.audio.done", "usage": spent}))


def _usage(body: Body, call: Call) -> Body:
    text = call.data.get("input")
    read = usage.count([text if isinstance(text, str) else ""], call.model)[0]
    length_s = body.get("seconds")
    spoken = max(1, round(_TOKENS_A_SECOND * length_s)) if isinstance(length_s, (int, float)) else 1
    return {"input_tokens": read, "output_tokens": spoken, "total_tokens": read + spoken}


def summary(call: Call) -> str:
    return first_line(call.data.get("input"))


SPEECH = Endpoint(
    name="audio.speech",
    method="POST",
    path="/audio/speech",
    family="audio",
    check=check,
    fill=fill,
    is_whole=is_whole,
    auto=lambda call, shelf: {},
    summary=summary,
    frames=frames,
    raw=raw,
    short_forms=('{"text": "…"}', '{"seconds": 2.5}', '{"base64": "…"}'),
)
