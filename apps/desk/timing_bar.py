"""Where an exchange's time went, as a bar that a page draws and words beside it."""

from dataclasses import dataclass

from apps.journal.models import Exchange
from apps.journal.present import timing

WIDTH_MIN = 0.01  # of the whole: what took next to nothing is still seen


@dataclass(frozen=True, slots=True)
class Part:
    """One stretch of the bar, in per cent of it. `kind`: "held" (at the desk), "injected" (an author's or a
    rule's wait), "first" (byte), "rest"."""

    kind: str
    took: str
    start: str
    width: str


@dataclass(frozen=True, slots=True)
class Bar:
    """The parts of an exchange that has ended, one after the other; none where nothing was measured."""

    parts: tuple[Part, ...]
    took: str


def read_bar(row: Exchange) -> Bar:
    """The bar of an exchange; a stretch that did not happen is left out."""
    times = timing(row)
    held_ms, whole_ms = times["held_ms"] or 0, times["duration_ms"]
    if whole_ms is None:
        return Bar((), "")
    first_ms = times["first_byte_ms"]
    # A stream that is typed live begins before its author is done: the two marks may change places.
    marks = [("held", min(held_ms, whole_ms))]
    first_ms = whole_ms if first_ms is None else min(max(first_ms, marks[0][1]), whole_ms)
    before_ms, after_ms = _injected(row, first_ms - marks[0][1], whole_ms - first_ms)
    marks += [("injected", marks[0][1] + before_ms), ("first", first_ms)]
    marks += [("injected", first_ms + after_ms), ("rest", whole_ms)]
    return Bar(_parts(marks), spell_ms(whole_ms))


def _injected(row: Exchange, first_ms: int, rest_ms: int) -> tuple[int, int]:
    """What of the waits on purpose lies before the first byte, and what after it: the pace of a stream, whose
    head leaves at once; of a whole reply all of it comes before."""
    injected_ms = row.injected_ms or 0
    if not row.stream:
        return min(injected_ms, first_ms), 0
    after_ms = min(injected_ms, rest_ms)
    return min(injected_ms - after_ms, first_ms), after_ms


def _parts(marks: list[tuple[str, int]]) -> tuple[Part, ...]:
    """The stretches that end at those marks, in milliseconds since the call came."""
    lasting = list[tuple[str, int]]()
    before = 0
    for kind, until_ms in marks:
        if until_ms > before:
            lasting.append((kind, until_ms - before))
        before = until_ms
    least = WIDTH_MIN * before
    whole = sum(max(took, least) for _, took in lasting)
    parts, start = list[Part](), 0.0
    for kind, took_ms in lasting:
        width = 100 * max(took_ms, least) / whole
        parts.append(Part(kind, spell_ms(took_ms), f"{start:.2f}%", f"{width:.2f}%"))
        start += width
    return tuple(parts)


def spell_ms(ms: int | None) -> str:
    """A duration in at most three digits or two units: 12 ms, 1.3 s, 2 m 5 s, 1 h 4 m; "" for None."""
    if ms is None:
        return ""
    if ms < 1000:
        return f"{ms} ms"
    if ms < 59_950:
        return f"{ms / 1000:.1f} s"
    minutes, seconds = divmod(round(ms / 1000), 60)
    return f"{minutes} m {seconds} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} m"
