"""Headers without their secrets: enough is left to tell one key from another."""

import re
from collections.abc import Iterable
from functools import lru_cache

_SECRET = re.compile(r"authorization|cookie|token|secret|key|password|credential|signature", re.I)
_SCHEME = re.compile(r"(Bearer|Basic|Digest|Token|ApiKey) +", re.I)
# Names that look like it but hold none; Idempotency-Key is needed to follow retries.
_HARMLESS = frozenset({"idempotency-key", "sec-websocket-key", "x-ratelimit-limit-tokens"})


def safe_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The same headers; a secret value is kept as its last four characters: `Bearer …3f9a`."""
    return tuple([(name, _mask(value) if is_secret(name) else value) for name, value in headers])


@lru_cache(maxsize=512)
def is_secret(name: str) -> bool:
    """Whether a header of that name holds what must not be kept or shown."""
    return name.lower() not in _HARMLESS and _SECRET.search(name) is not None


def _mask(value: str) -> str:
    scheme = _SCHEME.match(value)
    start = scheme.end() if scheme else 0
    secret = value[start:]
    return value[:start] + ("…" + secret[-4:] if len(secret) >= 8 else "…")
