"""Finds out whether another server works on this database, without taking a dead one's row for it."""

import threading
from collections.abc import Callable

from apps.desk.workers import living

LOOK_S = 0.5


def serving_elsewhere(say: Callable[[str], object]) -> str:
    """The processes that are surely alive, for people; "" when there are none.

    A row alone proves nothing: a container that was killed leaves one behind that looks alive until its
    lease runs out. So whoever seems to live is watched, until the next sign of life or the end of the
    lease; `say` tells that there is something to wait for.
    """
    first = {worker.id: worker for worker in living()}
    if first:
        say("Another server seems to work on this database: waiting for its next sign of life …")
    while first:
        threading.Event().wait(LOOK_S)
        now = {worker.id: worker for worker in living() if worker.id in first}
        beating = [worker for worker in now.values() if worker.beat_at != first[worker.id].beat_at]
        if beating:
            return ", ".join(f"process {worker.pid} on {worker.host}" for worker in beating)
        first = {name: worker for name, worker in first.items() if name in now}
    return ""
