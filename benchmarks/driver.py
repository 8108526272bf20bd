"""The load driver: a closed loop of keep-alive connections, cheap enough to saturate a server."""

import asyncio
import gc
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar, cast

from benchmarks import traffic

HOST = "127.0.0.1"
CONNECT_AT_ONCE = 100  # stays below every listen backlog

C = TypeVar("C", bound=asyncio.Protocol)
Entry = tuple[float, float, int]  # sent at, received at, serial number (-1: not what was asked for)


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What a run saw; `last_answers` is a whole answer of each connection, to be read in full later."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    last_answers: list[bytes] = field(default_factory=list)
    elapsed_s: float = 0.0
    driver_cpu_s: float = 0.0

    @property
    def rate(self) -> float:
        return len(self.entries) / self.elapsed_s if self.elapsed_s else 0.0

    @property
    def driver_busy(self) -> float:
        return self.driver_cpu_s / self.elapsed_s if self.elapsed_s else 0.0

    def latency_ms(self, percent: float) -> float:
        return percentile([(received - sent) * 1000 for sent, received, _ in self.entries], percent)


def percentile(values: list[float], percent: float) -> float:
    """The value below which that percentage of the values lies (nearest rank); 0 for no values."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * percent / 100))] if ranked else 0.0


class Load:
    """One run: what is still to be sent, and what has come back."""

    def __init__(self, requests: Iterator[bytes], read: Callable[[bytes], int]) -> None:
        self.requests = requests
        self.read = read
        self.outcome = Outcome()
        self.busy = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def finished_one(self) -> None:
        self.busy -= 1
        if self.busy == 0 and not self.done.done():
            self.done.set_result(None)


class Connection(asyncio.Protocol):
    """One keep-alive connection: sends the next request as soon as the last answer is whole."""

    __slots__ = ("answer", "load", "partial", "sent_at", "transport", "write")

    def __init__(self, load: Load) -> None:
        self.load = load
        self.partial = self.answer = b""
        self.sent_at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class does not inherit from it
        self.write = self.transport.write

    def close(self) -> None:
        self.sent_at = 0.0
        self.transport.close()

    def start(self) -> None:
        self.load.busy += 1
        self._send_next()

    def _send_next(self) -> None:
        request = next(self.load.requests, None)
        self.sent_at = time.perf_counter() if request else 0.0
        if request is None:
            self.load.finished_one()
        else:
            self.write(request)

    def data_received(self, data: bytes) -> None:
        if self.partial:
            data = self.partial + data
        if not traffic.is_whole(data):
            self.partial = data
            return
        self.partial = b""
        self.answer = data
        load = self.load
        load.outcome.entries.append((self.sent_at, time.perf_counter(), load.read(data)))
        self._send_next()

    def connection_lost(self, exc: Exception | None) -> None:
        if self.sent_at:
            self.load.outcome.faults.append(f"connection lost before the answer was whole: {exc}")
            self.load.finished_one()


async def drive(
    port: int,
    *,
    requests: Iterator[bytes],
    connections: int,
    limit_s: float,
    read: Callable[[bytes], int] = traffic.serial_of,
) -> Outcome:
    """Send every request over so many connections, each one request at a time; never longer than limit_s."""
    load = Load(requests, read)
    opened = await connect(port, [lambda: Connection(load)] * connections)
    outcome = load.outcome
    gc.collect()
    gc.disable()  # a collection in the middle would be counted as the server's latency
    started, cpu_started = time.perf_counter(), time.process_time()
    try:
        for connection in opened:
            connection.start()
        await asyncio.wait_for(load.done, limit_s)
    except TimeoutError:
        outcome.faults.append(f"not finished within {limit_s:.0f} s: {load.busy} answers missing")
    finally:
        gc.enable()
    outcome.elapsed_s = time.perf_counter() - started
    outcome.driver_cpu_s = time.process_time() - cpu_started
    outcome.last_answers = [connection.answer for connection in opened if connection.answer]
    for connection in opened:
        connection.close()
    return outcome


async def connect(port: int, makers: list[Callable[[], C]]) -> list[C]:
    """Open one connection for each maker, a hundred at a time."""
    loop = asyncio.get_running_loop()
    opened: list[C] = []
    for at in range(0, len(makers), CONNECT_AT_ONCE):
        some = makers[at : at + CONNECT_AT_ONCE]
        pairs = await asyncio.gather(*(loop.create_connection(make, HOST, port) for make in some))
        opened += [protocol for _, protocol in pairs]
    return opened
