"""The span of time that figures are about, as a page or a script asks for it."""

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from apps.stats.rollup import MINUTES_KEPT_S
from apps.stats.summing import HOUR_S, MINUTE_S

SPANS = {"15m": 900, "1h": 3600, "24h": 86_400, "7d": 604_800}
DEFAULT = "1h"
MINUTES_UP_TO_S = 6 * 3600  # longer spans are read by the hour
DAY_S = 86_400
LONGEST_S = 366 * DAY_S


class SpanError(ValueError):
    """What is wrong with a span, for whoever asked for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From `since` (a multiple of `step_s`) to `until`, in unix seconds; read from rollups of `span_s`."""

    name: str  # of SPANS, or "custom"
    since: int
    until: int
    step_s: int
    span_s: int

    @property
    def starts(self) -> range:
        """The beginnings of its steps."""
        return range(self.since, max(self.until, self.since + 1), self.step_s)


def read_span(params: Mapping[str, str], now: float | None = None) -> Span:
    """From ?span=1h, or ?since=…&until=… (unix seconds or ISO 8601, UTC unless it says); raises SpanError."""
    now_s = math.ceil(time.time() if now is None else now)
    if params.get("since"):
        since = _moment(params["since"], "since")
        until = _moment(params["until"], "until") if params.get("until") else now_s
        if not since < until:
            raise SpanError("until has to be later than since.")
        if until - since > LONGEST_S:
            raise SpanError("A span has at most 366 days.")
        return _span("custom", since, until, now_s)
    name = params.get("span") or DEFAULT
    if name not in SPANS:
        raise SpanError(f"span is one of {', '.join(SPANS)}; or give since and until.")
    return _span(name, now_s - SPANS[name], now_s, now_s)


def _span(name: str, since: int, until: int, now_s: int) -> Span:
    length_s = until - since
    if length_s <= MINUTES_UP_TO_S and since > now_s - MINUTES_KEPT_S:
        span_s, step_s = MINUTE_S, MINUTE_S if length_s <= 2 * HOUR_S else 5 * MINUTE_S
    else:
        span_s, step_s = HOUR_S, HOUR_S if length_s <= 14 * DAY_S else DAY_S
    return Span(name=name, since=since - since % step_s, until=until, step_s=step_s, span_s=span_s)


def _moment(text: str, name: str) -> int:
    if re.fullmatch(r"\d{1,11}(\.\d+)?", text):
        return int(float(text))
    try:
        found = datetime.fromisoformat(text)
        return int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    except (ValueError, OverflowError):
        raise SpanError(f"{name} is a time in unix seconds or as 2026-01-31T12:00.") from None
