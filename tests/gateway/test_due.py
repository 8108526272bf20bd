"""Which events of a stream leave when: by an absolute schedule, what is late together."""

from itertools import accumulate, islice

import pytest

from apps.gateway.due import TOGETHER, Due, due_of
from apps.wire.latency import drawn, total_ms, waits_ms
from apps.wire.pace import read_pace
from apps.wire.reply import INSTANT, Pace
from apps.wire.sse import DONE

ROLE, HELLO, WORLD, END = b"role ", b"hello ", b"world ", b"end "
EVENTS = (ROLE, HELLO, WORLD, END, DONE)


def due(pace: Pace) -> Due:
    return Due(iter(EVENTS), pace)


def test_each_event_is_due_at_its_own_time_and_done_with_the_last() -> None:
    stream = due(Pace(first_token_ms=100, token_ms=20))
    taken = []
    while not stream.over:
        taken.append((round(stream.at_s, 6), stream.take(stream.at_s)))
    assert taken == [(0.1, ROLE), (0.12, HELLO), (0.14, WORLD), (0.16, END + DONE)]


def test_nothing_leaves_before_it_is_due() -> None:
    stream = due(Pace(first_token_ms=100, token_ms=20))
    assert stream.take(0.098) == b""
    assert stream.take(0.1) == ROLE
    assert stream.take(0.118) == b""
    assert not stream.over


def test_what_is_late_leaves_together_and_the_rest_keeps_its_time() -> None:
    stream = due(Pace(first_token_ms=100, token_ms=20))
    assert stream.take(0.15) == ROLE + HELLO + WORLD
    assert round(stream.at_s, 6) == 0.16
    assert stream.take(0.15) == b""
    assert stream.take(9) == END + DONE
    assert stream.over


def test_without_a_pace_all_leaves_at_once() -> None:
    stream = due(INSTANT)
    assert stream.take(0.0) == b"".join(EVENTS)
    assert stream.over


def test_without_a_pace_between_tokens_all_waits_for_the_first() -> None:
    stream = due(Pace(first_token_ms=300))
    assert stream.take(0.2) == b""
    assert stream.take(0.3) == b"".join(EVENTS)


def test_a_long_stream_leaves_in_parts() -> None:
    events = [b"%d " % number for number in range(3 * TOGETHER)]
    stream = Due(iter([*events, DONE]), INSTANT)
    parts = []
    while not stream.over:
        parts.append(stream.take(0.0))
    assert len(parts) == 3
    assert b"".join(parts) == b"".join(events) + DONE


def test_no_event_at_all_is_over_from_the_start() -> None:
    stream = Due(iter(()), Pace(token_ms=5))
    assert stream.over
    assert stream.take(1.0) == b""


SPREAD = drawn(
    read_pace({"first_token_ms": 100, "token_ms": {"lognormal": {"median": 20, "p95": 90}}})[0], seed=7
)
TOTAL = drawn(
    read_pace({"first_token_ms": 100, "total_ms": {"uniform": {"from": 400, "to": 600}}})[0], seed=7
)


def test_uneven_waits_add_up_to_an_absolute_schedule_and_lateness_does_not() -> None:
    waits = waits_ms(SPREAD)
    assert waits is not None
    promised = [0.1, *(0.1 + sum_ms / 1000 for sum_ms in accumulate(islice(waits, 3)))]
    stream, seen = due_of(iter(EVENTS), SPREAD), []
    while not stream.over:
        seen.append(stream.at_s)
        assert stream.take(stream.at_s - 0.002) == b""
        assert stream.take(stream.at_s + 0.0002)
    assert seen == pytest.approx(promised)
    assert stream.taken_s == pytest.approx(promised[-1])


def test_uneven_events_that_are_late_leave_together_and_all_are_there() -> None:
    stream = due_of(iter(EVENTS), SPREAD)
    assert stream.take(0.1).startswith(ROLE)
    assert stream.take(99) == b"".join(EVENTS[1:])
    assert stream.over
    assert due_of(iter(()), SPREAD).over


def test_all_of_a_stream_takes_the_total_however_many_events_it_has() -> None:
    total = total_ms(TOTAL)
    assert total is not None and 400 <= total <= 600
    for events in (EVENTS, EVENTS[:3], (*EVENTS[:1], DONE), EVENTS[:1]):
        stream, last_s = due_of(iter(events), TOTAL), 0.0
        while not stream.over:
            last_s = stream.at_s
            stream.take(stream.at_s)
        assert last_s == pytest.approx(total / 1000)
    assert due_of(iter(EVENTS), TOTAL).at_s == pytest.approx(0.1)


def test_a_fixed_pace_needs_no_waits_to_be_drawn() -> None:
    assert type(due_of(iter(EVENTS), Pace(100, 20))) is Due


@pytest.mark.parametrize(
    "pace",
    [
        Pace(first_token_ms=100, token_ms=20),
        drawn(read_pace({"token_ms": {"uniform": {"from": 5, "to": 90}}})[0], 7),
        drawn(read_pace({"first_token_ms": 10, "total_ms": 310})[0], 7),
    ],
    ids=["even", "uneven", "total"],
)
def test_events_one_by_one_are_due_when_they_are_together(pace: Pace) -> None:
    stream, taken = due_of(iter(EVENTS), pace), []
    while not stream.over:
        taken.append((stream.at_s, stream.take(stream.at_s)))
    alone = list(due_of(iter(EVENTS), pace).each())
    assert [event for _, event in alone] == list(EVENTS)
    assert alone[-1][0] == alone[-2][0]
    assert [at_s for at_s, _ in alone[:-1]] == pytest.approx([at_s for at_s, _ in taken])
