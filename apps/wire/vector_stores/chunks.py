"""The text of a file, cut into chunks that overlap, and how near a chunk is to what is searched."""

import re
from functools import lru_cache
from operator import mul
from typing import Any

from apps.wire.embeddings.vectors import floats, vector

CHARACTERS = 4  # of a token, roughly
WIDTH = 512  # dimensions that chunks are compared in
TEXT_MAX = 4_000_000  # characters of a file that are read
_PRINTABLE = re.compile(rb"[\x20-\x7e\t\r\n]{4,}")


def text_of(content: bytes) -> str:
    """What can be read in a file: its text, or of one that is no text its printable pieces."""
    try:
        return content[: 4 * TEXT_MAX].decode()[:TEXT_MAX]
    except UnicodeDecodeError:
        return b"\n".join(_PRINTABLE.findall(content[:TEXT_MAX])).decode()


def chunks(text: str, strategy: Any) -> list[str]:
    """The chunks of a text by a `chunking_strategy`; they end between words."""
    static = strategy.get("static") if isinstance(strategy, dict) else None
    static = static if isinstance(static, dict) else {}
    size = CHARACTERS * _number(static.get("max_chunk_size_tokens"), 800)
    step = max(CHARACTERS, size - CHARACTERS * _number(static.get("chunk_overlap_tokens"), 400))
    found, start = [], 0
    while start < len(text):
        end = start + size
        space = text.rfind(" ", start + step // 2, end) if end < len(text) else -1
        found.append(text[start : space if space > 0 else end].strip())
        if end >= len(text):
            break
        after = text.find(" ", start + step, start + size)
        start = after + 1 if after > 0 else start + step
    return [one for one in found if one]


def nearness(query: str, chunk: str) -> float:
    """From 0 to 1, the higher the nearer."""
    cosine = float(sum(map(mul, _vector(query), _vector(chunk))))
    return max(0.0, min(1.0, cosine))


@lru_cache(maxsize=4096)
def _vector(text: str) -> list[float]:
    return floats(vector(text, WIDTH))


def _number(value: Any, default: int) -> int:
    return value if isinstance(value, int) and 0 <= value <= 4096 else default
