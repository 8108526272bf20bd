"""The supervisor alone, over workers of three lines: who is followed at once, and who later."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from apps.gateway.supervisor import PAUSE_S, Supervisor

COUNT = 2
NEVER = "no"  # a file of this name: new workers do not come so far as to serve
WORKER = """
import os, sys, time
line = int(sys.argv[2].split(",")[1])
name = os.path.join(sys.argv[1], str(os.getpid()))
if os.path.exists(os.path.join(sys.argv[1], "no")):
    open(name + "-failed", "w").close()
    sys.exit(3)
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


@pytest.fixture
async def crew(tmp_path: Path) -> AsyncIterator[Crew]:
    with socket.socket() as listener:
        command = [sys.executable, "-S", "-c", WORKER, str(tmp_path)]
        running = asyncio.ensure_future(Supervisor(command, listener, COUNT).run())
        crew = Crew(tmp_path)
        await crew.until(COUNT)
        yield crew
        os.kill(os.getpid(), signal.SIGTERM)
        assert await running == 0


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
