"""Rate limits as OpenAI tells of them: headers on every answer, and the 429 of a limit that is used up."""

from collections.abc import Iterable
from math import ceil
from typing import NamedTuple

from apps.wire.errors import WireError

REQUESTS = "requests"
TOKENS = "tokens"
_SHORT = {REQUESTS: "RPM", TOKENS: "TPM"}
_HELP = "Visit https://platform.openai.com/account/rate-limits to learn more."
_FUZZ = 1e-6  # what adding and taking away floats leaves behind


class Level(NamedTuple):
    """How full a bucket is: `used` of `limit` requests or tokens a minute; it flows back evenly."""

    kind: str
    limit: int
    used: float

    @property
    def remaining(self) -> int:
        return max(0, int(self.limit - self.used + _FUZZ))

    @property
    def reset_s(self) -> float:
        """When all of it is there again."""
        return self.used * 60 / self.limit

    def wait_s(self, needed: int) -> float:
        """How long until so much is there; 0 when it is there now."""
        over = self.used + needed - self.limit
        return over * 60 / self.limit if over > _FUZZ else 0.0


def limit_headers(levels: Iterable[Level]) -> tuple[tuple[str, str], ...]:
    """The x-ratelimit headers of the tightest bucket of each kind."""
    tightest: dict[str, Level] = {}
    for level in levels:
        known = tightest.get(level.kind)
        if known is None or level.remaining < known.remaining:
            tightest[level.kind] = level
    return tuple(
        header
        for kind, level in tightest.items()
        for header in (
            (f"x-ratelimit-limit-{kind}", str(level.limit)),
            (f"x-ratelimit-remaining-{kind}", str(level.remaining)),
            (f"x-ratelimit-reset-{kind}", duration(level.reset_s)),
        )
    )


def reached(level: Level, *, model: str, needed: int, headers: tuple[tuple[str, str], ...]) -> WireError:
    """The real service's words when a bucket has less than a call needs; `headers` are all buckets' own.

    What is larger than the whole limit never gets through, so that no time is named for it.
    """
    about = f"for {model[:200]} in organization org-mockopenai on {level.kind} per min ({_SHORT[level.kind]})"
    if needed > level.limit:
        message = (
            f"Request too large {about}: Limit {level.limit}, Requested {needed}. "
            f"The input or output tokens must be reduced in order to run successfully. {_HELP}"
        )
        return WireError(429, message, type=level.kind, code="rate_limit_exceeded", headers=headers)
    wait_ms = max(1, ceil(level.wait_s(needed) * 1000 - 1e-3))
    used = min(level.limit, ceil(level.used - _FUZZ)) if level.kind == REQUESTS else ceil(level.used - _FUZZ)
    message = (
        f"Rate limit reached {about}: Limit {level.limit}, Used {used}, Requested {needed}. "
        f"Please try again in {duration(wait_ms / 1000)}. {_HELP}"
    )
    waits = (("retry-after", str(ceil(wait_ms / 1000))), ("retry-after-ms", str(wait_ms)))
    return WireError(429, message, type=level.kind, code="rate_limit_exceeded", headers=(*waits, *headers))


def duration(seconds: float) -> str:
    """As Go writes one: 0s, 8ms, 1.446s, 6m0s, 1h0m0s; rounded up to a millisecond."""
    ms = ceil(seconds * 1000 - 1e-3)  # a microsecond is what adding up floats may leave
    if ms <= 0:
        return "0s"
    if ms < 1000:
        return f"{ms}ms"
    minutes, ms = divmod(ms, 60_000)
    rest = f"{ms / 1000:g}s"
    if not minutes:
        return rest
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes}m{rest}" if hours else f"{minutes}m{rest}"
