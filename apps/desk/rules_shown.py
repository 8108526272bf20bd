"""What the page Settings shows of the rules: faults, latencies and their looks, limits and what is left."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from django.utils.translation import gettext as _

from apps.desk.latency_drawn import Drawn, drawn_waits
from apps.faults.limits_api import buckets
from apps.faults.models import FaultRule, LatencyRule, Limit
from apps.wire.faults.read import fault_of
from apps.wire.faults.table import BY_NAME
from apps.wire.latency import KINDS, NAMED
from apps.wire.pace import read_pace
from apps.wire.table import ENDPOINTS, HAND_MADE

RULES_SHOWN = 100  # of each kind, the oldest
BUCKETS_SHOWN = 5  # of a limit, those that were used last


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultShown:
    """A rule of faults. `number` is what its fault takes, such as "after_tokens 3"."""

    rule: FaultRule
    name: str
    says: str
    number: str
    probability_pct: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LatencyShown:
    """A rule of latency: the name of its pace, "" for one of its own, which `words` spells."""

    rule: LatencyRule
    name: str
    words: str
    drawn: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitShown:
    """A limit with its buckets as `limits_api.buckets` has them; `more` were left out."""

    limit: Limit
    buckets: list[dict[str, Any]]
    more: int


def fault_rules() -> dict[str, Any]:
    """{"faults": [FaultShown, …], "faults_more": how many were left out}."""
    rules = FaultRule.objects.all()
    shown = [shown for rule in rules[:RULES_SHOWN] if (shown := _fault(rule)) is not None]
    return {"faults": shown, "faults_more": max(0, rules.count() - RULES_SHOWN)}


def latency_rules() -> dict[str, Any]:
    """{"latencies": [LatencyShown, …], "latencies_more": how many were left out}."""
    rules = LatencyRule.objects.all()
    shown = [_latency(rule) for rule in rules[:RULES_SHOWN]]
    return {"latencies": shown, "latencies_more": max(0, rules.count() - RULES_SHOWN)}


def limit_rules() -> dict[str, Any]:
    """{"limits": [LimitShown, …], "limits_more": how many were left out}."""
    rules = Limit.objects.all()
    found = [(limit, buckets(limit)) for limit in rules[:RULES_SHOWN]]
    shown = [
        LimitShown(limit=limit, buckets=all_of_it[:BUCKETS_SHOWN], more=len(all_of_it[BUCKETS_SHOWN:]))
        for limit, all_of_it in found
    ]
    return {"limits": shown, "limits_more": max(0, rules.count() - RULES_SHOWN)}


def choices() -> dict[str, Any]:
    """What the forms of new rules offer."""
    return {
        "endpoints": _endpoints(),
        "paces": list(NAMED),
        "spreads": list(KINDS.items()),
        # A wait of one's own: its field, what it is, its two figures at first, how far they slide.
        "waits": [
            ("first_token_ms", _("To the first token"), 400, 900, 20_000),
            ("token_ms", _("Between tokens"), 20, 45, 1_000),
            ("total_ms", _("All of it, instead of between tokens"), "", "", 60_000),
        ],
        "pers": [
            ("caller", _("each caller")),
            ("key", _("each key")),
            ("model", _("each model")),
            ("everyone", _("everyone together")),
        ],
    }


@lru_cache(maxsize=1)
def _endpoints() -> list[str]:
    """The names of the endpoints that are called most first."""
    known = [endpoint.name for endpoint in HAND_MADE]
    return ["text", *known, *(endpoint.name for endpoint in ENDPOINTS if endpoint not in HAND_MADE)]


def _fault(rule: FaultRule) -> FaultShown | None:
    """None for what no version knows any more."""
    fault = fault_of(rule.fault)
    row = None if fault is None else BY_NAME.get(fault.name)
    if fault is None or row is None:
        return None
    number = f"{row.number.name} {fault.amount}" if row.number else ""
    return FaultShown(
        rule=rule, name=row.name, says=_(row.says), number=number, probability_pct=fault.probability_pct
    )


def _latency(rule: LatencyRule) -> LatencyShown:
    value = orjson.loads(rule.spread)
    name = value if isinstance(value, str) else ""
    words = "" if name else " · ".join(f"{field} {_wait(wait)}" for field, wait in value.items())
    return LatencyShown(rule=rule, name=name, words=words, drawn=drawn_waits(read_pace(value)[0]))


def _wait(wait: Any) -> str:
    """A wait as its author wrote it, without the brackets: "lognormal median 400, p95 900"."""
    if not isinstance(wait, dict):
        return str(wait)
    return ", ".join(
        f"{kind} {', '.join(f'{name} {figure:g}' for name, figure in figures.items())}"
        for kind, figures in wait.items()
    )
