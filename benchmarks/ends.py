"""Workers that are killed or told to end: nobody hangs, nothing comes twice, everybody is told."""

import asyncio
import os
import random
import signal
import time
from functools import partial

from benchmarks import rest
from benchmarks.crew import Crew, is_running, wait_for
from benchmarks.figure import Figure
from benchmarks.parked import Caller
from benchmarks.proofs import CALLERS, faults_of, fill, park
from benchmarks.steady import Steady, clients

LEASE_S = 30.0  # promised for a process that is not known to be gone
HUNG_S = 15.0  # a call that waited for so long: on a busy machine a start takes seconds


async def kills(found: Crew, count: int, *, pause_s: float = 1.0) -> Figure:
    """kill -9 of random workers under load: nothing twice, lost is only what was on its way.

    Those that are just starting are killed, too; the last one that serves is not: a start takes seconds.
    """
    presets = int(400 * (count + 2) * pause_s) // CALLERS * CALLERS
    await asyncio.to_thread(fill, found.port, presets)
    made, size = clients(found.port, 16, callers=CALLERS), len(found.workers())
    over = asyncio.Event()

    going = [asyncio.ensure_future(client.until_empty(over, pause_s=0.05)) for client in made]
    for _ in range(count):
        await asyncio.sleep(pause_s * (0.5 + random.random()))
        await asyncio.to_thread(wait_for, lambda: len(found.serving()) > 1, limit_s=120)
        victim = random.choice(found.workers())
        os.kill(victim, signal.SIGKILL)
        # One that is dead, and not known to be yet, would count as one that serves, and be killed again.
        await asyncio.to_thread(wait_for, partial(found.lines, f"Worker {victim} ended"), limit_s=120)
    over.set()
    await asyncio.gather(*going)
    broken = sum(client.broken for client in made)
    faults = faults_of(made, presets, lost=broken)
    await asyncio.to_thread(wait_for, lambda: len(found.serving()) == size, limit_s=120)
    slowest = max(client.slowest_s for client in made)
    faults += [f"a call hung for {slowest:.1f} s"] if slowest > HUNG_S else []
    detail = f"kills; {presets} presets, {broken} calls broken, the slowest call took {slowest:.2f} s"
    return Figure(name="kills", value=count, detail=detail, faults=tuple(faults))


async def all_killed(found: Crew, count: int) -> Figure:
    """All workers are killed at once, again and again: calls wait for the first that serves, no longer."""
    client, took_s = Steady(found.port, "nobody"), []
    for _ in range(count):
        client.refused.clear()
        for pid in found.workers():
            os.kill(pid, signal.SIGKILL)
        began = time.monotonic()
        while not client.refused and time.monotonic() < began + 4 * HUNG_S:
            await client.call()
        took_s.append(time.monotonic() - began)
    faults = (f"a call hung for {max(took_s):.1f} s",) if max(took_s) > HUNG_S else ()
    listed = ", ".join(f"{one:.1f}" for one in took_s)
    return Figure(
        name="all-killed", value=max(took_s), detail=f"s until calls are answered ({listed})", faults=faults
    )


async def sigterm(found: Crew, count: int) -> Figure:
    """Everybody who waits is told within 2 s, and the whole crew is gone within 10 s."""
    callers = await park(found, count)
    workers, began = found.workers(), time.perf_counter()
    found.process.send_signal(signal.SIGTERM)
    code = await asyncio.to_thread(found.process.wait, 20)
    took_s = time.perf_counter() - began
    told = [caller for caller in callers if caller.answer.startswith(b"HTTP/1.1 503")]
    last_s = max((caller.received_at for caller in told), default=0.0) - began
    faults = [f"{count - len(told)} were not told"] if len(told) < count else []
    faults += [f"exit status {code}"] if code else []
    faults += ["workers are left"] if any(map(is_running, workers)) else []
    detail = f"s until the last of {count} had its 503; all ended after {took_s:.2f} s"
    return Figure(name="sigterm", value=last_s, detail=detail, faults=tuple(faults))


async def orphans(found: Crew, _: int) -> Figure:
    """A supervisor that is killed takes its workers with it, and they tell who waits."""
    callers, workers, began = await park(found, 8), found.workers(), time.perf_counter()
    found.process.kill()
    await asyncio.to_thread(wait_for, lambda: not any(map(is_running, workers)), limit_s=20)
    took_s = time.perf_counter() - began
    untold = [caller for caller in callers if not caller.answer.startswith(b"HTTP/1.1 503")]
    faults = (f"{len(untold)} were not told",) if untold else ()
    return Figure(name="orphans", value=took_s, detail="s to the last worker's end", faults=faults)


async def settled(found: Crew, count: int) -> list[Figure]:
    """What waits in a worker that is killed, and in one that stands still, is settled by the others."""
    callers = await park(found, count)
    figures = [await _settled(found, callers, "settled", signal.SIGKILL, HUNG_S)]
    await asyncio.to_thread(wait_for, lambda: len(found.serving()) > 2, limit_s=120)
    return [*figures, await _settled(found, callers, "settled-lease", signal.SIGSTOP, LEASE_S)]


async def _settled(
    found: Crew, callers: list[Caller], name: str, how: signal.Signals, limit_s: float
) -> Figure:
    one, before, began = random.choice(found.serving()), _waiting(found), time.monotonic()
    os.kill(one, how)
    await asyncio.to_thread(wait_for, lambda: _waiting(found) < before, limit_s=60)
    took_s = time.monotonic() - began
    if how is signal.SIGSTOP:
        os.kill(one, signal.SIGKILL)  # its callers see the end of their connections
    await asyncio.to_thread(wait_for, lambda: _waiting(found) == sum(not caller.lost for caller in callers))
    faults = (f"it took {took_s:.1f} s",) if took_s > limit_s else ()
    detail = f"s until {before - _waiting(found)} calls that waited there were settled"
    return Figure(name=name, value=took_s, detail=detail, faults=faults)


def _waiting(found: Crew) -> int:
    return int(rest.get(found.port, "/api/exchanges/count?state=waiting")["count"])
