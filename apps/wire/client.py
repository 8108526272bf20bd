"""What an SDK says of itself in its headers: which retry this is, and how long it will wait."""

from functools import lru_cache


@lru_cache(maxsize=1024)
def retry_and_patience(headers: tuple[tuple[str, str], ...]) -> tuple[int, float | None]:
    """(0 for the first try, seconds of patience or None), from openai-python's and openai-node's headers."""
    named = dict(headers)
    patience = named.get("x-stainless-read-timeout") or named.get("x-stainless-timeout") or ""
    return _whole_number(named.get("x-stainless-retry-count", "")), _seconds(patience)


def _whole_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 0


def _seconds(text: str) -> float | None:
    """A client's own patience, as the SDKs send it; anything else is none."""
    try:
        found = float(text)
    except ValueError:
        return None
    return found if 0 < found < 1e7 else None
