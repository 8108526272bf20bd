"""A latency as small pictures: how its waits are spread, drawn by the code that has replies wait."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from apps.wire.histogram import Histogram, waits_shown
from apps.wire.reply import Pace

WIDTH, HEIGHT = 256, 56  # of the picture, in its own units
GAP = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A bar of the picture."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """One picture: its bars, and the words around it. `median_x`, `p95_x`: lines, None outside of it."""

    title: str
    bars: tuple[Bar, ...]
    median: str
    p95: str
    until: str
    median_x: float | None
    p95_x: float | None


def drawn_waits(pace: Pace) -> tuple[Drawn, ...]:
    """What a pace looks like: the first token, and the next ones or all of it."""
    titles = {"first": _("To the first token"), "token": _("Between tokens"), "total": _("All of it")}
    return tuple(_drawn(titles[name], shown) for name, shown in waits_shown(pace).items())


def _drawn(title: str, shown: Histogram) -> Drawn:
    width = WIDTH / len(shown.bars)
    bars = tuple(
        Bar(
            x=round(index * width + GAP / 2, 2),
            y=round(HEIGHT - height, 2),
            width=round(width - GAP, 2),
            height=round(height, 2),
        )
        for index, share in enumerate(shown.bars)
        if (height := max(1.0, share * HEIGHT) if share else 0.0)
    )
    return Drawn(
        title=title,
        bars=bars,
        median=milliseconds(shown.median_ms),
        p95=milliseconds(shown.p95_ms),
        until=milliseconds(shown.until_ms),
        median_x=_place(shown.median_ms, shown.until_ms),
        p95_x=_place(shown.p95_ms, shown.until_ms),
    )


def _place(wait_ms: float, until_ms: float) -> float | None:
    return round(wait_ms / until_ms * WIDTH, 2) if wait_ms <= until_ms else None


def milliseconds(wait_ms: float) -> str:
    """A wait in words: 0 ms, 23 ms, 1.5 s."""
    if wait_ms < 1000:
        return _("%(n)s ms") % {"n": f"{wait_ms:.3g}" if wait_ms < 100 else f"{wait_ms:.0f}"}
    return _("%(n)s s") % {"n": f"{wait_ms / 1000:.3g}"}
