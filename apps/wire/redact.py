"""Headers without their secrets: enough is left to tell one key from another."""

import re
from collections.abc import Iterable
from functools import lru_cache

MASK = "…"

_SECRET = re.compile(
    r"authori[sz]|auth(?!or)|cookie|token|secret|key|passw|credential|signature|session|jwt|[cx]srf|assertion"
    r"|cert(?!ai)|(?:^|[^a-z])(?:sid|sig|pwd|pass|otp)(?:$|[^a-z])",
    re.I,
)
_SCHEME = re.compile(r"(Bearer|Basic|Digest|Token|ApiKey) +", re.I)
# Names that look like it but hold none; Idempotency-Key is needed to follow retries.
_HARMLESS = frozenset({"idempotency-key", "sec-websocket-key", "x-ratelimit-limit-tokens"})

# What is secret whatever its header is called: a JWT, an API key, the user in a URL, and a URL's parameters,
# which may stand percent-encoded in another one. Bounded: a header has up to 64 kB.
_INSIDE = re.compile(
    r"(?P<token>(?<![\w-])(?:eyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)*|(?:sk-|mot_)[\w-]{8,}))"
    r"|://(?:[^/?#@:\s]{0,200}:)?(?P<user>[^/?#@:\s]{1,200})(?=@)"
    r"|(?:(?<![^?&;#\s,])|(?<=%3F)|(?<=%26)|(?<=%23))(?P<name>[\w.\[\]-]{1,100})(?:=|%3D)",
    re.I,
)
# What names a secret inside any text: a header as libraries print it, and our own links.
_IN_TEXT = re.compile(
    r"(?P<before>(?:authorization|cookie|api[-_]key|password)['\"]?\s*[:,]\s*|Bearer )"
    r"(?:b?'[^'\n]*'?|b?\"[^\"\n]*\"?|[^'\"\n]+)"
    r"|(?P<link>/(?:join|set-up|invitation)/)[^\s'\"/?]+",
    re.I,
)
_PARAMETER = re.compile(r"(?:(?!%26|%23)[^&;#\s,])*", re.I)


def safe_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """The same headers; a secret is kept as its last four characters: `Bearer …3f9a`."""
    return tuple([(name, _safe_value(name, value)) for name, value in headers])


def safe_text(text: str) -> str:
    """Any text, such as a line of the log, without what is secret in it, as far as that can be told."""
    return _IN_TEXT.sub(lambda found: (found["before"] or found["link"]) + MASK, _without_secrets(text))


@lru_cache(maxsize=512)
def is_secret(name: str) -> bool:
    """Whether a header, or a parameter of a URL, of that name holds what must not be kept or shown."""
    return name.lower() not in _HARMLESS and _SECRET.search(name) is not None


def is_masked(name: str, value: str) -> bool:
    """Whether a header as `safe_headers` gives it lacks a part that was secret."""
    return is_secret(name) or MASK in value


def _safe_value(name: str, value: str) -> str:
    if name == "x-mock-caller":
        return value  # whose queue it is, which is shown everywhere
    return _mask(value) if is_secret(name) else _safe(value)


@lru_cache(maxsize=512)
def _safe(value: str) -> str:
    """A value under a harmless name, without what is secret in it."""
    scheme = _SCHEME.match(value)
    if scheme and " " not in value[scheme.end() :]:
        return _mask(value)
    return _without_secrets(value)


def _without_secrets(value: str) -> str:
    parts, at = list[str](), 0
    while found := _INSIDE.search(value, at):
        start, end = found.span(found.lastgroup or 0)
        if found["name"]:
            start = end = found.end()
            if is_secret(found["name"]) and (secret := _PARAMETER.match(value, start)):
                end = secret.end()
        parts += value[at:start], _mask(value[start:end]) if end > start else ""
        at = end
    return "".join((*parts, value[at:]))


def _mask(value: str) -> str:
    scheme = _SCHEME.match(value)
    start = scheme.end() if scheme else 0
    secret = value[start:]
    return value[:start] + (MASK + secret[-4:] if len(secret) >= 8 else MASK)
