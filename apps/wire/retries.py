"""What SDKs do after an answer: whether they ask again, and how long they have to wait before."""

from collections.abc import Iterable
from email.utils import parsedate_to_datetime

from apps.wire.faults.row import CLEAN, RESET
from apps.wire.faults.table import FAULTS

RETRIED = frozenset({408, 409, 429})  # and every 5xx: openai-python's and openai-node's `should_retry`
# Names of faults, by what docs/faults.md shows that SDKs make of them: those that break the connection and do
# not answer; those that break off an answer (SDKs raise, and retry a whole one, never a stream); those that
# end a stream too early but properly (SDKs take it for all); both.
BREAKING = frozenset(row.name for row in FAULTS if row.end == RESET and row.alone)
CUTTING = frozenset(row.name for row in FAULTS if row.end != CLEAN) - BREAKING
SILENT = frozenset(row.name for row in FAULTS if row.is_silent)
TRUNCATING = CUTTING | SILENT


def is_retried(status: int | None, *, x_should_retry: bool | None = None) -> bool:
    """Whether SDKs ask again after that status (None: the connection broke); the header is obeyed first."""
    if status is None:
        return True
    return x_should_retry if x_should_retry is not None else status in RETRIED or status >= 500


def read_should_retry(headers: Iterable[tuple[str, str]]) -> bool | None:
    """What `x-should-retry` says; None where it says neither true nor false."""
    said = {name.lower(): value for name, value in headers}.get("x-should-retry")
    return {"true": True, "false": False}.get(said or "")


def read_retry_after(headers: Iterable[tuple[str, str]], *, now: float) -> tuple[str, float] | None:
    """The name of the header that SDKs go by and the seconds that it asks for; None without one.

    `retry-after-ms` is read first; `retry-after` is seconds or a date (RFC 9110, 10.2.3), as seconds from
    `now`, the moment of the answer.
    """
    named = {name.lower(): value for name, value in headers}
    found = _number(named.get("retry-after-ms"))
    if found is not None:
        return "retry-after-ms", found / 1000
    text = named.get("retry-after")
    found = _number(text)
    if found is None and text:
        found = _until(text, now)
    return None if found is None else ("retry-after", found)


def _number(text: str | None) -> float | None:
    try:
        found = float(text or "")
    except ValueError:
        return None
    return found if 0 <= found < 1e9 else None


def _until(text: str, now: float) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError):
        return None
