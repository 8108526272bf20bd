"""What the tokens of a model would have cost."""

from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

from apps.stats.models import Price

MILLION = 1_000_000


class Rate(NamedTuple):
    """US dollars for a million tokens."""

    input_usd: Decimal
    output_usd: Decimal


def rates() -> dict[str, Rate]:
    """By model."""
    return {row.model: Rate(row.input_usd, row.output_usd) for row in Price.objects.all()}


def rate_of(model: str, known: Mapping[str, Rate]) -> Rate | None:
    """The model's own, or that of the model of which it is a version: gpt-4o-2024-08-06 is a gpt-4o."""
    name = model
    while name:
        if name in known:
            return known[name]
        name = name.rpartition("-")[0] if _is_version(model[len(name.rpartition("-")[0]) :]) else ""
    return None


def _is_version(rest: str) -> bool:
    """Whether nothing but a date, or `latest`, has been cut off so far."""
    return all(part.isdigit() or part == "latest" for part in rest.strip("-").split("-"))


def cost_usd(rate: Rate | None, prompt_tokens: int, completion_tokens: int) -> float | None:
    """None when nobody knows the price."""
    if rate is None:
        return None
    return float((rate.input_usd * prompt_tokens + rate.output_usd * completion_tokens) / MILLION)
