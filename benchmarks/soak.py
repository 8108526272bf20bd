"""python -m benchmarks.soak: ordinary use for a while, and whether memory stays flat meanwhile."""

import argparse
import asyncio
import itertools
import os
import random
import signal
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

import httpx

from benchmarks.crew import Crew, crew
from benchmarks.dashboards import Dashboard, watching
from benchmarks.mixture import AUTO, MANUAL, PHASE_S, Mixture
from benchmarks.report import say, surroundings

JOURNAL_MAX = "3000"  # a minute of calls: it is pruned all the time
SAMPLE_S = 5.0
GROWTH_MAX = 1.05  # of the last third's memory over that of the third before; in the first one things settle
JUDGED_MIN = 6  # a shorter run says nothing about memory


@dataclass
class Soak:
    """What is seen of the server while it works: megabytes of all its workers together."""

    found: Crew
    mixture: Mixture
    samples_mb: list[float] = field(default_factory=list)

    async def look(self, dashboards: list[Dashboard], minutes: float) -> None:
        """Samples memory, and says each minute how it stands."""
        print("| minute | calls | RSS MB, all (largest) | errors | p99 ms | events heard |")
        print("| ---: | ---: | ---: | ---: | ---: | ---: |", flush=True)
        began, each = time.monotonic(), max(1, round(60 / SAMPLE_S))
        for number in itertools.count(1):
            await asyncio.sleep(max(0.0, began + number * SAMPLE_S - time.monotonic()))
            sizes = [resident_mb(pid) for pid in self.found.workers() or [self.found.process.pid]]
            self.samples_mb.append(sum(sizes))
            if number % each == 0:
                heard = sum(one.seq for one in dashboards)
                size = f"{fmean(self.samples_mb[-each:]):.0f} ({max(sizes):.0f})"
                mixed = self.mixture
                row = (number // each, mixed.calls, size, len(mixed.errors), f"{mixed.p99_ms():.0f}", heard)
                print("|", " | ".join(map(str, row)), "|", flush=True)
                for error, count in Counter(mixed.errors).most_common(3):
                    say(f"{count} times: {error}")
            if time.monotonic() - began >= minutes * 60:
                return

    def faults(self, minutes: float, dashboards: list[Dashboard]) -> list[str]:
        found = (
            [f"{len(self.mixture.errors)} errors: {self.mixture.errors[:3]}"] if self.mixture.errors else []
        )
        found += [f"a dashboard was closed: {one.closed}" for one in dashboards if one.closed]
        found += ["the numbering of a dashboard has gaps"] if any(one.gaps for one in dashboards) else []
        third = len(self.samples_mb) // 3
        before, after = fmean(self.samples_mb[third:-third]), fmean(self.samples_mb[-third:])
        say(f"memory: {before:.1f} MB in the second third, {after:.1f} MB in the last")
        if minutes >= JUDGED_MIN and after > before * GROWTH_MAX:
            found.append(f"memory grew from {before:.1f} to {after:.1f} MB")
        return found


def resident_mb(pid: int) -> float:
    """What a process holds; 0 when it has just ended."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next(
        (int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS")), 0.0
    )


async def soak(found: Crew, *, minutes: float, rate: float) -> list[str]:
    """Everything at once for so long; what was wrong."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=50)
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{found.port}", timeout=30, limits=limits) as client,
        watching(found.port, 2) as dashboards,
    ):
        mixture = Mixture(client)
        await mixture.fill()
        seen = Soak(found, mixture)
        looking = asyncio.ensure_future(seen.look(dashboards, minutes))
        upkeep = [asyncio.ensure_future(work()) for work in (mixture.refill, mixture.answer)]
        await _calls(mixture, looking, rate)
        faults = [f"it broke off: {task.exception()!r}" for task in upkeep if task.done()]
        for task in upkeep:
            task.cancel()
        await asyncio.gather(*upkeep, return_exceptions=True)
        faults += [*await mixture.lost(), *seen.faults(minutes, dashboards)]
        print(f"\n{mixture.told()}")
    return faults


async def _calls(mixture: Mixture, looking: "asyncio.Future[None]", rate: float) -> None:
    """Calls at that rate, whether or not the earlier ones have been answered; then waits for the last."""
    began, going = time.monotonic(), set[asyncio.Task[None]]()
    for number in itertools.count():
        mode = (AUTO, MANUAL)[int((time.monotonic() - began) / PHASE_S) % 2]
        await mixture.switch(mode)
        task = asyncio.create_task(mixture.one(mode))
        going.add(task)
        task.add_done_callback(going.discard)
        await asyncio.sleep(max(0.0, began + (number + 1) / rate - time.monotonic()))
        if looking.done():
            break
    await looking
    await asyncio.gather(*going)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--rate", type=float, default=50, help="calls a second (default 50)")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    random.seed(1)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # ends the servers, too
    print("  \n".join(f"{name}: {value}" for name, value in surroundings().items()), "\n")
    settings = {"DATABASE_URL": os.environ["DATABASE_URL"]} if "DATABASE_URL" in os.environ else {}
    settings |= {"MOCKOPENAI_JOURNAL_MAX": JOURNAL_MAX}
    with crew(asked.workers, **settings) as found:
        faults = asyncio.run(soak(found, minutes=asked.minutes, rate=asked.rate))
        faults += [f"the log has: {line}" for line in found.lines("Traceback")[:1]]
    for fault in faults:
        print(f"**WRONG: {fault}**  ")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
