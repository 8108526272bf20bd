"""What the log says of a service that is away."""

import logging

import pytest

from apps.live import outage
from apps.live.outage import SETTLES_S, Outage

AWAY = OSError("connection refused")


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(outage, "time", clock)
    return clock


def test_an_outage_is_told_once_and_its_end_too(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    found = Outage("The database")
    found.over()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            found.met(AWAY)
            clock.now += 1
        found.over()
        found.over()
    assert caplog.messages == [
        "The database cannot be reached: connection refused",
        "The database is back after 3 s.",
    ]


def test_connections_that_were_cut_by_an_outage_are_no_outages_of_their_own(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    found = Outage("The database")
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            found.met(AWAY)
            found.over()
            clock.now += SETTLES_S / 4
    assert len(caplog.messages) == 2


def test_what_goes_away_again_and_stays_away_is_told(clock: Clock, caplog: pytest.LogCaptureFixture) -> None:
    found = Outage("The database")
    found.met(AWAY)
    found.over()
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            clock.now += SETTLES_S / 2
            found.met(AWAY)
        clock.now += 1
        found.over()
    assert caplog.messages == [
        "The database cannot be reached: connection refused",
        "The database is back after 6 s.",
    ]
