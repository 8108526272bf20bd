"""Server-sent events, as OpenAI's service writes them (WHATWG HTML, 9.2)."""

DONE = b"data: [DONE]\n\n"


def event(payload: bytes, *, name: str = "") -> bytes:
    """One event with a JSON payload (on one line, as orjson writes it), named only where OpenAI names it."""
    head = f"event: {name}\n".encode() if name else b""
    return head + b"data: " + payload + b"\n\n"


def comment(text: str) -> bytes:
    """A line that clients skip; it keeps a connection warm."""
    return b": " + " ".join(text.split()).encode() + b"\n\n"
