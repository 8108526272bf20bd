"""A pace as its author writes it: two numbers, a name, or how its waits are spread; read strictly."""

from typing import Any

import orjson

from apps.wire.jsongate import kind
from apps.wire.latency import FIRST_TOKEN_MAX_MS, KINDS, NAMED, TOKEN_MAX_MS
from apps.wire.reply import INSTANT, Pace

HIGHEST = {"first_token_ms": FIRST_TOKEN_MAX_MS, "token_ms": TOKEN_MAX_MS, "total_ms": FIRST_TOKEN_MAX_MS}
FORMS = "first_token_ms and token_ms (or total_ms)"
Wrong = list[tuple[str, str]]  # ("" or ".field", what is wrong with it)


def read_pace(value: Any) -> tuple[Pace, Wrong]:
    """The pace in an author's JSON, and what is wrong with it; null is as good as not given.

    What is no two numbers is kept as it was written, in `Pace.spread`.
    """
    if value is None:
        return INSTANT, []
    if isinstance(value, str):
        return _read_name(value)
    if not isinstance(value, dict):
        names = ", ".join(NAMED)
        return INSTANT, [("", f"must be an object with {FORMS}, or one of {names}, not {kind(value)}")]
    given = {name: wait for name, wait in value.items() if wait is not None}
    wrong: Wrong = [(f".{name}", f"is not known: use {FORMS}") for name in value.keys() - HIGHEST.keys()]
    for name in given.keys() & HIGHEST.keys():
        wrong += [(f".{name}{where}", told) for where, told in _problems(given[name], HIGHEST[name])]
    if "total_ms" in given and "token_ms" in given:
        wrong.append((".total_ms", "says how long all of it takes: leave out token_ms"))
    if wrong:
        return INSTANT, wrong
    if "total_ms" not in given and not any(isinstance(wait, dict) for wait in given.values()):
        return Pace(given.get("first_token_ms", 0), given.get("token_ms", 0)), []
    return Pace(spread=orjson.dumps(given).decode()), []


def written(pace: Pace) -> Any:
    """The pace as its author would write it."""
    if pace.spread:
        return orjson.loads(pace.spread)
    return {"first_token_ms": pace.first_token_ms, "token_ms": pace.token_ms}


def _read_name(name: str) -> tuple[Pace, Wrong]:
    if name not in NAMED:
        return INSTANT, [("", f"is no known latency: {', '.join(NAMED)}")]
    return Pace(spread=orjson.dumps(name).decode()), []


def _problems(wait: Any, highest: int) -> Wrong:
    """What is wrong with one wait."""
    if not isinstance(wait, dict):
        if not isinstance(wait, int) or isinstance(wait, bool):
            return [("", f"must be a whole number from 0 to {highest}, or a spread, not {kind(wait)}")]
        return [] if 0 <= wait <= highest else [("", f"must be from 0 to {highest}, not {wait}")]
    if len(wait) != 1 or (name := next(iter(wait))) not in KINDS:
        forms = ", ".join(f'{{"{one}": {{{", ".join(figures)}}}}}' for one, figures in KINDS.items())
        return [("", f"must be a number of milliseconds or one of {forms}")]
    figures, needed = wait[name], KINDS[name]
    if not isinstance(figures, dict) or figures.keys() != set(needed):
        return [(f".{name}", f"must be an object with {' and '.join(needed)}")]
    wrong = [(f".{name}.{one}", told) for one in needed if (told := _figure_problem(figures[one], highest))]
    return wrong or _pair_problem(name, figures[needed[0]], figures[needed[1]])


def _figure_problem(figure: Any, highest: int) -> str:
    if not isinstance(figure, int | float) or isinstance(figure, bool):
        return f"must be a number from 0 to {highest}, not {kind(figure)}"
    return "" if 0 <= figure <= highest else f"must be from 0 to {highest}, not {figure}"


def _pair_problem(name: str, first: float, second: float) -> Wrong:
    if name == "uniform" and second < first:
        return [(".uniform.to", "must not be less than from")]
    if name == "lognormal" and first <= 0:
        return [(".lognormal.median", "must be more than 0")]
    if name == "lognormal" and second < first:
        return [(".lognormal.p95", "must not be less than the median")]
    return []
