"""Requests a second: what ours and the yardstick give when they are asked in turn."""

import asyncio
import itertools
import statistics
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from benchmarks import ledger, rest, servers, traffic, yardstick
from benchmarks.driver import Outcome, drive
from benchmarks.figure import Figure, Options
from benchmarks.report import say
from benchmarks.servers import Server

PATH = "/v1/chat/completions"
RUN_LIMIT_S = 120.0
COUNT_MAX = 60_000
TRIAL = 400
LEVELS = (1, 16, 64, 256)


@dataclass(slots=True)
class Side:
    """One of the two servers of a comparison: its runs so far, and the processor time they took."""

    server: Server
    outcomes: list[Outcome] = field(default_factory=list)
    cpu_us: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    @property
    def rate(self) -> float:
        return statistics.median(outcome.rate for outcome in self.outcomes)

    def latency_ms(self, percent: float) -> float:
        return statistics.median(outcome.latency_ms(percent) for outcome in self.outcomes)

    async def run(self, requests: bytes, count: int, connections: int) -> Outcome:
        """One measured run of the server, idle before."""
        await asyncio.to_thread(self.server.settle)
        cpu_s = self.server.cpu_s()
        outcome = await drive(
            self.server.port,
            requests=itertools.repeat(requests, count),
            connections=connections,
            limit_s=RUN_LIMIT_S,
        )
        self.cpu_us.append((self.server.cpu_s() - cpu_s) / count * 1e6)
        self.outcomes.append(outcome)
        return outcome

    def forget(self) -> None:
        self.outcomes, self.cpu_us = [], []

    def described(self) -> str:
        return f"{self.rate:,.0f}/s ({statistics.median(self.cpu_us):.0f} µs CPU each)"


class Yardstick(Side):
    """The FastAPI hello-world; every answer must be its constant."""

    REQUEST = traffic.http_request(yardstick.PATH, traffic.request_body())

    async def measure(self, count: int, connections: int) -> float:
        outcome = await self.run(self.REQUEST, count, connections)
        if outcome.faults or len(outcome.entries) != count or any(serial for _, _, serial in outcome.entries):
            self.faults.append(f"the yardstick itself failed: {outcome.faults}")
        return outcome.rate


class Mock(Side):
    """Ours, answering from the queue of one caller; every answer is checked."""

    next_serial = 1
    stream = False

    async def measure(self, count: int, connections: int) -> float:
        """Queue `count` presets, take them all, check them all; the filling is not measured."""
        serials = range(self.next_serial, self.next_serial + count)
        self.next_serial += count
        await asyncio.to_thread(rest.fill, self.server.port, serials)
        return await self.take(serials, connections)

    async def take(self, serials: range, connections: int) -> float:
        request = traffic.http_request(PATH, traffic.request_body(stream=self.stream))
        outcome = await self.run(request, len(serials), connections)
        self.faults += ledger.faults_of(outcome, serials)
        return outcome.rate


Measure = Callable[[int, int], Awaitable[float]]


async def enough(measure: Measure, connections: int, seconds: float) -> int:
    """How many requests take about that long; found by a trial that also warms the server up."""
    rate = await measure(TRIAL, connections)
    return max(TRIAL, min(COUNT_MAX, int(rate * seconds)))


async def compare(
    name: str, ours: Side, yard: Side, measures: tuple[Measure, Measure], connections: int, options: Options
) -> Figure:
    """The median of the ratios of neighbouring runs, the two servers in turn."""
    counts = [await enough(measure, connections, options.seconds) for measure in measures]
    ours.forget()
    yard.forget()
    ratios = []
    for number in range(options.rounds):
        theirs = await measures[1](counts[1], connections)
        ratios.append(await measures[0](counts[0], connections) / theirs if theirs else 0.0)
        say(f"{name}: round {number + 1} of {options.rounds}: {ratios[-1]:.2f} ×")
    figure = Figure(
        name=name,
        value=statistics.median(ratios),
        detail=(
            f"{ours.described()} against {yard.described()}; p50 {ours.latency_ms(50):.1f}, "
            f"p99 {ours.latency_ms(99):.1f} ms; rounds {min(ratios):.2f}–{max(ratios):.2f}"
            f"{_driver_limit(ours, yard)}"
        ),
        faults=tuple(ours.faults + yard.faults),
    )
    ours.faults, yard.faults = [], []
    return figure


def _driver_limit(*sides: Side) -> str:
    busy = max(outcome.driver_busy for side in sides for outcome in side.outcomes)
    return f"; driver {busy:.0%} busy{' (THE LIMIT)' if busy > 0.9 else ''}"


async def auto_reply(options: Options) -> list[Figure]:
    """Presets answered over 1, 16, 64 and 256 connections."""
    figures = []
    with servers.yardstick() as theirs, servers.mock(MOCKOPENAI_FALLBACK="refuse") as mine:
        yard, ours = Yardstick(theirs), Mock(mine)
        for level in LEVELS:
            measures = (ours.measure, yard.measure)
            figures.append(await compare(f"auto-{level}", ours, yard, measures, level, options))
        figures.append(Figure(name="auto-256-p99", value=ours.latency_ms(99)))
    return figures


async def streamed(options: Options) -> list[Figure]:
    """The same replies as server-sent events without pacing, against the yardstick's plain answers."""
    with servers.yardstick() as theirs, servers.mock(MOCKOPENAI_FALLBACK="refuse") as mine:
        yard, ours = Yardstick(theirs), Mock(mine)
        ours.stream = True
        return [await compare("stream-64", ours, yard, (ours.measure, yard.measure), 64, options)]
