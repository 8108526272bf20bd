"""Log probabilities: plausible ones, the same for the same text."""

from codecs import getincrementaldecoder
from typing import Any
from zlib import crc32

from apps.wire import usage
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

Spelt = list[tuple[str, list[Body]]]


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

    def __init__(self, each: int, *, choices: int, model: str) -> None:
        self._each = each
        self._model = model
        self._tokens_max = SCORES_MAX // max(1, self._each * choices)
        self._made: dict[str, list[Body]] = {}

    def of(self, message: Body) -> Body | None:
        """A message's logprobs; None when the request asked for none, or for more than SCORES_MAX."""
        content, refusal = message.get("content"), message.get("refusal")
        texts = [text for text in (content, refusal) if isinstance(text, str)]
        if not self._each or not texts or self._are_many(texts):
            return None
        return {"content": self._tokens(content), "refusal": self._tokens(refusal)}

    def tokens(self, text: str) -> list[Body]:
        """Those of one text; none when the request asked for none, or for more than SCORES_MAX."""
        return self._tokens(text) or [] if self._each and not self._are_many([text]) else []

    def _are_many(self, texts: list[str]) -> bool:
        return sum(usage.count(texts, self._model)) > self._tokens_max

    def _tokens(self, text: Any) -> list[Body] | None:
        if not isinstance(text, str):
            return None
        if text not in self._made:
            self._made[text] = [_token(token, self._each - 1) for token in usage.tokens(text, self._model)]
        return self._made[text]


def scored_text(text: str) -> list[Body]:
    """The scores of a text's pieces, without alternatives."""
    spelled = ((piece, piece.encode()) for piece in pieces(text))
    return [_scored(piece, list(letters), _likely(letters)) for piece, letters in spelled]


def spelt(tokens: Any, text: Any) -> Spelt | None:
    """The text in pieces, each with its tokens: a character may be several. None where they spell another."""
    if not isinstance(tokens, list) or not all(isinstance(token, dict) for token in tokens):
        return None
    texts = [token.get("token") for token in tokens]
    if all(isinstance(one, str) for one in texts) and "".join(texts) == text:
        return [(one, [token]) for one, token in zip(texts, tokens, strict=True)]
    decoder = getincrementaldecoder("utf-8")()
    made: Spelt = []
    piece, parts = "", list[Body]()
    try:
        for token in tokens:
            piece += decoder.decode(bytes(token["bytes"]))
            parts.append(token)
            if not decoder.getstate()[0]:
                made.append((piece, parts))
                piece, parts = "", []
    except (KeyError, TypeError, ValueError):  # an author's own
        return None
    return made if not parts and "".join([one for one, _ in made]) == text else None


def _likely(spelled: bytes) -> float:
    return -(crc32(spelled) % 4096) / 8192


def _token(spelled: bytes, top: int) -> Body:
    likely = _likely(spelled)
    piece = spelled.decode("utf-8", "backslashreplace")  # as the service tells parts of characters
    token = _scored(piece, list(spelled), likely)
    others = [
        _scored(other, letters, likely - 1.25 - rank / 4)
        for rank, (other, letters) in enumerate(_OTHER_BYTES[:top])
        if other != piece
    ]
    token["top_logprobs"] = [_scored(piece, token["bytes"], likely), *others][:top]
    return token


def _scored(text: str, spelled: list[int], logprob: float) -> Body:
    return {"token": text, "logprob": logprob, "bytes": spelled}
