"""The journal's pages over 100,000 exchanges: the first one, and filtered ones."""

import asyncio
import itertools
import time
from urllib.parse import quote

from benchmarks import rest, servers, traffic
from benchmarks.driver import drive, percentile
from benchmarks.figure import Figure, Options
from benchmarks.rates import PATH
from benchmarks.report import say

ROWS = 100_000
FILL_LIMIT_S = 600.0
TIMES = 20

# What a person filters by; of several questions the slowest counts.
PAGES = {
    "journal-first": ("",),
    "journal-filtered": ("status:200 model:gpt-4o", "caller:nobody", "status:429", "latency:>10s"),
    "journal-text": ('"words that nobody said"',),
}


async def journal(options: Options) -> list[Figure]:
    """Fill the journal with generated answers, then ask for pages, each several times."""
    with servers.mock(MOCKOPENAI_FALLBACK="auto", MOCKOPENAI_JOURNAL_MAX=str(2 * ROWS)) as server:
        say(f"journal: {ROWS:,} calls")
        outcome = await drive(
            server.port,
            requests=itertools.repeat(traffic.http_request(PATH, traffic.request_body()), ROWS),
            connections=64,
            limit_s=FILL_LIMIT_S,
            read=traffic.is_accepted,
        )
        await asyncio.to_thread(server.settle)
        kept = await asyncio.to_thread(
            rest.get, server.port, "/api/exchanges/count?endpoint=chat.completions"
        )
        faults = outcome.faults + ([] if kept["count"] == ROWS else [f"{kept['count']} of {ROWS} were kept"])
        figures = [_slowest(server.port, name, queries) for name, queries in PAGES.items()]
    return [*figures, Figure(name="journal-rows", value=kept["count"], faults=tuple(faults))]


def _slowest(port: int, name: str, queries: tuple[str, ...]) -> Figure:
    """The slowest question's median."""
    medians = {
        query: _median_ms(port, f"/api/exchanges?q={quote(query)}" if query else "/api/exchanges")
        for query in queries
    }
    worst = max(medians, key=lambda query: medians[query])
    return Figure(name=name, value=medians[worst], detail=f"`{worst}`" if worst else "")


def _median_ms(port: int, path: str) -> float:
    took = []
    for _ in range(TIMES):
        started = time.perf_counter()
        rest.get(port, path)
        took.append((time.perf_counter() - started) * 1000)
    return percentile(took, 50)
