"""Log probabilities: plausible ones, the same for the same text."""

from typing import Any
from zlib import crc32

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.pieces import pieces

TOP_MAX = 20
_OTHERS = (
    *(" the", " a", ",", " and", ".", " I", " to", " in", " of", " is", " it", " that", " you", "!"),
    *(" for", " on", " with", " as", "?", " this"),
)


def asked(message: Body, call: Call) -> Body | None:
    """The logprobs of a message when the request asked for them, else None."""
    if call.data.get("logprobs") is not True:
        return None
    top = call.data.get("top_logprobs")
    count = min(max(top, 0), TOP_MAX) if isinstance(top, int) else 0
    content, refusal = message.get("content"), message.get("refusal")
    if not isinstance(content, str) and not isinstance(refusal, str):
        return None
    return {"content": _tokens(content, count), "refusal": _tokens(refusal, count)}


def _tokens(text: Any, top: int) -> list[Body] | None:
    return [_token(piece, top) for piece in pieces(text)] if isinstance(text, str) else None


def _token(piece: str, top: int) -> Body:
    likely = -(crc32(piece.encode()) % 4096) / 8192
    token = _scored(piece, likely)
    others = [
        _scored(other, likely - 1.25 - rank / 4) for rank, other in enumerate(_OTHERS) if other != piece
    ]
    token["top_logprobs"] = [_scored(piece, likely), *others][:top]
    return token


def _scored(text: str, logprob: float) -> Body:
    return {"token": text, "logprob": logprob, "bytes": list(text.encode())}
