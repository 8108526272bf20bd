"""Keeps the worker processes of one server: starts, restarts, replaces and ends them (docs/decisions/0009).

All of them accept on one socket, which stays open here: whatever becomes of a worker, nobody is
refused. Each has a line to us, a socket pair: it says when it serves, hears when it has to sweep up
after another, and ends by itself when the line does.
"""

import asyncio
import contextlib
import logging
import signal
import socket
from asyncio.subprocess import Process
from collections.abc import Sequence

from apps.gateway.server import READY, SWEEP
from apps.live.tasks import spawn

STOP_S = (
    9.5  # a worker that is told to end takes up to 2 s for those who wait, and 6 s for replies on their way
)
HEALTHY_S = 5.0  # who served that long is followed at once, who served less, after a pause
PAUSE_S, PAUSE_MAX_S = 0.5, 10.0  # it grows when one after another dies before it serves
LOOK_S = 0.1

log = logging.getLogger(__name__)


class Worker:
    """One process. `deaths`: how many died in its place before they served, one after another, before it."""

    def __init__(self, process: Process, line: socket.socket, deaths: int) -> None:
        self.process = process
        self.deaths = deaths
        self._began_at = asyncio.get_running_loop().time()
        self._line = line
        self.ready = spawn(self._listen(), name="ready")

    async def _listen(self) -> bool:
        """Whether it came so far as to serve."""
        said = b""
        with contextlib.suppress(OSError):
            said = await asyncio.get_running_loop().sock_recv(self._line, 1)
        if said == READY:
            log.info("Worker %d serves.", self.process.pid)
        return said == READY

    @property
    def serves(self) -> bool:
        return self.ready.done() and self.ready.result()

    def tell_to_sweep(self) -> None:
        with contextlib.suppress(OSError):  # it ends, or is so slow that it has been told often enough
            self._line.send(SWEEP)

    def kill(self, how: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(how)

    async def ended(self) -> str:
        """Waits for its end; says what that was."""
        code = await self.process.wait()
        await self.ready
        self._line.close()
        return f"by signal {-code}" if code < 0 else f"with status {code}"

    async def end(self) -> None:
        """Has it end in good order, or else kills it."""
        self.kill(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_S):
                await self.process.wait()
        except TimeoutError:
            log.warning("Worker %d does not end: it is killed.", self.process.pid)
            self.kill(signal.SIGKILL)
            await self.process.wait()

    def pause_after(self) -> tuple[int, float]:
        """After its end: the deaths that its successor follows, and the seconds until that one starts."""
        if self.serves:
            lived_s = asyncio.get_running_loop().time() - self._began_at
            return 0, 0.0 if lived_s > HEALTHY_S else PAUSE_S
        return self.deaths + 1, min(PAUSE_S * 2**self.deaths, PAUSE_MAX_S)


class Supervisor:
    """`command` starts a worker; it is given the numbers of two file descriptors, LISTENER,LINE."""

    def __init__(self, command: Sequence[str], listener: socket.socket, count: int) -> None:
        self._command = command
        self._listener = listener
        self._count = count
        self._places: list[Worker] = []  # those that are to be there; one that is replaced is not
        self._alive: set[Worker] = set()
        self._stop = asyncio.Event()
        self._rolling = False
        self._served = False  # somebody has: this server can be started
        self._failed = False

    async def run(self) -> int:
        """Until a signal says to end; the exit status."""
        loop = asyncio.get_running_loop()
        for one in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(one, self._on_stop)
        loop.add_signal_handler(signal.SIGHUP, self._on_hangup)
        for _ in range(self._count):
            self._places.append(await self._start(is_first=True))
        await self._stop.wait()
        await asyncio.gather(*[worker.end() for worker in self._alive])
        return 1 if self._failed else 0

    def _on_stop(self) -> None:
        if self._stop.is_set():
            for worker in self._alive:
                worker.kill(signal.SIGKILL)
        self._stop.set()

    def _on_hangup(self) -> None:
        if not self._rolling and not self._stop.is_set():
            self._rolling = True
            spawn(self._roll(), name="roll")

    async def _start(self, *, deaths: int = 0, is_first: bool = False) -> Worker:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        passed = (self._listener.fileno(), theirs.fileno())
        with theirs:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                ",".join(map(str, passed)),
                pass_fds=passed,
                process_group=0,  # Ctrl+C is for us: we tell them
            )
        worker = Worker(process, ours, deaths)
        self._alive.add(worker)
        spawn(self._watch(worker, is_first=is_first), name="watch")
        if self._stop.is_set():  # it came while the others were told
            worker.kill(signal.SIGTERM)
        return worker

    async def _watch(self, worker: Worker, *, is_first: bool) -> None:
        """Follows a worker to its end, and has another take its place."""
        how = await worker.ended()
        self._alive.discard(worker)
        if self._stop.is_set() or worker not in self._places:
            return
        self._served = self._served or worker.serves or self._is_served()
        if is_first and not self._served:
            log.error("A worker ended %s before it served: nothing is started.", how)
            self._failed = True
            self._stop.set()
            return
        for other in self._places:
            other.tell_to_sweep()
        deaths, pause_s = worker.pause_after()
        log.error("Worker %d ended %s; another one starts in %g s.", worker.process.pid, how, pause_s)
        await self._rest(pause_s)
        if worker in self._places and not self._stop.is_set():
            self._places[self._places.index(worker)] = await self._start(deaths=deaths)

    def _is_served(self) -> bool:
        return any(worker.serves for worker in self._alive)

    async def _rest(self, pause_s: float) -> None:
        """So long, or until the server is to end; but a moment at most while nobody serves."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while not self._stop.is_set():
            left_s = began + (pause_s if self._is_served() else min(pause_s, PAUSE_S)) - loop.time()
            if left_s <= 0:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left_s, LOOK_S)):
                    await self._stop.wait()

    async def _roll(self) -> None:
        """Replaces one worker after another; each ends only when its successor serves."""
        log.info("Rolling restart of %d workers.", self._count)
        for place in range(self._count):
            successor = await self._start()
            if not await successor.ready or self._stop.is_set():
                log.error("A new worker does not start: the rolling restart ends here, the others serve on.")
                break
            old, self._places[place] = self._places[place], successor
            if old in self._alive:
                await old.end()
        else:
            log.info("All workers are new.")
        self._rolling = False
