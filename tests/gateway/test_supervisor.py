"""The supervisor alone, over workers of three lines: who is followed at once, and who later."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from apps.gateway.supervisor import PAUSE_S, Supervisor

COUNT = 2
# Files of these names: new workers do not come so far as to serve; of several, one serves and no other.
NEVER, LATE = "no", "late"
WORKER = """
import os, sys, time
line = int(sys.argv[2].split(",")[1])
name = os.path.join(sys.argv[1], str(os.getpid()))
if os.path.exists(os.path.join(sys.argv[1], "no")):
    open(name + "-failed", "w").close()
    sys.exit(3)
try:
    if os.path.exists(os.path.join(sys.argv[1], "late")):
        open(os.path.join(sys.argv[1], "first"), "x").close()
except FileExistsError:
    open(name + "-late", "w").close()
    time.sleep(60)
os.write(line, b"r")
open(name, "w").close()
time.sleep(60)
"""


class Crew:
    """The workers that run now, by the files that they left; `folder` is theirs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def serving(self) -> list[int]:
        return [int(path.name) for path in self.folder.iterdir() if path.name.isdigit()]

    def failed(self) -> list[Path]:
        return list(self.folder.glob("*-failed"))

    def kill(self, pid: int) -> None:
        (self.folder / str(pid)).unlink()
        os.kill(pid, signal.SIGKILL)

    async def until(self, count: int) -> float:
        """Waits until so many serve; how long that took."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while len(self.serving()) < count:
            assert loop.time() - began < 15, f"{self.serving()} serve"
            await asyncio.sleep(0.01)
        return loop.time() - began


@asynccontextmanager
async def running(folder: Path, count: int) -> AsyncIterator[Crew]:
    """A supervisor in this process, once so many of its workers serve."""
    with socket.socket() as listener:
        command = [sys.executable, "-S", "-c", WORKER, str(folder)]
        server = asyncio.ensure_future(Supervisor(command, listener, COUNT).run())
        crew = Crew(folder)
        await crew.until(count)
        yield crew
        os.kill(os.getpid(), signal.SIGTERM)
        assert await server == 0


@pytest.fixture
async def crew(tmp_path: Path) -> AsyncIterator[Crew]:
    async with running(tmp_path, COUNT) as crew:
        yield crew


async def test_one_that_is_killed_before_it_serves_ends_nothing_where_another_serves(tmp_path: Path) -> None:
    (tmp_path / LATE).touch()
    async with running(tmp_path, 1) as crew:
        while not (late := list(tmp_path.glob("*-late"))):
            await asyncio.sleep(0.01)
        (tmp_path / LATE).unlink()
        os.kill(int(late[0].name.removesuffix("-late")), signal.SIGKILL)
        await crew.until(COUNT)


async def test_workers_killed_again_and_again_while_young_are_followed_soon(crew: Crew) -> None:
    """They did serve: nothing says that the next one will not."""
    for _ in range(4):
        stays, *younger = sorted(crew.serving())
        crew.kill(*younger)
        assert await crew.until(COUNT) < PAUSE_S + 1, "each is waited for longer than the one before"
        assert stays in crew.serving()


async def test_a_worker_that_does_not_come_up_is_tried_again_ever_more_rarely(crew: Crew) -> None:
    (crew.folder / NEVER).touch()
    crew.kill(crew.serving()[0])
    await asyncio.sleep(PAUSE_S * (1 + 1 + 2))
    assert len(crew.failed()) == 2


async def test_a_pause_ends_when_nobody_serves_any_more(crew: Crew) -> None:
    """One place rests ever longer because nothing comes up there; then the other one loses its worker, too."""
    (crew.folder / NEVER).touch()
    first, last = crew.serving()
    crew.kill(first)
    while len(crew.failed()) < 3:  # now it rests for four times as long
        await asyncio.sleep(0.01)
    (crew.folder / NEVER).unlink()
    crew.kill(last)
    assert await crew.until(COUNT) < PAUSE_S + 1
