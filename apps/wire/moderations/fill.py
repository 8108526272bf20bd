"""Completing a moderation: from any draft to the whole body."""

from hashlib import blake2b
from typing import Any

from apps.wire import ids
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.moderations.request import DEFAULT_MODEL, Judged, judged
from apps.wire.moderations.words import CATEGORIES, found_in

FLAGGED_FROM = 0.5  # a score
_UNNAMED = "harassment"  # flagged when an author says only that something is
_RESULT_KEYS = ("flagged", "categories", "category_scores", "category_applied_input_types")
_TOP_KEYS = ("id", "model", "results")


def fill(draft: Body, call: Call) -> Body:
    """The whole body. Short forms: {"flagged": true}, {"categories": {"violence": true}} or ["violence"],
    {"category_scores": {"violence": 0.7}}, alone or as `results`; one item stands for every input."""
    asked = judged(call)
    given = draft.get("results")
    items = [given] if isinstance(given, dict) else given
    if not isinstance(items, list) or not items:
        items = [{key: draft[key] for key in _RESULT_KEYS if key in draft}]
    if len(items) == 1:
        items = items * len(asked)
    inputs = asked + [Judged("", asked[0].kinds)] * (len(items) - len(asked))
    body: Body = {
        "id": draft.get("id") or f"modr-{ids.hexadecimal(32)}",
        "model": draft.get("model") or call.model or DEFAULT_MODEL,
        "results": [_result(item, one) for item, one in zip(items, inputs, strict=False)],
    }
    return body | {key: draft[key] for key in draft if key not in _TOP_KEYS and key not in _RESULT_KEYS}


def is_whole(body: Body) -> bool:
    results = body.get("results")
    return (
        isinstance(body.get("id"), str)
        and isinstance(body.get("model"), str)
        and isinstance(results, list)
        and bool(results)
        and all(map(_is_result, results))
    )


def _is_result(item: Any) -> bool:
    return (
        isinstance(item, dict)
        and isinstance(item.get("flagged"), bool)
        and _has_all(item.get("categories"), (bool,))
        and _has_all(item.get("category_scores"), (int, float))
        and _has_all(item.get("category_applied_input_types"), (list,))
    )


def _has_all(given: Any, types: tuple[type, ...]) -> bool:
    return isinstance(given, dict) and all(type(given.get(category)) in types for category in CATEGORIES)


def _result(item: Any, one: Judged) -> Body:
    item = item if isinstance(item, dict) else {"flagged": item is True}
    scores = _scores(item, one)
    categories = {category: _is_high(score) for category, score in scores.items()}
    categories |= _named(item.get("categories"))
    applied = {
        category: [kind for kind in kinds if kind in one.kinds] for category, kinds in CATEGORIES.items()
    }
    made: Body = {
        "flagged": any(value is True for value in categories.values()),
        "categories": categories,
        "category_scores": scores,
        "category_applied_input_types": applied | _object(item.get("category_applied_input_types")),
    }
    if item.get("flagged") is not None:
        made["flagged"] = item["flagged"]
    return made | {key: item[key] for key in item if key not in made}


def _scores(item: Body, one: Judged) -> Body:
    """A score for each category: high where it is flagged, near nothing elsewhere."""
    named, given = _named(item.get("categories")), _object(item.get("category_scores"))
    flagged = {category for category, value in named.items() if value is True}
    if not named and not given and item.get("flagged") is not False:
        flagged = found_in(one.text)
        if item.get("flagged") is True and not flagged:
            flagged = {_UNNAMED}
    digest = blake2b(one.text.encode("utf-8", "surrogatepass"), digest_size=2 * len(CATEGORIES)).digest()
    scores = {}
    for place, category in enumerate(CATEGORIES):
        part = int.from_bytes(digest[2 * place : 2 * place + 2]) / 65536
        scores[category] = round(0.8 + 0.19 * part if category in flagged else 1e-6 + 1e-3 * part**4, 9)
    return scores | given


def _is_high(score: Any) -> bool:
    return type(score) in (int, float) and score >= FLAGGED_FROM


def _named(given: Any) -> Body:
    """Categories as {"violence": true}; a list of names, or one name, are those that are true."""
    if isinstance(given, str):
        given = [given]
    if isinstance(given, list):
        return {name: True for name in given if isinstance(name, str)}
    return _object(given)


def _object(value: Any) -> Body:
    return value if isinstance(value, dict) else {}
