"""What the criteria of an eval say of a row. Two kinds are really looked at, the others always pass."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from apps.wire.embeddings.vectors import floats, vector
from apps.wire.endpoint import Body
from apps.wire.evals.templates import filled

_CHECKS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda text, reference: text == reference,
    "ne": lambda text, reference: text != reference,
    "like": lambda text, reference: reference in text,
    "ilike": lambda text, reference: reference.lower() in text.lower(),
}
_DIMENSIONS = 256


def graded(criterion: Body, row: Body) -> Body:
    """The result of one criterion; raises MissingError where the row does not have what it refers to."""
    return _result(criterion, **_verdict(criterion, row))


def failed(criterion: Body) -> Body:
    """The result of one that could not be asked."""
    return _result(criterion, passed=False, score=0.0)


def name_of(criterion: Body) -> str:
    """What results call it."""
    return str(criterion.get("id") or criterion.get("name"))


def _result(criterion: Body, **verdict: Any) -> Body:
    return {"name": name_of(criterion), "type": criterion.get("type"), "sample": None, **verdict}


def _verdict(criterion: Body, row: Body) -> Body:
    match criterion.get("type"):
        case "string_check":
            text, reference = _pair(criterion, row)
            is_met = _CHECKS.get(str(criterion.get("operation")), _CHECKS["eq"])(text, reference)
            return {"passed": is_met, "score": float(is_met)}
        case "text_similarity":
            text, reference = _pair(criterion, row)
            score = _likeness(text, reference, str(criterion.get("evaluation_metric")))
            return {"passed": score >= _number(criterion.get("pass_threshold"), 0.0), "score": score}
        case "score_model":
            span = criterion.get("range")
            best = _number(span[-1], 1.0) if isinstance(span, list) and span else 1.0
            return {"passed": True, "score": best}
        case "label_model":
            labels = criterion.get("passing_labels")
            label = labels[0] if isinstance(labels, list) and labels else "pass"
            return {"passed": True, "score": 1.0, "label": label}
        case _:
            return {"passed": True, "score": 1.0}


def _pair(criterion: Body, row: Body) -> tuple[str, str]:
    return filled(str(criterion.get("input", "")), row), filled(str(criterion.get("reference", "")), row)


def _likeness(text: str, reference: str, metric: str) -> float:
    """0 to 1: of vectors for the metric "cosine", of shared words for all others."""
    if metric == "cosine":
        pair = [floats(vector(one, _DIMENSIONS)) for one in (text, reference)]
        cosine: float = sum(a * b for a, b in zip(*pair, strict=True))
        return round(max(0.0, min(1.0, cosine)), 4)
    words, others = (Counter(one.lower().split()) for one in (text, reference))
    both, all_of_them = (words & others).total(), words.total() + others.total()
    return round(2 * both / all_of_them, 4) if all_of_them else 1.0


def _number(value: Any, default: float) -> float:
    return float(value) if isinstance(value, (int, float)) else default
