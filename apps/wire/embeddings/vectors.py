"""Vectors of texts: hashed words and pieces of words, so that texts which share words lie close together.

No model and no weights: each feature of a text (a word, three letters of one, the text as a whole)
adds to a few places that its hash names. The places lie in nested ranges, the first 8, 64, 512, 1536
and all, so that a vector that is cut short still tells texts apart: as with the real models, asking for
fewer `dimensions` gives the beginning of the full vector, scaled back to unit length. A faint vector
that all texts share fills the rest, for no real embedding is mostly zeros.

Only the places that a text touches cost anything: 100 texts of 20 words take some milliseconds.
"""

import math
import random
import re
from array import array
from base64 import b64encode
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2s
from itertools import chain
from zlib import crc32

WIDTH = 3072  # of the widest model; a narrower one is its beginning
Ranges = tuple[tuple[int, float], ...]  # (how wide, how strong a feature is there)
_OF_WORDS: Ranges = ((8, 0.15), (64, 0.3), (512, 0.55), (1536, 0.6), (3072, 0.5))
_OF_PIECES: Ranges = ((256, 1.0),)
_SHARED = 0.2  # the length of what all vectors have in common: unrelated texts have a cosine of its square
_WHOLE = 0.08  # of the text as it stands: what differs in a comma differs a little
_PIECE = 0.3  # of three letters, beside 1 of their word
_RARE_AT = 7  # letters, from which on a word weighs in full

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|[^\W_]+")
_COMMON_WORDS = """
a an and are as at be but by for from had has have he her his i in is it its me my no not of on or our she so
that the their them then there they this to was we were what which who will with you your
"""
_COMMON = frozenset(_COMMON_WORDS.split())

Places = tuple[tuple[int, float], ...]


def vector(text: str | Sequence[int], dimensions: int, full: int = 0) -> bytes:
    """The unit vector of a text or of its tokens, as little-endian float32; the beginning of that of `full`
    dimensions. A text and its tokens have different vectors: what a token stands for is not known here.
    """
    if isinstance(text, str):
        places = _gathered(_WORD.findall(text.lower()), text)
    else:
        tokens = [f"#{token}" for token in text]
        places = _gathered(tokens, " ".join(tokens))
    return _scaled(places, dimensions, max(full, dimensions))


def floats(packed: bytes) -> list[float]:
    """The numbers of a packed vector."""
    return _native(array("f", packed)).tolist()


def pack(numbers: list[float]) -> bytes:
    """Little-endian float32; raises TypeError or OverflowError for what is no such number."""
    return _native(array("f", numbers)).tobytes()


def base64_text(packed: bytes) -> str:
    return b64encode(packed).decode()


def _native(numbers: "array[float]") -> "array[float]":
    if _BIG_ENDIAN:
        numbers.byteswap()
    return numbers


_BIG_ENDIAN = array("H", [1]).tobytes() == b"\0\1"


def _gathered(words: list[str], whole: str) -> dict[int, float]:
    """What a text adds to which place: each of its words once, and the whole of it."""
    places: defaultdict[int, float] = defaultdict(float)
    unique = dict.fromkeys(words)
    for place, weight in chain.from_iterable(map(_word, unique)):
        places[place] += weight
    strength = _WHOLE * math.sqrt(len(unique)) or 1.0
    for place, weight in enumerate(_signature(whole)):
        places[place] += strength * weight
    return places


@lru_cache(maxsize=32768)
def _word(word: str) -> Places:
    """The places of a word and of the pieces that it shares with its relatives."""
    weight = _weight(word)
    places = {place: weight * strength for place, strength in _feature(word)}
    framed = f"<{word}>"
    for start in range(len(framed) - 2) if 3 < len(word) < 40 and word[0] != "#" else ():
        for place, strength in _piece(framed[start : start + 3]):
            places[place] = places.get(place, 0.0) + _PIECE * weight * strength
    return tuple(places.items())


def _weight(word: str) -> float:
    """How much a word tells: a long one more than a short one, a late token more than an early one."""
    if word[0] == "#":
        return min(1.0, 0.3 + int(word[1:]) / 20_000)
    if word > "\u3000":  # a sign of a script that writes no spaces is a word
        return 0.8
    return 0.15 if word in _COMMON else min(1.0, 0.4 + 0.6 * len(word) / _RARE_AT)


@lru_cache(maxsize=16384)
def _piece(letters: str) -> Places:
    return _feature("~" + letters, _OF_PIECES)


def _feature(name: str, ranges: Ranges = _OF_WORDS) -> Places:
    """The places of one feature: one in each range, up or down."""
    data = name.encode("utf-8", "surrogatepass")
    low, high = crc32(data), crc32(data, 0x9E3779B9)
    bits = low | high << 32
    return tuple(
        [
            ((bits >> 12 * rank & 0xFFFFFF) % width, weight if bits >> 59 - rank & 1 else -weight)
            for rank, (width, weight) in enumerate(ranges)
        ]
    )


def _signature(whole: str) -> list[float]:
    """Eight numbers that tell a text from all others, however few of its dimensions are kept."""
    data = whole.encode("utf-8", "surrogatepass")
    return [byte / 1024 - 0.125 for byte in blake2s(data, digest_size=8).digest()]


def _scaled(places: dict[int, float], dimensions: int, full: int) -> bytes:
    """At unit length in all `full` dimensions, then cut to those that are asked for, again at unit length.

    The shared vector stays as long as it is, the text's own part fills what is left of 1:
    |s + k·o| = 1 for the shared s and the own o.
    """
    shared = _shared(full)
    squares, along = _sums(places, shared, full)
    rest = 1.0 - _SHARED * _SHARED
    factor = (math.sqrt(along * along + squares * rest) - along) / squares
    numbers = shared[:dimensions]
    for place, weight in places.items():
        if place < dimensions:
            numbers[place] += factor * weight
    if dimensions < full:
        length = math.sqrt(sum([number * number for number in numbers])) or 1.0
        numbers = array("f", [number / length for number in numbers])
    return _native(numbers).tobytes()


def _sums(places: dict[int, float], shared: "array[float]", full: int) -> tuple[float, float]:
    """|o|² and s·o."""
    squares = along = 0.0
    for place, weight in places.items():
        if place < full:
            squares += weight * weight
            along += shared[place] * weight
    return squares, along


@lru_cache(maxsize=64)
def _shared(full: int) -> "array[float]":
    """The vector that all texts have in common."""
    rng = random.Random(20)  # the same numbers everywhere and always
    numbers = [rng.gauss(0, 1) for _ in range(full)]
    length = math.sqrt(sum([number * number for number in numbers]))
    return array("f", [_SHARED * number / length for number in numbers])
