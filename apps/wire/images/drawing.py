"""The picture that stands for a prompt: a sky, a sun and hills in colours of its own, with its first words.

The same seed gives the same picture, byte for byte; some milliseconds for 1024 × 1024.
"""

import colorsys
import random
from functools import lru_cache
from typing import NamedTuple

from apps.wire.images import font
from apps.wire.images.png import Colour, Size, png

STAGES = 4  # a picture is whole at the last; before, there is less in it
_SKY = 64  # shades of the sky
_SUN, _HILLS, _PLATE, _INK = _SKY, _SKY + 1, _SKY + 4, _SKY + 5


class Hill(NamedTuple):
    """The upper half of an ellipse, of a colour; in shares of the picture's width and height."""

    middle: float
    half_width: float
    top: float
    colour: int


@lru_cache(maxsize=32)
def draw(seed: str, words: str, size: Size, *, transparent: bool = False, stage: int = STAGES) -> bytes:
    """A PNG file. A transparent background leaves the sky out."""
    rng = random.Random(seed)
    palette = _palette(rng)
    sun = (rng.uniform(0.2, 0.8), rng.uniform(0.18, 0.4), rng.uniform(0.07, 0.13))
    hills = [
        Hill(
            rng.uniform(0, 1),
            rng.uniform(0.35, 0.8),
            0.5 + 0.14 * layer + rng.uniform(0, 0.1),
            _HILLS + layer,
        )
        for layer in range(3)
        for _ in range(2)
    ]
    picture = [bytearray([row * _SKY // size.height]) * size.width for row in range(size.height)]
    if stage > 1:
        _draw_sun(picture, size, *sun)
    for hill in hills[: 2 * (stage - 1)]:
        _draw_hill(picture, size, hill)
    if stage >= STAGES:
        _write(picture, size, words)
    return png(size, map(bytes, picture), palette, transparent=range(_SKY) if transparent else ())


def _palette(rng: random.Random) -> list[Colour]:
    hue, turn = rng.random(), rng.uniform(0.08, 0.4)
    sky = [
        _colour(hue + turn * place / _SKY * 0.4, 0.55 - 0.4 * place / _SKY, 0.7 + 0.28 * place / _SKY)
        for place in range(_SKY)
    ]
    hills = [_colour(hue + turn, 0.35 + 0.15 * layer, 0.62 - 0.18 * layer) for layer in range(3)]
    return [*sky, _colour(hue + 0.5, 0.25, 1.0), *hills, (255, 255, 255), (38, 38, 46)]


def _colour(hue: float, saturation: float, value: float) -> Colour:
    red, green, blue = colorsys.hsv_to_rgb(hue % 1, saturation, value)
    return int(255 * red), int(255 * green), int(255 * blue)


def _draw_sun(picture: list[bytearray], size: Size, x: float, y: float, radius: float) -> None:
    reach = radius * min(size)
    middle = y * size.height
    for row in range(max(0, int(middle - reach)), min(size.height, int(middle + reach) + 1)):
        half = (reach * reach - (row - middle) ** 2) ** 0.5 if abs(row - middle) < reach else 0.0
        _span(picture[row], x * size.width - half, x * size.width + half, _SUN)


def _draw_hill(picture: list[bytearray], size: Size, hill: Hill) -> None:
    height = (1.15 - hill.top) * size.height
    for row in range(int(hill.top * size.height), size.height):
        share = (1.15 * size.height - row) / height
        half = hill.half_width * size.width * max(0.0, 1 - share * share) ** 0.5
        _span(picture[row], hill.middle * size.width - half, hill.middle * size.width + half, hill.colour)


def _span(row: bytearray, start: float, end: float, colour: int) -> None:
    left, right = max(0, round(start)), min(len(row), round(end))
    if left < right:
        row[left:right] = bytes([colour]) * (right - left)


def _write(picture: list[bytearray], size: Size, words: str) -> None:
    """The words on a plate near the lower edge, as large as they fit, on one line or two."""
    lines = [line for line in (font.rows(part) for part in _broken(words)) if line[0]]
    wide = max((len(line[0]) for line in lines), default=0)
    dot = min(size.width * 9 // 10 // max(wide + 4, 1), size.height // 40)
    if not lines or dot < 1:
        return
    tall = len(lines) * (font.HEIGHT + 3) + 2
    left, top = (size.width - (wide + 4) * dot) // 2, size.height - (tall + 4) * dot
    for row in range(tall * dot):
        _span(picture[top + row], left, left + (wide + 4) * dot, _PLATE)
    for number, line in enumerate(lines):
        for height, dots in enumerate(line):
            start = top + (number * (font.HEIGHT + 3) + 2 + height) * dot
            for place in [place for place, is_set in enumerate(dots) if is_set]:
                for row in range(start, start + dot):
                    _span(picture[row], left + (place + 2) * dot, left + (place + 3) * dot, _INK)


def _broken(words: str) -> list[str]:
    """One line, or two of about the same length."""
    if len(words) <= 20:
        return [words]
    middle = words.rfind(" ", 0, len(words) // 2 + 4)
    return [words] if middle < 1 else [words[:middle], words[middle + 1 :]]
