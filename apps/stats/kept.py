"""The counts of every process of this host, kept in the database, so that they never go backwards.

Only what is committed is told: a process that is killed takes at most its last few seconds with it,
and those were told to nobody. Rows of processes that are long gone are added into one.
"""

import os
import socket
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import orjson
from django.utils import timezone

from apps.journal.writer import WORKER_ID
from apps.live.events import watching
from apps.stats.counted import Counts, added, counts
from apps.stats.models import Counted
from apps.stats.process import figures

FOLD_AFTER = timedelta(hours=1)
FORGET_AFTER = timedelta(days=7)  # a host of which nothing was heard for so long
LIVING_S = 20.0
PAST = "past"
HOST = socket.gethostname()[:255]


class Worker(NamedTuple):
    """A living process of this host, and what it uses."""

    pid: int
    figures: dict[str, float]


class Kept(NamedTuple):
    """The sums over all processes that this host has had, and those that live."""

    counts: Counts
    workers: Sequence[Worker]


def keep() -> None:
    """Writes what this process has counted. In the writer's transaction."""
    used = {**figures(), "dashboards": watching()}
    values = {"counts": orjson.dumps(counts()).decode(), "figures": orjson.dumps(used).decode()}
    Counted.objects.update_or_create(
        host=HOST, worker=WORKER_ID, defaults={"pid": os.getpid(), "at": timezone.now(), **values}
    )


def kept() -> Kept:
    """Writes this process's counts, then reads everybody's. In the writer's transaction."""
    keep()
    rows = list(Counted.objects.filter(host=HOST))
    fresh = timezone.now() - timedelta(seconds=LIVING_S)
    living = [row for row in rows if row.worker != PAST and row.at > fresh]
    return Kept(
        added([orjson.loads(row.counts) for row in rows]),
        [Worker(row.pid, orjson.loads(row.figures)) for row in living],
    )


def fold() -> None:
    """Adds the rows of processes that are long gone into one. In the writer's transaction."""
    now = timezone.now()
    Counted.objects.filter(at__lt=now - FORGET_AFTER).exclude(host=HOST).delete()
    old = Counted.objects.select_for_update().filter(host=HOST, at__lt=now - FOLD_AFTER).exclude(worker=PAST)
    gone = [row for row in old.order_by("id") if not _is_alive(row.pid)]
    if not gone:
        return
    past, _ = Counted.objects.get_or_create(host=HOST, worker=PAST, defaults={"pid": 0, "at": now})
    past.counts = orjson.dumps(added([orjson.loads(row.counts) for row in (past, *gone)])).decode()
    past.at = now
    past.save()
    Counted.objects.filter(id__in=[row.id for row in gone]).delete()


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
