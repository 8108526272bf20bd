"""Runs the batches of all callers: each by one process, taken over when that ends."""

import asyncio
from collections.abc import Sequence
from functools import partial

from apps.desk.workers import living
from apps.gateway.batch_run import Run
from apps.gateway.batch_store import Ref
from apps.journal.inline import plain
from apps.journal.writer import WORKER_ID, writer
from apps.kept.to_do import Work, take, to_do
from apps.live.tasks import spawn
from apps.wire.batches import BATCHES

LOOK_S = 0.5

_running: set[Ref] = set()


async def run_open() -> None:
    """Begins to run what nobody runs: what is new, and what a process left that has ended."""
    found = [work for work in await writer.submit(_open, None) if Ref(*work[:2]) not in _running]
    if not found:
        return
    for ref in await writer.run(lambda: _take(found)):
        _running.add(ref)
        running = spawn(Run(ref).run(), name="batch")
        running.add_done_callback(partial(_ended, ref))


def _ended(ref: Ref, running: "asyncio.Task[None]") -> None:
    _running.discard(ref)


@plain
def _open(items: Sequence[None]) -> list[list[Work]]:
    return [to_do(BATCHES.name)] * len(items)


def _take(found: list[Work]) -> list[Ref]:
    """Those that are this process's now."""
    alive = {worker.id for worker in living()} | {WORKER_ID}
    return [Ref(*work[:2]) for work in found if take(work, owner=WORKER_ID, alive=alive)]
