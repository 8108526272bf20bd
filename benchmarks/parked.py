"""Parked calls: what each costs while it waits for a person, and how soon the answer is with its caller."""

import asyncio
import json
import random
import re
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import cast

from benchmarks import rest, servers, traffic
from benchmarks.driver import connect, drive, percentile
from benchmarks.figure import Figure, Options
from benchmarks.report import say
from benchmarks.servers import Server

WARM = 50
FULL = 10_000  # fewer are a sample, and not held against the target
CAREFULLY = 500  # answered one at a time: the latency of an answer alone; the others by ANSWERERS at once
ANSWERERS = 8
PARK_LIMIT_S = 120.0
ANSWER_LIMIT_S = 300.0
NAME = re.compile(r"caller-(\d{6})")


class Caller(asyncio.Protocol):
    """One caller that waits: asks once, and remembers what it got, and when."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.answer = b""
        self.received_at = 0.0
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        body = traffic.request_body(content=f"caller-{self.number:06} asks: ")
        self.transport.write(traffic.http_request("/v1/chat/completions", body))

    def data_received(self, data: bytes) -> None:
        self.answer += data
        self.received_at = time.perf_counter()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = not traffic.is_whole(self.answer)

    def fault(self) -> str:
        if not traffic.is_whole(self.answer):
            return "never answered"
        if not self.answer.startswith(b"HTTP/1.1 200"):
            return f"answered with {self.answer[:40]!r}"
        said = json.loads(traffic.body_of(self.answer))["choices"][0]["message"]["content"]
        return "" if said == _reply(self.number) else f"got another's answer: {said[:40]!r}"


@dataclass(slots=True)
class Footprint:
    """What the process holds at one moment."""

    rss_bytes: int
    threads: int
    files: int

    @classmethod
    def of(cls, server: Server) -> "Footprint":
        return cls(server.rss_bytes(), server.threads(), server.open_files())


async def parked(options: Options) -> list[Figure]:
    """Park calls, weigh the process, answer them in random order over REST."""
    many = str(options.parked + WARM + 100)
    limits = {"MOCKOPENAI_MAX_WAITING": many, "MOCKOPENAI_MAX_WAITING_PER_CALLER": many}
    with servers.mock(MOCKOPENAI_FALLBACK="manual", MOCKOPENAI_HOLD_S="3600", **limits) as server:
        await answer_all(server, await _park(server, WARM), carefully=WARM)  # the first ones load the code
        before = Footprint.of(server)
        callers = await _park(server, options.parked)
        after = Footprint.of(server)
        say(f"parked {options.parked}: {after.rss_bytes / 1e6:.0f} MB, {after.threads} threads")
        return _weight(before, after, options.parked) + await answer_all(server, callers, carefully=CAREFULLY)


def _weight(before: Footprint, after: Footprint, count: int) -> list[Figure]:
    each_kb = (after.rss_bytes - before.rss_bytes) / 1000 / count
    grown = f"{before.rss_bytes / 1e6:.0f} → {after.rss_bytes / 1e6:.0f} MB"
    files = f"files {before.files} → {after.files}"
    return [
        Figure(name="parked" if count >= FULL else "parked-sample", value=count, detail=files),
        Figure(name="parked-memory", value=each_kb, detail=grown),
        Figure(
            name="parked-threads",
            value=after.threads - before.threads,
            detail=f"{before.threads} → {after.threads}",
        ),
    ]


async def _park(server: Server, count: int) -> list[Caller]:
    """Connect so many callers; returns when the server has gone idle over them."""
    callers = await connect(server.port, [partial(Caller, number) for number in range(count)])
    await asyncio.to_thread(server.settle, limit_s=PARK_LIMIT_S)
    return callers


async def answer_all(server: Server, callers: list[Caller], *, carefully: int) -> list[Figure]:
    """Answer every caller with its own words; then see what each got."""
    rows = await asyncio.to_thread(rest.waiting, server.port)
    ids = {number: row_id for row in rows for row_id, number in [_identify(server.port, row)] if number >= 0}
    faults = (
        [f"{len(callers) - len(ids)} parked calls are not on the desk"] if len(ids) < len(callers) else []
    )
    order = list(ids.items())
    random.shuffle(order)
    posted_at: dict[int, float] = {}
    for part, answerers in ((order[:carefully], 1), (order[carefully:], ANSWERERS)):
        outcome = await drive(
            server.port,
            requests=_answers(part, posted_at),
            connections=answerers,
            limit_s=ANSWER_LIMIT_S,
            read=traffic.is_accepted,
        )
        refused = sum(1 for _, _, code in outcome.entries if code)
        faults += outcome.faults + ([f"{refused} answers were refused"] if refused else [])
    await _all_received(callers)
    faults += _tally([caller.fault() for caller in callers])
    for caller in callers:
        caller.transport.close()
    await asyncio.to_thread(server.settle)
    return _latencies(callers, [number for number, _ in order], posted_at, carefully, tuple(faults))


def _identify(port: int, row: dict[str, object]) -> tuple[str, int]:
    """The id of a waiting call and its caller's number, which the summary shows or else the call itself."""
    row_id = str(row["id"])
    found = NAME.search(json.dumps(row)) or NAME.search(
        json.dumps(rest.get(port, f"/api/exchanges/{row_id}"))
    )
    return row_id, int(found.group(1)) if found else -1


def _answers(order: list[tuple[int, str]], posted_at: dict[int, float]) -> Iterator[bytes]:
    for number, row_id in order:
        body = json.dumps({"response": {"content": _reply(number)}}).encode()
        request = traffic.http_request(f"/api/desk/{row_id}/answer", body)
        posted_at[number] = time.perf_counter()
        yield request


def _reply(number: int) -> str:
    return f"the answer for caller-{number:06}"


async def _all_received(callers: list[Caller], limit_s: float = 10.0) -> None:
    until = time.monotonic() + limit_s
    while time.monotonic() < until and not all(traffic.is_whole(c.answer) or c.lost for c in callers):
        await asyncio.sleep(0.05)


def _latencies(
    callers: list[Caller],
    order: list[int],
    posted_at: dict[int, float],
    carefully: int,
    faults: tuple[str, ...],
) -> list[Figure]:
    took = {c.number: (c.received_at - posted_at[c.number]) * 1000 for c in callers if c.number in posted_at}
    alone = [took[number] for number in order[:carefully]]
    crowd = [took[number] for number in order[carefully:]]
    detail = f"{len(alone)} answered one at a time"
    if crowd:
        median = statistics.median(crowd)
        detail += (
            f"; {len(crowd)} by {ANSWERERS} at once: p50 {median:.1f}, p99 {percentile(crowd, 99):.1f} ms"
        )
    return [
        Figure(name="answer-p50", value=percentile(alone, 50), detail=detail, faults=faults),
        Figure(name="answer-p99", value=percentile(alone, 99)),
    ]


def _tally(faults: list[str]) -> list[str]:
    found = [fault for fault in faults if fault]
    return [f"{len(found)} callers: {found[0]}"] if found else []
