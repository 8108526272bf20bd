"""What several workers owe to each other: one scenario each, which says what was wrong."""

import asyncio
import itertools
import time
from functools import partial

from benchmarks import rest, traffic
from benchmarks.crew import Crew, wait_for
from benchmarks.driver import connect, drive
from benchmarks.figure import Figure
from benchmarks.parked import Caller, answer_all
from benchmarks.steady import Steady, clients

CALLERS = 4


def fill(port: int, count: int) -> None:
    """`count` numbered presets in all, the same number for each caller."""
    each = count // CALLERS
    for number in range(CALLERS):
        rest.fill(port, range(number * each, (number + 1) * each), caller=f"c{number}")


def faults_of(made: list[Steady], count: int, *, lost: int = 0) -> list[str]:
    """What was wrong with what the clients got; so many may be lost."""
    got = sorted(serial for client in made for serial in client.serials)
    faults = []
    if len(got) != len(set(got)):
        faults.append(f"{len(got) - len(set(got))} presets came twice")
    if not count - lost <= len(set(got)) <= count:
        faults.append(f"{count - len(set(got))} of {count} presets are lost, {lost} may be")
    if any(client.serials != sorted(client.serials) for client in made):
        faults.append("a client got a later preset first")
    bad = [answer for client in made for answer in client.refused if b'"no_preset"' not in answer]
    return faults + ([f"{len(bad)} other answers: {bad[0][:80]!r}"] if bad else [])


async def drain(found: Crew, count: int, *, connections: int = 64) -> Figure:
    """Exactly once, and in order for each caller."""
    await asyncio.to_thread(fill, found.port, count)
    made = clients(found.port, connections, callers=CALLERS)
    began = time.monotonic()
    await asyncio.gather(*[client.until_empty() for client in made])
    rate = count / (time.monotonic() - began)
    faults = faults_of(made, count)
    faults += [f"{sum(one.broken for one in made)} broken calls"] if any(one.broken for one in made) else []
    return Figure(name="drain", value=rate, detail=f"calls/s, {count} presets", faults=tuple(faults))


async def speed(found: Crew, count: int) -> Figure:
    """How many calls a second, by the driver that is cheap enough to ask."""
    await asyncio.to_thread(fill, found.port, count)
    requests = [
        traffic.http_request(f"/as/c{number % CALLERS}/v1/chat/completions", traffic.request_body())
        for number in range(CALLERS)
    ]
    outcome = await drive(
        found.port,
        requests=itertools.islice(itertools.cycle(requests), count),
        connections=64,
        limit_s=120,
    )
    got = [serial for _, _, serial in outcome.entries]
    faults = outcome.faults + ([] if sorted(got) == list(range(count)) else ["not each preset once"])
    name = f"speed-{max(1, len(found.workers()))}"
    detail = f"calls/s; the driver was {outcome.driver_busy:.0%} busy"
    return Figure(name=name, value=outcome.rate, detail=detail, faults=tuple(faults))


async def park(found: Crew, count: int, *, held_before: int = 0) -> list[Caller]:
    callers = await connect(found.port, [partial(Caller, number) for number in range(count)])
    await asyncio.to_thread(
        wait_for, lambda: rest.get(found.port, "/api/desk")["count"] == count + held_before, limit_s=60
    )
    return callers


async def parked(found: Crew, count: int) -> list[Figure]:
    """Answered in random order, over connections to whichever worker."""
    return await answer_all(found, await park(found, count), carefully=min(count // 2, 500))  # type: ignore[arg-type]


async def rolls(found: Crew, count: int) -> Figure:
    """Rolling restarts under load: no call fails, no preset is lost."""
    presets = 4000 * count // CALLERS * CALLERS
    await asyncio.to_thread(fill, found.port, presets)
    made, over = clients(found.port, 16, callers=CALLERS), asyncio.Event()

    going = [asyncio.ensure_future(client.until_empty(over, pause_s=0.02)) for client in made]
    took_s = []
    for number in range(count):
        before, began = set(found.workers()), time.monotonic()
        found.hup()
        await asyncio.to_thread(wait_for, partial(_is_rolled, found, before, number + 1), limit_s=60)
        took_s.append(time.monotonic() - began)
    over.set()
    await asyncio.gather(*going)
    broken = sum(client.broken for client in made)
    faults = faults_of(made, presets) + ([f"{broken} calls broken"] if broken else [])
    detail = f"rolling restarts, the longest {max(took_s):.1f} s; {presets} presets"
    return Figure(name="rolls", value=count, detail=detail, faults=tuple(faults))


def _is_rolled(found: Crew, before: set[int], times: int) -> bool:
    now = set(found.workers())
    return not now & before and len(now) == len(before) and len(found.lines("All workers are new")) == times


async def redis(found: Crew, away_s: int) -> list[Figure]:
    """Redis is away: presets are answered, nobody who waits is lost, each process says it once."""
    size = len(found.workers())
    held = await park(found, 6)
    await asyncio.to_thread(fill, found.port, 400 * away_s)
    made = clients(found.port, 8, callers=CALLERS)
    await asyncio.to_thread(found.redis.down)
    until, going = time.monotonic() + away_s, []
    for client in made:
        going.append(asyncio.ensure_future(_until(client, until)))
    [answered] = [f for f in await answer_all(found, held, carefully=6) if f.name == "answer-p99"]  # type: ignore[arg-type]
    await asyncio.gather(*going)
    late = await park(found, 4)  # parked while it is away, answered when it is back
    await asyncio.to_thread(found.redis.up)
    figures = await answer_all(found, late, carefully=4)  # type: ignore[arg-type]
    calls = sum(len(client.serials) for client in made)
    bad = [client for client in made if client.refused or client.broken]
    slowest = max(client.slowest_s for client in made)
    lines = len(found.lines("Redis cannot be reached"))
    faults = [f"{len(bad)} clients saw a failure"] if bad else []
    faults += [f"{lines} lines in the log"] if lines > 2 * size else []
    faults += [fault for figure in figures for fault in figure.faults]
    detail = f"s without Redis: {calls} calls, the slowest {slowest:.2f} s; {lines} lines of {size} workers"
    return [
        Figure(name="redis-away", value=away_s, detail=detail, faults=tuple(faults)),
        Figure(
            name="redis-away-answer",
            value=answered.value,
            detail="ms, at most, to the caller",
        ),
    ]


async def _until(client: Steady, until: float) -> None:
    while time.monotonic() < until and not client.refused:
        await client.call()
        await asyncio.sleep(0.02)
    client.close()
