"""Queue depth: taking from a queue of 30,000 presets against taking from one of a hundred."""

import asyncio

from benchmarks import rest, servers
from benchmarks.figure import Figure, Options
from benchmarks.rates import Mock, compare

DEEP, SHALLOW = 30_000, 100
LEVEL = 64
TAKEN_MAX = 3_000  # so that the shallow queue stays shallow


class StandingMock(Mock):
    """Ours with a queue that never falls below a depth: as many are filled in as a run will take."""

    depth = 0

    async def measure(self, count: int, connections: int) -> float:
        if self.next_serial == 1:
            await asyncio.to_thread(rest.fill, self.server.port, range(1, self.depth + 1))
        count = min(count, TAKEN_MAX)
        serials = range(self.next_serial, self.next_serial + count)
        behind = range(serials.start + self.depth, serials.stop + self.depth)
        self.next_serial += count
        await asyncio.to_thread(rest.fill, self.server.port, behind)
        return await self.take(serials, connections)


async def depth(options: Options) -> list[Figure]:
    """Two servers of ours in turn, one with a deep queue."""
    with (
        servers.mock(MOCKOPENAI_FALLBACK="refuse") as one,
        servers.mock(MOCKOPENAI_FALLBACK="refuse") as other,
    ):
        deep, shallow = StandingMock(one), StandingMock(other)
        deep.depth, shallow.depth = DEEP, SHALLOW
        measures = (deep.measure, shallow.measure)
        return [await compare("depth-30000", deep, shallow, measures, LEVEL, options)]
