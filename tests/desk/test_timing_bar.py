"""Where the time went: the stretches of a bar, and durations in words."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.desk.timing_bar import read_bar, spell_ms
from apps.journal.models import Exchange

CAME = datetime(2026, 1, 31, 12, tzinfo=UTC)


def row(
    *,
    held_ms: int | None = None,
    first_byte_ms: int | None = None,
    duration_ms: int | None = None,
    injected_ms: int | None = None,
    stream: bool = False,
) -> Exchange:
    answered_at = None if held_ms is None else CAME + timedelta(milliseconds=held_ms)
    return Exchange(
        created_at=CAME,
        deadline_at=None if held_ms is None else CAME + timedelta(seconds=60),
        answered_at=answered_at,
        first_byte_ms=first_byte_ms,
        duration_ms=duration_ms,
        injected_ms=injected_ms,
        stream=stream,
    )


def parts(exchange: Exchange) -> list[tuple[str, str]]:
    return [(part.kind, part.took) for part in read_bar(exchange).parts]


def test_a_held_and_streamed_reply_has_three_stretches_that_fill_the_bar() -> None:
    bar = read_bar(row(held_ms=2000, first_byte_ms=2500, duration_ms=4000))
    assert [(part.kind, part.took, part.start, part.width) for part in bar.parts] == [
        ("held", "2.0 s", "0.00%", "50.00%"),
        ("first", "500 ms", "50.00%", "12.50%"),
        ("rest", "1.5 s", "62.50%", "37.50%"),
    ]
    assert bar.took == "4.0 s"


def test_a_stretch_that_did_not_happen_is_left_out() -> None:
    assert parts(row(first_byte_ms=3, duration_ms=3)) == [("first", "3 ms")]
    assert parts(row(held_ms=900, duration_ms=900)) == [("held", "900 ms")]


def test_a_stretch_that_took_next_to_nothing_is_still_seen() -> None:
    [held, _, rest] = read_bar(row(held_ms=60_000, first_byte_ms=60_001, duration_ms=60_002)).parts
    assert rest.width == "0.98%"
    assert float(held.width.rstrip("%")) < 100


def test_a_reply_typed_live_that_began_before_its_end_was_known_is_no_negative_stretch() -> None:
    assert parts(row(held_ms=900, first_byte_ms=400, duration_ms=1000)) == [
        ("held", "900 ms"),
        ("rest", "100 ms"),
    ]
    assert parts(row(held_ms=1010, first_byte_ms=400, duration_ms=1000)) == [("held", "1.0 s")]


def test_what_was_waited_on_purpose_is_told_apart_from_our_own_time() -> None:
    assert parts(row(first_byte_ms=520, duration_ms=521, injected_ms=500)) == [
        ("injected", "500 ms"),
        ("first", "20 ms"),
        ("rest", "1 ms"),
    ]
    delayed = row(held_ms=900, first_byte_ms=1210, duration_ms=1810, injected_ms=800, stream=True)
    assert parts(delayed) == [
        ("held", "900 ms"),
        ("injected", "200 ms"),
        ("first", "110 ms"),
        ("injected", "600 ms"),
    ]


def test_what_has_not_ended_has_no_bar() -> None:
    assert read_bar(row()).parts == ()


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (None, ""),
        (0, "0 ms"),
        (999, "999 ms"),
        (1000, "1.0 s"),
        (59_949, "59.9 s"),
        (59_950, "1 m 0 s"),
        (125_000, "2 m 5 s"),
        (3_840_000, "1 h 4 m"),
    ],
)
def test_a_duration_is_spelled_shortly(ms: int | None, words: str) -> None:
    assert spell_ms(ms) == words
