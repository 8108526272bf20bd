"""Audio files of a length: wav and flac around our own samples, the others cut from a loop.

No codec is at work here. The loops lie beside this module; tools/babble.py made them.
"""

import struct
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from apps.wire.audio import flac, ogg
from apps.wire.audio.voice import RATE, samples

CONTENT_TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
_MP3_SAMPLES, _AAC_SAMPLES = 576, 1024  # of a frame, at 24,000 a second
_HERE = Path(__file__).parent


class Voice(NamedTuple):
    """Who speaks for how long, in seconds."""

    name: str
    length_s: float


@lru_cache(maxsize=8)
def audio(form: str, voice: str, length_s: float) -> bytes:
    """A file that plays for that long; `form` is one of CONTENT_TYPES."""
    return _MAKERS[form](Voice(voice, length_s))


def wav(pcm: bytes, rate: int = RATE) -> bytes:
    """A RIFF file around 16-bit samples of one channel."""
    head = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, rate, 2 * rate, 2, 16)
    return (
        struct.pack("<4sI4s", b"RIFF", 36 + len(pcm), b"WAVE")
        + head
        + struct.pack("<4sI", b"data", len(pcm))
        + pcm
    )


def _pcm(voice: Voice) -> bytes:
    return samples(voice.name, voice.length_s)


def _mp3(voice: Voice) -> bytes:
    return _repeated(_mp3_frames(), voice.length_s * RATE / _MP3_SAMPLES)


def _aac(voice: Voice) -> bytes:
    return _repeated(_aac_frames(), voice.length_s * RATE / _AAC_SAMPLES)


def _opus(voice: Voice) -> bytes:
    packets = ogg.packets((_HERE / "babble.opus").read_bytes())
    return ogg.opus_file(packets, voice.length_s)


def _repeated(frames: tuple[bytes, ...], count: float) -> bytes:
    whole = max(1, round(count))
    return b"".join([frames[place % len(frames)] for place in range(whole)])


@cache
def _mp3_frames() -> tuple[bytes, ...]:
    """MPEG-2 layer III at 32 kbit/s and 24,000 Hz: frames of 96 bytes, none of which needs the one before."""
    data = (_HERE / "babble.mp3").read_bytes()
    return tuple([data[start : start + 96] for start in range(0, len(data) - 95, 96)])


@cache
def _aac_frames() -> tuple[bytes, ...]:
    """ADTS frames: 13 bits in their head say how long they are."""
    data, frames, at = (_HERE / "babble.aac").read_bytes(), [], 0
    while at + 7 <= len(data):
        size = (data[at + 3] & 3) << 11 | data[at + 4] << 3 | data[at + 5] >> 5
        frames.append(data[at : at + size])
        at += size
    return tuple(frames)


_MAKERS: dict[str, Callable[[Voice], bytes]] = {
    "mp3": _mp3,
    "opus": _opus,
    "aac": _aac,
    "flac": lambda voice: flac.file(_pcm(voice), RATE),
    "wav": lambda voice: wav(_pcm(voice)),
    "pcm": _pcm,
}
