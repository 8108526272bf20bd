"""The load driver and its ledger: every request answered, every wrong answer found."""

import itertools
from collections.abc import Iterator

import pytest

from benchmarks import ledger, servers, traffic
from benchmarks.driver import Entry, Outcome, drive
from benchmarks.rates import Yardstick
from benchmarks.servers import Server

pytestmark = pytest.mark.fast
REQUESTS = 200


@pytest.fixture(scope="module")
def yardstick() -> Iterator[Server]:
    with servers.yardstick() as server:
        yield server


@pytest.mark.parametrize("connections", [1, 16])
async def test_every_request_gets_one_whole_answer(yardstick: Server, connections: int) -> None:
    outcome = await drive(
        yardstick.port,
        requests=itertools.repeat(Yardstick.REQUEST, REQUESTS),
        connections=connections,
        limit_s=20,
    )
    assert outcome.faults == []
    assert [serial for _, _, serial in outcome.entries] == [0] * REQUESTS
    assert len(outcome.last_answers) == connections
    assert all(map(traffic.says_it_all, outcome.last_answers))


async def test_an_answer_that_is_not_the_reply_is_no_serial_number(yardstick: Server) -> None:
    lost = traffic.http_request("/nowhere", traffic.request_body())
    outcome = await drive(yardstick.port, requests=iter([lost]), connections=1, limit_s=20)
    assert [serial for _, _, serial in outcome.entries] == [-1]


def test_bodies_have_the_sizes_they_are_named_for() -> None:
    assert len(traffic.request_body()) == len(traffic.request_body(stream=True)) == traffic.REQUEST_BYTES
    assert {len(traffic.reply_body(serial)) for serial in (0, 7, 10**23)} == {traffic.REPLY_BYTES}


@pytest.mark.parametrize(
    ("serials", "fault"),
    [([1, 2, 4], "1 lost"), ([1, 2, 3, 3, 4], "1 answered twice"), ([1, 3, 2, 4], "1 out of order")],
)
def test_the_ledger_finds_what_is_lost_doubled_or_out_of_order(serials: list[int], fault: str) -> None:
    one_by_one: list[Entry] = [(at, at + 0.5, serial) for at, serial in enumerate(serials)]
    (found, *_) = ledger.faults_of(Outcome(entries=one_by_one), range(1, 5))
    assert found.startswith(fault)


def test_calls_that_were_on_the_way_together_may_come_in_any_order() -> None:
    together: list[Entry] = [(0.0, 2.0, 2), (1.0, 3.0, 1)]
    assert ledger.out_of_order(together) == []
