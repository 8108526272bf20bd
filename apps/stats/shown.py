"""What the page Stats shows of the figures: numbers as people read them."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from django.utils.translation import gettext as _

from apps.stats.figures import STATUSES, figures
from apps.stats.models import Price
from apps.stats.span import SPANS, Span
from apps.stats.summing import BEYOND_MS


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One number above the charts."""

    name: str
    value: str
    about: str = ""


def shown(span: Span) -> dict[str, Any]:
    """The context of `stats/_figures.html`."""
    found = figures(span)
    series = found["series"]
    return {
        "is_empty": not found["totals"]["calls"],
        "tiles": _tiles(found),
        "series": orjson.dumps({**series, "step_s": span.step_s, "beyond_ms": BEYOND_MS}).decode(),
        "steps": _steps(series),
        "tables": [
            _table(_("Endpoints"), _("Endpoint"), found["endpoints"], nameless=_("unknown address")),
            _table(_("Models"), _("Model"), found["models"], nameless=_("no model"), is_priced=True),
            _table(_("Callers"), _("Caller"), found["callers"], links="caller"),
            _table(_("Status"), _("Status"), found["statuses"], links="status"),
        ],
    }


def spans() -> list[tuple[str, str]]:
    """The choices, with their names."""
    names = {"15m": _("15 min"), "1h": _("1 hour"), "24h": _("24 hours"), "7d": _("7 days")}
    return [(span, names[span]) for span in SPANS]


def prices() -> list[dict[str, Any]]:
    """Every price, as people write one: 30, 0.15."""
    names = ("model", "input_usd", "output_usd", "as_of", "source")
    rows = Price.objects.values(*names)
    return [
        {**row, "input_usd": plain(row["input_usd"]), "output_usd": plain(row["output_usd"])} for row in rows
    ]


def plain(number: Decimal) -> str:
    """Without zeros that say nothing, and without an exponent."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def took(ms: float | None) -> str:
    """12 ms, 3.4 s, over 2 min."""
    if ms is None:
        return "–"
    if ms < 1000:
        return _("%(n)s ms") % {"n": f"{ms:.3g}"}
    if ms < BEYOND_MS:
        return _("%(n)s s") % {"n": f"{ms / 1000:.3g}"}
    return _("over %(n)s min") % {"n": f"{BEYOND_MS / 60_000:g}"}


def dollars(amount: float | None) -> str:
    if amount is None:
        return "–"
    return f"${amount:,.2f}" if amount >= 0.1 or not amount else f"${amount:.6f}".rstrip("0")


def _tiles(found: dict[str, Any]) -> list[Tile]:
    totals = found["totals"]
    by_status = {one["name"]: one["calls"] for one in found["statuses"]}
    failed = by_status.get("4xx", 0) + by_status.get("5xx", 0)
    share = f"{100 * failed / totals['calls']:.1f} %" if totals["calls"] else ""
    unpriced = totals["unpriced_tokens"]
    tokens = totals["prompt_tokens"] + totals["completion_tokens"]
    return [
        Tile(name=_("Calls"), value=f"{totals['calls']:,}"),
        Tile(name=_("Errors"), value=f"{failed:,}", about=share),
        Tile(
            name=_("Half are answered within"),
            value=took(totals["p50_ms"]),
            about=_("95 %% within %(time)s") % {"time": took(totals["p95_ms"])},
        ),
        Tile(
            name=_("Tokens"),
            value=f"{tokens:,}",
            about=_("%(n)s in, %(m)s out")
            % {"n": f"{totals['prompt_tokens']:,}", "m": f"{totals['completion_tokens']:,}"},
        ),
        Tile(
            name=_("It would have cost"),
            value=dollars(totals["cost_usd"]),
            about=_("%(n)s tokens without a price") % {"n": f"{unpriced:,}"} if unpriced else "",
        ),
    ]


def _table(
    title: str,
    column: str,
    rows: list[dict[str, Any]],
    *,
    nameless: str = "",
    links: str = "",
    is_priced: bool = False,
) -> dict[str, Any]:
    most = max((row["calls"] for row in rows), default=1)
    lines = []
    for row in rows:
        name = row["name"]
        lines.append(
            {
                "name": _("all others") if name is None else name or nameless,
                "filter": f"{links}:{name}" if links and name and name not in ("none", "(other)") else "",
                "calls": f"{row['calls']:,}",
                "share": round(100 * row["calls"] / most),
                "p50": took(row["p50_ms"]),
                "p95": took(row["p95_ms"]),
                "tokens": f"{row['prompt_tokens'] + row['completion_tokens']:,}",
                "cost": dollars(row.get("cost_usd")),
            }
        )
    return {"title": title, "column": column, "lines": lines, "is_priced": is_priced}


def _steps(series: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """The charts as a table, without the steps in which nothing happened; the newest first."""
    found = []
    for place, at in enumerate(series["at"]):
        calls = [series[status][place] for status in STATUSES]
        if any(calls):
            found.append(
                {
                    "at": at,
                    "calls": [f"{count:,}" for count in calls],
                    "p50": took(series["p50_ms"][place]),
                    "p95": took(series["p95_ms"][place]),
                    "p99": took(series["p99_ms"][place]),
                    "tokens": f"{series['prompt_tokens'][place] + series['completion_tokens'][place]:,}",
                }
            )
    return found[::-1]
