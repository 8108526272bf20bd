"""The headers of every answer under /v1, in the form that ASGI sends them."""

from apps.wire.reply import Reply

Header = tuple[bytes, bytes]

# True as long as nothing is limited: all of a limit remains, and nothing has to be waited for.
_RATE_LIMITS: list[Header] = [
    (b"x-ratelimit-limit-requests", b"10000"),
    (b"x-ratelimit-limit-tokens", b"10000000"),
    (b"x-ratelimit-remaining-requests", b"10000"),
    (b"x-ratelimit-remaining-tokens", b"10000000"),
    (b"x-ratelimit-reset-requests", b"0s"),
    (b"x-ratelimit-reset-tokens", b"0s"),
]
_EXPOSED = b", ".join(
    [b"x-request-id", b"openai-processing-ms", b"openai-version", b"openai-organization"]
    + [b"retry-after", b"retry-after-ms", b"x-should-retry"]
    + [name for name, _ in _RATE_LIMITS]
)
# A mocked body shares its origin with the dashboard: no browser may run it.
_STATIC: list[Header] = [
    (b"openai-version", b"2020-10-01"),
    (b"openai-organization", b"org-mockopenai"),
    *_RATE_LIMITS,
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", _EXPOSED),
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"sandbox"),
]
_STATIC_LINES = b"".join([b"%b: %b\r\n" % header for header in _STATIC])
JSON = b"application/json"
EVENT_STREAM = b"text/event-stream; charset=utf-8"
_RETRY: dict[bool, Header] = {True: (b"x-should-retry", b"true"), False: (b"x-should-retry", b"false")}


def standard(
    reply: Reply, *, request_id: str, processing_ms: int, content_type: bytes = JSON
) -> list[Header]:
    """All headers of an answer but content-length; what the reply's author set wins.

    Header names are lower-case. A reply without content (204, 205, 304) wants `content_type=b""`.
    """
    own: list[Header] = [
        (b"x-request-id", request_id.encode()),
        (b"openai-processing-ms", b"%d" % processing_ms),
    ]
    if content_type:
        own.append((b"content-type", content_type))
    if reply.x_should_retry is not None:
        own.append(_RETRY[reply.x_should_retry])
    if not reply.headers:
        return own + _STATIC
    authored = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    taken = {name for name, _ in authored}
    return [header for header in own + _STATIC if header[0] not in taken] + authored


def head_lines(reply: Reply, *, request_id: str, processing_ms: int, content_type: bytes) -> bytes:
    """The same as they travel over HTTP/1.1 (RFC 9112, 5); quick where the reply has none of its own."""
    if not reply.headers and reply.x_should_retry is None:
        return b"x-request-id: %b\r\nopenai-processing-ms: %d\r\ncontent-type: %b\r\n%b" % (
            request_id.encode(),
            processing_ms,
            content_type,
            _STATIC_LINES,
        )
    named = standard(reply, request_id=request_id, processing_ms=processing_ms, content_type=content_type)
    return b"".join([b"%b: %b\r\n" % header for header in named])


def preflight(requested_headers: bytes = b"") -> list[Header]:
    """The answer to a browser's OPTIONS; `requested_headers` is its access-control-request-headers.

    They are named one by one because `*` does not cover Authorization (Fetch, 3.3.5).
    """
    return [
        (b"access-control-allow-origin", b"*"),
        (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE, OPTIONS"),
        (b"access-control-allow-headers", requested_headers or b"authorization, content-type"),
        (b"access-control-max-age", b"86400"),
        (b"vary", b"access-control-request-headers"),
    ]
