"""Open dashboards: WebSocket clients that read while calls are answered, and what they must have heard."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks import servers
from benchmarks.figure import Figure, Options
from benchmarks.rates import Mock, Yardstick, compare

OPEN = (1, 20)
LEVEL = 64
HEAR_LIMIT_S = 5.0  # a burst's last word may take a second
FEW = 10


@dataclass(slots=True, eq=False)
class Dashboard:
    """One open page: how many calls it heard end, when it was last told to fetch again, and its numbering."""

    socket: ClientConnection
    completed: int = 0
    resynced_at: float = 0.0
    seq: int = 0
    gaps: int = 0
    closed: str = ""

    async def read(self) -> None:
        try:
            async for text in self.socket:
                event = json.loads(text)
                kind = event.get("type")
                self.gaps += event.get("seq") != self.seq + 1
                self.seq = event.get("seq", 0)
                self.completed += kind == "completed_request"
                if kind == "resync":
                    self.resynced_at = time.perf_counter()
        except ConnectionClosed as error:
            self.closed = str(error)

    def heard(self, count: int, until: float) -> bool:
        """Whether it knows of every call: each by name, or by fetching again after the last one's answer."""
        return self.completed >= count or self.resynced_at >= until

    def fresh(self) -> None:
        self.completed, self.resynced_at = 0, 0.0


@asynccontextmanager
async def watching(port: int, count: int) -> AsyncIterator[list[Dashboard]]:
    """So many dashboards, each reading all it is sent."""
    origin = f"http://127.0.0.1:{port}"
    address = f"ws://127.0.0.1:{port}/ws"
    sockets = [await connect(address, origin=origin, compression=None) for _ in range(count)]  # type: ignore[arg-type]
    opened = [Dashboard(socket) for socket in sockets]
    reading = [asyncio.ensure_future(dashboard.read()) for dashboard in opened]
    try:
        yield opened
    finally:
        await asyncio.gather(*(socket.close() for socket in sockets))
        await asyncio.gather(*reading)


class WatchedMock(Mock):
    """Ours with dashboards open: after each run every one of them must know of every call."""

    dashboards: list[Dashboard]

    async def take(self, serials: range, connections: int) -> float:
        await asyncio.sleep(1.5)  # the events of the filling are a burst of their own: let it end
        for dashboard in self.dashboards:
            dashboard.fresh()
        rate = await super().take(serials, connections)
        await self._hear(len(serials))
        return rate

    async def _hear(self, count: int) -> None:
        until = self.outcomes[-1].entries[-1][1]
        limit = time.perf_counter() + HEAR_LIMIT_S
        deaf = self.dashboards
        while deaf and time.perf_counter() < limit:
            await asyncio.sleep(0.05)
            deaf = [dashboard for dashboard in self.dashboards if not dashboard.heard(count, until)]
        if deaf:
            heard = f"{deaf[0].completed} of {count} calls, and no resync after them {deaf[0].closed}"
            self.faults.append(f"{len(deaf)} of {len(self.dashboards)} dashboards heard of {heard}")
        if any(dashboard.gaps for dashboard in self.dashboards):
            self.faults.append("a dashboard's numbering has gaps")


async def watched(options: Options) -> list[Figure]:
    """Presets over 64 connections while 1 and 20 dashboards are open."""
    figures = []
    for count in OPEN:
        with servers.yardstick() as theirs, servers.mock(MOCKOPENAI_FALLBACK="refuse") as mine:
            yard, ours = Yardstick(theirs), WatchedMock(mine)
            async with watching(mine.port, count) as ours.dashboards:
                measures = (ours.measure, yard.measure)
                figure = await compare(f"dashboards-{count}", ours, yard, measures, LEVEL, options)
                for connections in (1, 2):  # few calls: here every event should arrive by name
                    await ours.measure(FEW, connections)
            figures.append(
                Figure(
                    name=figure.name,
                    value=figure.value,
                    detail=figure.detail,
                    faults=(*figure.faults, *ours.faults),
                )
            )
    return figures
