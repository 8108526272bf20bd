"""Two server processes on one SQLite file: still exactly once, still in order."""

import asyncio
import itertools
import tempfile
from pathlib import Path

from benchmarks import ledger, rest, servers, traffic
from benchmarks.crew import redis_in
from benchmarks.driver import Outcome, drive
from benchmarks.figure import Figure, Options
from benchmarks.rates import PATH, RUN_LIMIT_S

CALLS = 5_000
CONNECTIONS = 16  # to each process


async def pair(options: Options) -> list[Figure]:
    """One queue, taken from over both processes at once; all answers are judged together."""
    serials = range(1, CALLS + 1)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = servers.migrated(Path(name))
        with (
            redis_in(folder) as redis,
            servers.mock_on(folder, MOCKOPENAI_FALLBACK="refuse", REDIS_URL=redis.url) as one,
            servers.mock_on(folder, MOCKOPENAI_FALLBACK="refuse", REDIS_URL=redis.url) as other,
        ):
            await asyncio.to_thread(rest.fill, one.port, serials)
            requests = itertools.repeat(traffic.http_request(PATH, traffic.request_body()), CALLS)
            halves = await asyncio.gather(
                *(
                    drive(server.port, requests=requests, connections=CONNECTIONS, limit_s=RUN_LIMIT_S)
                    for server in (one, other)
                )
            )
    both = _together(halves)
    faults = ledger.faults_of(both, serials)
    shares = " + ".join(f"{len(half.entries):,}" for half in halves)
    return [Figure(name="two-processes", value=len(faults), detail=f"{shares} calls", faults=faults)]


def _together(halves: list[Outcome]) -> Outcome:
    return Outcome(
        entries=[entry for half in halves for entry in half.entries],
        faults=[fault for half in halves for fault in half.faults],
        last_answers=[answer for half in halves for answer in half.last_answers],
    )
