"""Log probabilities: plausible ones, the same for the same text."""

from typing import Any
from zlib import crc32

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.pieces import PIECE_CHARS, pieces

TOP_MAX = 20
SCORES_MAX = 100_000  # of one reply: 4,000 tokens with all of their 20 alternatives; some megabytes
SCORE_BYTES = 50  # of JSON, roughly
_OTHERS = (
    *(" the", " a", ",", " and", ".", " I", " to", " in", " of", " is", " it", " that", " you", "!"),
    *(" for", " on", " with", " as", "?", " this"),
)
_OTHER_BYTES = tuple((text, list(text.encode())) for text in _OTHERS)


def scored_size(call: Call) -> int:
    """How many times as large as its text a reply with the scores that this call asks for is, roughly."""
    return 1 + wanted(call) * SCORE_BYTES // PIECE_CHARS


def wanted(call: Call) -> int:
    """How many scores a token of a chat completion has: its own and its alternatives'."""
    return with_top(call.data.get("top_logprobs")) if call.data.get("logprobs") is True else 0


def with_top(top: Any) -> int:
    """A token's own score, and those of the alternatives that were asked for."""
    return 1 + (min(max(top, 0), TOP_MAX) if isinstance(top, int) else 0)


class Scores:
    """The logprobs of all choices of one reply, `each` scores a token (0: none were asked for). Equal texts
    have the same, which are made once."""

    def __init__(self, each: int, *, choices: int) -> None:
        self._each = each
        self._chars_max = SCORES_MAX // max(1, self._each * choices) * PIECE_CHARS
        self._made: dict[str, list[Body]] = {}

    def of(self, message: Body) -> Body | None:
        """A message's logprobs; None when the request asked for none, or for more than SCORES_MAX."""
        content, refusal = message.get("content"), message.get("refusal")
        texts = [text for text in (content, refusal) if isinstance(text, str)]
        if not self._each or not texts or sum(map(len, texts)) > self._chars_max:
            return None
        return {"content": self._tokens(content), "refusal": self._tokens(refusal)}

    def tokens(self, text: str) -> list[Body]:
        """Those of one text; none when the request asked for none, or for more than SCORES_MAX."""
        return self._tokens(text) or [] if self._each and len(text) <= self._chars_max else []

    def _tokens(self, text: Any) -> list[Body] | None:
        if not isinstance(text, str):
            return None
        if text not in self._made:
            self._made[text] = [_token(piece, self._each - 1) for piece in pieces(text)]
        return self._made[text]


def scored_text(text: str) -> list[Body]:
    """The scores of a text's pieces, without alternatives."""
    return [_scored(piece, list(piece.encode()), _likely(piece)) for piece in pieces(text)]


def _likely(piece: str) -> float:
    return -(crc32(piece.encode()) % 4096) / 8192


def _token(piece: str, top: int) -> Body:
    likely = _likely(piece)
    token = _scored(piece, list(piece.encode()), likely)
    others = [
        _scored(other, spelled, likely - 1.25 - rank / 4)
        for rank, (other, spelled) in enumerate(_OTHER_BYTES[:top])
        if other != piece
    ]
    token["top_logprobs"] = [_scored(piece, token["bytes"], likely), *others][:top]
    return token


def _scored(text: str, spelled: list[int], logprob: float) -> Body:
    return {"token": text, "logprob": logprob, "bytes": spelled}
