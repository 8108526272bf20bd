"""python -m benchmarks.workers: what several workers owe to each other, each scenario at its full size."""

import argparse
import asyncio
import os
from collections.abc import Awaitable, Callable

import uvloop

from benchmarks.crew import Crew, crew
from benchmarks.ends import all_killed, kills, orphans, settled, sigterm
from benchmarks.figure import Figure
from benchmarks.proofs import drain, parked, redis, rolls, speed
from benchmarks.report import say

MANY = {"MOCKOPENAI_MAX_WAITING": "100000", "MOCKOPENAI_MAX_WAITING_PER_CALLER": "100000"}
FULL = {
    "orphans": 1,
    "sigterm": 1000,
    "parked": 1000,
    "drain": 20_000,
    "rolls": 3,
    "redis": 30,
    "kills": 50,
    "all-killed": 4,
    "settled": 200,
    "speed": 20_000,
}

Scenario = Callable[[Crew, int], Awaitable[Figure | list[Figure]]]
SCENARIOS: dict[str, tuple[Scenario, str]] = {
    "drain": (drain, "refuse"),
    "speed": (speed, "refuse"),
    "kills": (kills, "refuse"),
    "all-killed": (all_killed, "refuse"),
    "settled": (settled, "manual"),
    "rolls": (rolls, "refuse"),
    "parked": (parked, "manual"),
    "redis": (redis, "manual"),
    "sigterm": (sigterm, "manual"),
    "orphans": (orphans, "manual"),
}


def run(name: str, size: int, *, workers: int, **settings: str) -> list[Figure]:
    """One scenario on a crew of its own."""
    scenario, fallback = SCENARIOS[name]
    with (
        crew(workers, MOCKOPENAI_FALLBACK=fallback, **MANY, **settings) as found,
        asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner,
    ):
        got = runner.run(_whole(scenario, found, size))
    return got if isinstance(got, list) else [got]


async def _whole(scenario: Scenario, found: Crew, size: int) -> Figure | list[Figure]:
    return await scenario(found, size)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.workers", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=list(FULL), default=list(FULL))
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--part", type=float, default=1.0, help="of the full size (default 1)")
    asked = parser.parse_args()
    settings = {"DATABASE_URL": os.environ["DATABASE_URL"]} if "DATABASE_URL" in os.environ else {}
    print("| scenario | figure | | wrong |\n| --- | ---: | --- | --- |", flush=True)
    wrong = False
    for name in asked.only:
        size = max(1, round(FULL[name] * asked.part))
        for workers in (1, 2, asked.workers) if name == "speed" else (asked.workers,):
            say(f"{name}, {workers} workers …")
            for figure in run(name, size, workers=workers, **settings):
                faults = "; ".join(figure.faults)
                wrong = wrong or bool(faults)
                print(f"| {figure.name} | {figure.value:.2f} | {figure.detail} | {faults} |", flush=True)
    return int(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
