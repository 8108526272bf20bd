"""The supervisor alone, over workers of three lines: who is followed at once, and who later."""

import asyncio
import os
import re
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from apps.gateway.supervisor import PAUSE_S, Supervisor, Worker
from tests.conftest import PATIENCE_S

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

    async def until(self, count: int) -> None:
        """Waits until so many serve."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        while len(self.serving()) < count:
            assert loop.time() - began < PATIENCE_S, f"{self.serving()} serve"
            await asyncio.sleep(0.01)


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


def pauses(caplog: pytest.LogCaptureFixture) -> list[float]:
    """After how many seconds each one that ended is followed, as it is said when that begins."""
    return [float(one) for one in re.findall(r"another one starts in ([\d.]+) s", caplog.text)]


async def test_workers_killed_again_and_again_while_young_are_followed_soon(
    crew: Crew, caplog: pytest.LogCaptureFixture
) -> None:
    """They did serve: nothing says that the next one will not."""
    for _ in range(4):
        stays, *younger = sorted(crew.serving())
        crew.kill(*younger)
        await crew.until(COUNT)
        assert stays in crew.serving()
    found = pauses(caplog)
    assert len(found) == 4 and set(found) <= {0.0, PAUSE_S}  # 0: on a busy machine it was no longer young


async def test_a_worker_that_does_not_come_up_is_tried_again_ever_more_rarely(
    crew: Crew, caplog: pytest.LogCaptureFixture
) -> None:
    (crew.folder / NEVER).touch()
    loop = asyncio.get_running_loop()
    began = loop.time()
    crew.kill(crew.serving()[0])
    while len(crew.failed()) < 3:
        await asyncio.sleep(0.01)
    took_s, found = loop.time() - began, pauses(caplog)
    assert found[1:3] == [PAUSE_S, 2 * PAUSE_S] and took_s >= sum(found[:3])


async def test_a_pause_ends_when_nobody_serves_any_more(
    crew: Crew, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One place rests because nothing comes up there; then the other one loses its worker, too. As soon as one
    of them serves again, the other may go on resting."""
    monkeypatch.setattr(Worker, "pause_after", lambda worker: (worker.deaths + 1, 10 * PATIENCE_S))
    for count, worker in enumerate(crew.serving(), 1):
        crew.kill(worker)
        while len(pauses(caplog)) < count:
            await asyncio.sleep(0.01)
    await crew.until(1)
