"""How much of a predicted answer came true: its beginning and its end, as far as the answer has them."""

from collections.abc import Iterable
from typing import Any

from apps.wire import usage
from apps.wire.asked import content_text
from apps.wire.pieces import pieces


def counted(prediction: Any, text: str, model: str) -> tuple[int, int]:
    """(accepted, rejected) tokens of a request's `prediction` against the text that is answered."""
    predicted = content_text(prediction.get("content")) if isinstance(prediction, dict) else ""
    if not predicted:
        return 0, 0
    ours, theirs = pieces(text), pieces(predicted)
    first = _same(zip(ours, theirs, strict=False))
    last = _same(zip(reversed(ours[first:]), reversed(theirs[first:]), strict=False))
    kept = ["".join(theirs[:first]), "".join(theirs[len(theirs) - last :])]
    *parts, whole = usage.count([*kept, predicted], model)
    accepted = min(whole, sum(parts))
    return accepted, whole - accepted


def _same(pairs: Iterable[tuple[str, str]]) -> int:
    """How many pairs are of the same, up to the first that is not."""
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count
