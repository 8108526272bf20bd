"""What an SDK says of itself in its headers: which retry this is, and how long it will wait."""

from functools import lru_cache

DEFAULT_RETRIES = 2  # openai-python's and openai-node's max_retries, unless it was set


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


def tries_in_all(headers: tuple[tuple[str, str], ...]) -> int | None:
    """How often an SDK with its default of two retries tries; None when it is none, or has another number."""
    named = dict(headers)
    if "x-stainless-retry-count" not in named or retry_and_patience(headers)[0] > DEFAULT_RETRIES:
        return None
    return 1 + DEFAULT_RETRIES
