"""What speech sounds like here: soft syllables of a few harmonics, over and over."""

import math
import random
from array import array
from functools import lru_cache

RATE = 24_000  # samples a second, mono, 16 bits: what OpenAI's pcm is
LOOP_S = 2.4
CHARACTERS_A_SECOND = 15  # that are spoken at speed 1
LONGEST_S = 60.0  # a text of any length is spoken in that time
# The pitch of each voice, in hertz.
VOICES: dict[str, int] = {
    "alloy": 165, "ash": 125, "ballad": 140, "coral": 210, "echo": 120, "fable": 180, "onyx": 95, "nova": 220,
    "sage": 190, "shimmer": 235, "verse": 150, "marin": 200, "cedar": 110,
}  # fmt: skip
_DEFAULT = "alloy"
# Of one loop: how long each syllable sounds, and the silence after it, in milliseconds.
_RHYTHM = (
    (170, 20),
    (130, 60),
    (210, 30),
    (150, 20),
    (180, 110),
    (140, 20),
    (190, 30),
    (160, 40),
    (240, 200),
)


def seconds(text: str, speed: float) -> float:
    """How long a text is spoken."""
    return min(LONGEST_S, max(0.3, len(text) / CHARACTERS_A_SECOND / speed))


def samples(voice: str, length_s: float) -> bytes:
    """That much of a voice: 16 bits each, little-endian."""
    loop = _loop(VOICES.get(voice, VOICES[_DEFAULT]))
    size = 2 * round(length_s * RATE)
    return (loop * (size // len(loop) + 1))[:size]


@lru_cache(maxsize=len(VOICES))
def _loop(pitch: int) -> bytes:
    rng = random.Random(7)
    made = array("h")
    for sounding_ms, silent_ms in _RHYTHM:
        made.extend(_syllable(pitch * rng.uniform(0.88, 1.2), sounding_ms, rng.uniform(0.25, 0.7)))
        made.extend([0] * (RATE * silent_ms // 1000))
    made.extend([0] * (round(LOOP_S * RATE) - len(made)))
    if array("H", [1]).tobytes() == b"\0\1":  # a big-endian machine
        made.byteswap()
    return made.tobytes()


def _syllable(pitch: float, length_ms: int, bright: float) -> list[int]:
    """A tone that swells and fades, and falls a little, as a syllable does."""
    count = RATE * length_ms // 1000
    sine, turn = math.sin, 2 * math.pi * pitch / RATE
    made = []
    for place in range(count):
        share = place / count
        angle = turn * place * (1.02 - 0.04 * share)
        swell = min(1.0, 8 * share) * (1 - share) ** 0.7
        wave = sine(angle) + bright * sine(2 * angle) + 0.5 * bright * sine(3 * angle)
        made.append(int(7000 * swell * wave))
    return made
