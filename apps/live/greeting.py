"""Whoever opens a dashboard hears at once who sits at those of other processes, not with their next beat."""

import asyncio
from typing import Any

from apps.live import events
from apps.live.flow import Batch
from apps.live.tasks import spawn


class _Answer:
    """The one that this process is about to give: each of its dashboards hears of whoever has joined."""

    task: asyncio.Task[None] | None = None


def heard(message: dict[str, Any]) -> Batch:
    """The batch of a message; where somebody has joined at another process, this one tells its people."""
    # A process of the version before says nothing of that.
    if message.get("joined") and message["worker"] != events.PROCESS_ID:
        _answer()
    return Batch(**{name: message[name] for name in Batch.__slots__})


def _answer() -> None:
    if _Answer.task is None or _Answer.task.done():
        _Answer.task = spawn(_tell(), name="live.greeting")


async def _tell() -> None:
    await asyncio.sleep(events.GATHER_S)  # pages come back together after a restart: one answer for all
    await events.show_people()
