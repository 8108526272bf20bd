"""Sequences: one entry that gives a list of replies, in order once, cycling, or at random by weight."""

from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from apps.library.chance import pick
from apps.wire.jsongate import kind
from apps.wire.rawtext import raw_elements, raw_member

SEQUENCE = "sequence"
FIELDS = (SEQUENCE, "order", "weights")
ORDERS = ("once", "cycle", "random")
STEPS_MAX = 1_000
WEIGHT_MAX = 1_000_000
KEPT_BYTES = 256 * 1024  # of a body whose replies are kept apart
GIVEN_MAX = 2**31 - 1  # fits the column

Errors = list[dict[str, str]]


class Parts(NamedTuple):
    """A sequence as it lies in a queue: its replies are JSON texts."""

    steps: tuple[bytes, ...]
    order: str
    weights: tuple[float, ...]
    seed: int


def sequence_problems(fields: dict[str, Any]) -> Errors:
    """What is wrong with it beside its replies."""
    steps, order, weights = fields[SEQUENCE], fields.get("order"), fields.get("weights")
    found = []
    if not isinstance(steps, list) or not 1 <= len(steps) <= STEPS_MAX:
        shown = f"{len(steps):,} of them" if isinstance(steps, list) else kind(steps)
        found.append((SEQUENCE, f"must be an array of 1 to {STEPS_MAX:,} replies, not {shown}"))
        steps = []
    if order is not None and order not in ORDERS:
        found.append(("order", f"must be {' or '.join(ORDERS)}"))
    if weights is not None:
        if order != "random":
            found.append(("weights", "are for the order random"))
        elif not _are_weights(weights, len(steps)):
            found.append(
                ("weights", f"must be {len(steps)} numbers from 0 to {WEIGHT_MAX:,}, not all of them 0")
            )
    found += _given_problems(fields, len(steps), order)
    return [{"field": name, "error": problem} for name, problem in found]


def given_problem(fields: dict[str, Any]) -> Errors:
    """What is wrong with how often a preset is said to have been given."""
    given = fields.get("given")
    if given is None or (type(given) is int and 0 <= given <= GIVEN_MAX):
        return []
    return [{"field": "given", "error": f"must be a whole number from 0 to {GIVEN_MAX}"}]


def _given_problems(fields: dict[str, Any], count: int, order: Any) -> list[tuple[str, str]]:
    if order not in (None, "once") or given_problem(fields):
        return []
    given = fields.get("given") or 0
    if count and given >= count:
        return [("given", f"must be less than {count}: there would be nothing left")]
    if fields.get("uses") not in (None, 1, count - given):
        return [("uses", "is how many replies are left, for the order once: leave it out")]
    return []


def _are_weights(weights: Any, count: int) -> bool:
    if not isinstance(weights, list) or len(weights) != count:
        return False
    numbers = [one for one in weights if isinstance(one, int | float) and not isinstance(one, bool)]
    return len(numbers) == count and all(0 <= one <= WEIGHT_MAX for one in numbers) and sum(numbers) > 0


def uses_of(fields: dict[str, Any]) -> int | None:
    """How often a sequence without problems still answers; None: for ever."""
    if (fields.get("order") or "once") == "once":
        return len(fields[SEQUENCE]) - (fields.get("given") or 0)
    uses: int | None = fields.get("uses")
    return uses


def spelled(fields: dict[str, Any], raw: bytes | None) -> bytes:
    """The sequence as a preset keeps it; `raw` is the text of its replies."""
    kept = {name: fields[name] for name in ("order", "weights", "seed") if fields.get(name) is not None}
    steps = fields[SEQUENCE] if raw is None else orjson.Fragment(raw)
    return orjson.dumps({SEQUENCE: steps, **kept})


def parts(body: bytes) -> Parts:
    """What `spelled` gave."""
    return _kept(body) if len(body) <= KEPT_BYTES else _parts(body)


def _parts(body: bytes) -> Parts:
    texts = raw_elements(raw_member(body, SEQUENCE) or b"[]")
    said = orjson.loads(body)
    weights = said.get("weights") or [1] * len(texts)
    return Parts(tuple(texts), said.get("order") or "once", tuple(weights), said.get("seed") or 0)


_kept = lru_cache(maxsize=32)(_parts)  # of a thousand replies, 4 ms each time are spared; 16 MB at the most


def step_of(body: bytes, given: int) -> bytes:
    """The reply, as JSON text, that comes after so many."""
    found = parts(body)
    if found.order == "random":
        return found.steps[pick(f"{found.seed}:{given}", found.weights)]
    if found.order == "cycle":
        return found.steps[given % len(found.steps)]
    return found.steps[min(given, len(found.steps) - 1)]
