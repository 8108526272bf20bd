"""The figures of a span of time, from rollups and the few exchanges that are not rolled up yet."""

import time
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import F, Sum

from apps.stats.grouping import summed_between
from apps.stats.models import SUM_COLUMNS, Rollup
from apps.stats.prices import Rate, cost_usd, rate_of, rates
from apps.stats.rollup import reached
from apps.stats.span import Span
from apps.stats.summing import HOUR_S, Sums, by_hour, percentile_ms

TOP = 20
STATUSES = ("2xx", "3xx", "4xx", "5xx", "none")
SHARES = {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}

Groups = dict[Any, list[int]]  # by name, the values of SUM_COLUMNS


def figures(span: Span) -> dict[str, Any]:
    """What /api/stats answers: see docs/rest.md. It blocks."""
    tail = _tail(span)
    known = rates()
    models = _grouped(span, tail, "model")
    totals = _added(models.values())
    times = _by_time(span, tail)
    return {
        "span": span.name,
        "since": span.since,
        "until": span.until,
        "step_s": span.step_s,
        "totals": {**_told(totals), **_cost(models, known)},
        "series": _series(span, times),
        "statuses": [
            {"name": name, **_told(row)} for name, row in sorted(_grouped(span, tail, "status").items())
        ],
        "endpoints": _top(_grouped(span, tail, "endpoint")),
        "models": [_priced(one, known) for one in _top(models)],
        "callers": _top(_grouped(span, tail, "caller")),
    }


def _tail(span: Span) -> Sums:
    """The sums of what has ended and is not rolled up yet."""
    if span.until < time.time() - HOUR_S:
        return {}
    found = summed_between(reached())
    minutes = {key: row for key, row in found.items() if span.since <= key.at <= span.until}
    return by_hour(minutes) if span.span_s == HOUR_S else minutes


def _rollups(span: Span) -> Any:
    found = Rollup.objects.filter(span_s=span.span_s, at__gte=span.since - span.since % span.span_s)
    return found.filter(at__lte=span.until).order_by()


def _grouped(span: Span, tail: Sums, name: str) -> Groups:
    """By endpoint, model, caller or status."""
    rows = _rollups(span).values_list(name).annotate(*_sums())
    found: Groups = {one: list(row) for one, *row in rows}
    return _with(found, ((getattr(key, name), row) for key, row in tail.items()))


def _by_time(span: Span, tail: Sums) -> Groups:
    """By (start of the step, class of status)."""
    bucket = F("at") - F("at") % span.step_s
    rows = _rollups(span).annotate(bucket=bucket).values_list("bucket", "status").annotate(*_sums())
    found: Groups = {(at, status): list(row) for at, status, *row in rows}
    step: Callable[[int], int] = lambda at: at - at % span.step_s  # noqa: E731
    return _with(found, (((step(key.at), key.status), row) for key, row in tail.items()))


def _sums() -> list[Sum]:
    return [Sum(name) for name in SUM_COLUMNS]


def _with(found: Groups, more: Iterable[tuple[Any, list[int]]]) -> Groups:
    for name, row in more:
        found[name] = _added([found[name], row]) if name in found else list(row)
    return found


def _added(rows: Iterable[list[int]]) -> list[int]:
    total = [0] * len(SUM_COLUMNS)
    for row in rows:
        total = [a + b for a, b in zip(total, row, strict=True)]
    return total


def _told(row: list[int]) -> dict[str, Any]:
    """One row of sums, for people."""
    calls, prompt_tokens, completion_tokens, duration_ms, *buckets = row
    return {
        "calls": calls,
        "prompt_tokens": prompt_tokens,
        "completion_tokens": completion_tokens,
        "mean_ms": round(duration_ms / calls, 1) if calls else None,
        **{name: _rounded(percentile_ms(buckets, share)) for name, share in SHARES.items()},
    }


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, 1)


def _top(groups: Groups) -> list[dict[str, Any]]:
    """Those with the most calls; the rest in one row whose name is None."""
    most = sorted(groups.items(), key=lambda one: (-one[1][0], str(one[0])))
    told = [{"name": name, **_told(row)} for name, row in most[:TOP]]
    if len(most) > TOP:
        told.append({"name": None, **_told(_added(row for _, row in most[TOP:]))})
    return told


def _priced(one: dict[str, Any], known: dict[str, Rate]) -> dict[str, Any]:
    rate = rate_of(one["name"] or "", known)
    return {**one, "cost_usd": cost_usd(rate, one["prompt_tokens"], one["completion_tokens"])}


def _cost(models: Groups, known: dict[str, Rate]) -> dict[str, Any]:
    """What all of it would have cost, and how many tokens are of models without a price."""
    total, unpriced = 0.0, 0
    for name, (_, prompt_tokens, completion_tokens, *_) in models.items():
        cost = cost_usd(rate_of(name, known), prompt_tokens, completion_tokens)
        total += cost or 0.0
        unpriced += prompt_tokens + completion_tokens if cost is None else 0
    return {"cost_usd": total, "unpriced_tokens": unpriced}


def _series(span: Span, times: Groups) -> dict[str, list[Any]]:
    """One value for each step: calls by class of status, percentiles, tokens."""
    found: dict[str, list[Any]] = {"at": list(span.starts)}
    for status in STATUSES:
        found[status] = [times[at, status][0] if (at, status) in times else 0 for at in span.starts]
    whole = [_told(_added(times[at, one] for one in STATUSES if (at, one) in times)) for at in span.starts]
    for name in (*SHARES, "prompt_tokens", "completion_tokens"):
        found[name] = [one[name] for one in whole]
    return found
