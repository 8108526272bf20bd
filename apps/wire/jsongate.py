"""The one gate through which JSON from outside comes in: strict, bounded, with errors that help."""

import re
from typing import Any

import orjson

DEPTH_MAX = 100
_BRACKET = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.S)  # or a text, in which brackets do not count
_TOO_DEEP = f"nested more than {DEPTH_MAX} levels deep"


class GateError(ValueError):
    """JSON that is refused; the message says what is wrong and where, `position` at which byte, if known."""

    def __init__(self, told: str, position: int | None = None) -> None:
        super().__init__(told)
        self.position = position


class TooLargeError(GateError):
    """More bytes than the caller of the gate allows."""


def read_json(raw: bytes, *, max_bytes: int | None = None) -> Any:
    """Parse JSON; raises GateError.

    Refused: bad UTF-8, a byte order mark, NaN, Infinity, numbers beyond a double (1e999), lone
    surrogates, more than 100 levels. Integers beyond 64 bits become floats: whoever sends the text
    on keeps the text.
    """
    if max_bytes is not None and len(raw) > max_bytes:
        raise TooLargeError(f"{len(raw)} bytes are more than the {max_bytes} that are allowed")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise _refusal(raw, error) from None
    # Without that many brackets it cannot be that deep: the walk is for the few others.
    if _has_brackets(raw) and _too_deep(value):
        raise GateError(_TOO_DEEP, _deep_at(raw))
    return value


def read_object(raw: bytes, *, max_bytes: int | None = None) -> dict[str, Any]:
    """The same, and it must be a JSON object."""
    value = read_json(raw, max_bytes=max_bytes)
    if not isinstance(value, dict):
        raise GateError(f"expected a JSON object, but got {kind(value)}")
    return value


def kind(value: Any) -> str:
    """What a JSON value is, with its article, as OpenAI's messages put it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "an array"
    if isinstance(value, float) and abs(value) >= 2**63:
        return "a number that is too large"  # also a whole one: beyond 64 bits it became a float
    return "an integer" if isinstance(value, int) else "a decimal number"


def strip_nul(text: str) -> str:
    """Text for a column: PostgreSQL cannot hold U+0000, so it becomes U+FFFD."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}") if "\0" in text else text


def _refusal(raw: bytes, error: orjson.JSONDecodeError) -> GateError:
    if not raw.strip():
        return GateError("it is empty")
    if raw.startswith(b"\xef\xbb\xbf"):
        return GateError("it starts with a byte order mark (BOM): save it as UTF-8 without BOM", 0)
    try:
        text = raw.decode()
    except UnicodeDecodeError as broken:
        told = f"not UTF-8: byte 0x{raw[broken.start]:02x} at position {broken.start}"
        return GateError(told, broken.start)
    if error.msg.startswith(("depth limit", "failed to allocate")) and _has_brackets(raw):
        return GateError(
            _TOO_DEEP, _deep_at(raw)
        )  # orjson's own limit is 1024, and it allots memory by the length
    return GateError(str(error), len(text[: error.pos].encode(errors="surrogatepass")))


def _deep_at(raw: bytes) -> int | None:
    """The byte of the bracket that opens one level too many."""
    depth = 0
    for found in _BRACKET.finditer(raw):
        depth += found[0] in b"[{"
        depth -= found[0] in b"]}"
        if depth > DEPTH_MAX:
            return found.start()
    return None


def _has_brackets(raw: bytes) -> bool:
    """Whether there are enough of them to be too deep."""
    return raw.count(b"[") + raw.count(b"{") > DEPTH_MAX


def _too_deep(value: Any) -> bool:
    """Level by level, so that no depth of the input is a depth of our stack."""
    level = [value]
    for _ in range(DEPTH_MAX):
        level = [item for box in level for item in _inside(box) if isinstance(item, (dict, list))]
        if not level:
            return False
    return True


def _inside(value: Any) -> Any:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()
