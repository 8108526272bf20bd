"""Sound in a chat completion: an automatic answer that is spoken, and how a spoken one is streamed."""

from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from apps.wire.audio.formats import audio
from apps.wire.audio.voice import seconds
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.errors import WireError
from apps.wire.pieces import pieces

FORMS = {"wav": "wav", "aac": "aac", "mp3": "mp3", "flac": "flac", "opus": "opus", "pcm16": "pcm"}
STREAMED = "pcm16"
KEPT_S = 3600  # how long the service knows a sound by its id
TOKENS_A_SECOND = 20
_DELTA_CHARS = 16 * 1024  # of base64, whole groups of four: each delta can be played on its own


def is_wanted(call: Call) -> bool:
    """Whether the answer is to be heard."""
    modalities = call.data.get("modalities")
    return isinstance(modalities, list) and "audio" in modalities


def spoken(text: str, call: Call, digest: str) -> tuple[Body, int]:
    """(a message's `audio` that says the text, its tokens); raises WireError for a format that cannot be
    streamed."""
    asked = call.data.get("audio")
    asked = asked if isinstance(asked, dict) else {}
    form, voice = asked.get("format"), asked.get("voice")
    form = form if isinstance(form, str) and form in FORMS else STREAMED if call.stream else "wav"
    if call.stream and form != STREAMED:
        message = (
            f"Unsupported value: 'audio.format' does not support '{form}' when stream=true. Supported "
            f"values are: '{STREAMED}'."
        )
        raise WireError(400, message, param="audio.format", code="unsupported_value")
    length_s = round(seconds(text, 1.0), 2)
    sound = audio(FORMS[form], voice if isinstance(voice, str) else "", length_s)
    made: Body = {
        "id": f"audio_{digest[:32]}",
        "data": b64encode(sound).decode(),
        "expires_at": int(call.received_at) + KEPT_S,
        "transcript": text,
    }
    return made, max(1, round(TOKENS_A_SECOND * length_s))


def is_whole(sound: Any) -> bool:
    """Whether a message's `audio` is valid for the type that SDKs read; none is."""
    return sound is None or (
        isinstance(sound, dict)
        and all(isinstance(sound.get(key), str) for key in ("id", "data", "transcript"))
        and type(sound.get("expires_at")) is int
    )


def deltas(sound: Body) -> Iterator[Body]:
    """What the chunks say of a sound: its id, what it says, its bytes, and in the last how long it is kept.
    Put together they are the sound again: the id comes once."""
    data, transcript = sound.get("data"), sound.get("transcript")
    cut = {"data", "transcript", "expires_at"}
    yield {"audio": {key: value for key, value in sound.items() if key not in cut} | {"transcript": ""}}
    for piece in pieces(transcript) if isinstance(transcript, str) else ():
        yield {"audio": {"transcript": piece}}
    if isinstance(data, str):
        for start in range(0, len(data), _DELTA_CHARS):
            yield {"audio": {"data": data[start : start + _DELTA_CHARS]}}
    if "expires_at" in sound:
        yield {"audio": {"expires_at": sound["expires_at"]}}
