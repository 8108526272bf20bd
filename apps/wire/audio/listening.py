"""Reading a request to transcribe or translate: its file, its format, what makes it unusable."""

from typing import Any

from apps.wire.audio.length import seconds_of
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.errors import WireError, invalid_type, invalid_value, missing_parameter
from apps.wire.first_line import first_line
from apps.wire.jsongate import kind
from apps.wire.shelf import Shelf

FORMATS = ("json", "text", "srt", "verbose_json", "vtt")
DIARIZED = "diarized_json"
_ENDINGS = ("flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm")
# By how a model's name begins: the formats that it answers in; all others, the newest first.
_ONLY: dict[str, tuple[str, ...]] = {
    "gpt-4o-transcribe-diarize": ("json", "text", DIARIZED),
    "gpt-4o-transcribe": ("json", "text"),
    "gpt-4o-mini-transcribe": ("json", "text"),
}
_SPELLED = {
    "en": "english", "de": "german", "es": "spanish", "fr": "french", "it": "italian", "ja": "japanese",
    "ko": "korean", "nl": "dutch", "pl": "polish", "pt": "portuguese", "ru": "russian", "zh": "chinese",
}  # fmt: skip


def check_transcription(call: Call) -> None:
    """Raise WireError for a request that no answer can be made for."""
    _check(call, (*FORMATS, DIARIZED))


def check_translation(call: Call) -> None:
    _check(call, FORMATS)


def _check(call: Call, formats: tuple[str, ...]) -> None:
    data = call.data
    if not data.get("file"):
        raise missing_parameter("file")
    model = data.get("model")
    if model is None or model == "":
        raise missing_parameter("model")
    if not isinstance(model, str):
        raise invalid_type("model", expected="a string", got=kind(model))
    asked = data.get("response_format")
    if asked is not None and asked not in formats:
        raise invalid_value("response_format", str(asked), formats)
    only = next((some for name, some in _ONLY.items() if model.startswith(name)), formats)
    if asked is not None and asked not in only:
        named = " or ".join(f"'{one}'" for one in only)
        message = f"response_format '{asked}' is not compatible with model '{model}'. Use {named} instead."
        raise WireError(400, message, param="response_format", code="unsupported_value")
    _check_file(data["file"])


def _check_file(given: Any) -> None:
    if not isinstance(given, dict):
        raise invalid_type("file", expected="a file", got=kind(given))
    if given.get("bytes") == 0:
        message = "Audio file is too short. Minimum audio length is 0.1 seconds."
        raise WireError(400, message, param="file", code="audio_too_short")
    name = str(given.get("filename") or "")
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    if ending and ending not in _ENDINGS:
        message = f"Invalid file format. Supported formats: {list(_ENDINGS)}"
        raise WireError(400, message)


def format_of(call: Call) -> str:
    asked = call.data.get("response_format")
    if isinstance(asked, str) and asked in (*FORMATS, DIARIZED):
        return asked
    return "json"


def filename_of(call: Call) -> str:
    given = call.data.get("file")
    return str(given.get("filename") or "") if isinstance(given, dict) else ""


def duration_of(call: Call) -> float:
    """The seconds of the file; guessed by its size once its bytes are gone (a call that has waited)."""
    uploads = call.files.get("file")
    if uploads:
        return seconds_of(uploads[0].data)
    given = call.data.get("file")
    size = given.get("bytes") if isinstance(given, dict) else 0
    return seconds_of(b"", size if type(size) is int else 0)


def language_of(call: Call) -> str:
    """As whisper spells it."""
    asked = call.data.get("language")
    return _SPELLED.get(asked.lower(), asked) if isinstance(asked, str) and asked else "english"


def transcribe(call: Call, shelf: Shelf | None = None) -> Body:
    """The generated draft: a text that names the file."""
    return {
        "text": f"This is a mock transcription of {filename_of(call) or 'the audio'}. It has two sentences."
    }


def translate(call: Call, shelf: Shelf | None = None) -> Body:
    return {
        "text": f"This is a mock translation of {filename_of(call) or 'the audio'}. It has two sentences."
    }


def summary(call: Call) -> str:
    """The file's name, and the prompt if there is one."""
    prompt = call.data.get("prompt")
    return first_line(f"[{filename_of(call) or 'audio'}] {prompt if isinstance(prompt, str) else ''}")
