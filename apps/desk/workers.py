"""The worker processes: each gives a sign of life, any settles what a dead one left behind."""

import os
import socket
from datetime import timedelta
from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.db.models.functions import Now

from apps.desk.models import Worker
from apps.desk.outcome import settle
from apps.desk.typed import end_early
from apps.journal import clock
from apps.journal.models import OPEN_STATES, Exchange, Source, State
from apps.journal.record import Ending, end_exchanges
from apps.journal.writer import WORKER_ID
from apps.queues.take import give_back

WAITED = (
    "The server crashed or was killed, and the caller's connection ended with it: nothing was answered. "
    "Most SDKs ask again by themselves, and that call waits anew; if none comes, send this one again "
    "from the journal."
)
ON_ITS_WAY = (
    "The server crashed or was killed while the reply was on its way: its caller has all of it, a part, "
    "or nothing. Most SDKs ask again by themselves; if none does, send the call again from the journal."
)
BEAT_S = 5
SWEEP_S = 8
LEASE_S = 20  # with a sweep: 28 s after its last sign of life whatever a process left is settled
_HOST = socket.gethostname()


def beat() -> None:
    """Gives this process's sign of life, by the database's clock: hosts need not agree about the time."""
    clock.adjust()
    now = Now()
    Worker.objects.update_or_create(
        id=WORKER_ID,
        defaults={"beat_at": now},
        create_defaults={"host": _HOST, "pid": os.getpid(), "started_at": now, "beat_at": now},
    )


def leave() -> None:
    """Takes this process off the list: it ends in good order."""
    Worker.objects.filter(id=WORKER_ID).delete()


def living() -> list[Worker]:
    """The other processes that work on this database."""
    return [worker for worker in _others() if not _is_dead(worker)]


def left_behind() -> list[str]:
    """The open exchanges of dead workers. It may look at the whole journal: not in the writer's transaction.

    A row that names a worker of which no row is left belongs to a dead one too.
    """
    alive = {worker.id for worker in living()} | {WORKER_ID}
    found = Exchange.objects.filter(state__in=OPEN_STATES).exclude(worker__in=alive)
    return list(found.values_list("id", flat=True))


def sweep(left: list[str]) -> list[str]:
    """Takes dead workers off the list and settles what they `left` behind; the ids of those that waited."""
    dead = [worker.id for worker in _others() if _is_dead(worker)]
    Worker.objects.filter(id__in=dead).delete()
    if not left:
        return []
    alive = set(Worker.objects.values_list("id", flat=True)) | {WORKER_ID}  # one may have come meanwhile
    # Locked: of two sweeps at once, one settles them, and gives their presets back once.
    still = Exchange.objects.select_for_update().filter(id__in=left, state__in=OPEN_STATES).order_by("id")
    rows = list(still.exclude(worker__in=alive).values_list("id", "state", "preset_id", "worker"))
    orphaned = []
    for exchange_id, state, _, worker in rows:
        if state == State.WAITING and settle(
            exchange_id, State.ORPHANED, source=Source.NONE, note=WAITED, worker=worker
        ):
            orphaned.append(exchange_id)
    cut = [row for row in rows if row[1] != State.WAITING]
    for exchange_id, _, _, _ in cut:
        end_early(exchange_id, finish_reason=None)  # what was typed to it is kept
    end_exchanges([_cut_off(exchange_id) for exchange_id, _, _, _ in cut])
    Exchange.objects.filter(id__in=[row[0] for row in cut]).update(note=ON_ITS_WAY)
    give_back([preset_id for _, _, preset_id, _ in cut if preset_id is not None])
    return orphaned


def _cut_off(exchange_id: str) -> Ending:
    return Ending(id=exchange_id, delivered=False, first_byte_ms=None, duration_ms=0, bytes_sent=0)


def _others() -> QuerySet[Any]:
    """All but this process; `is_late`: its lease has run out."""
    late = Q(beat_at__lt=Now() - timedelta(seconds=LEASE_S))
    return Worker.objects.exclude(id=WORKER_ID).annotate(
        is_late=ExpressionWrapper(late, output_field=BooleanField())
    )


def _is_dead(worker: Any) -> bool:
    """Its lease has run out, or it ran on this host and is no more."""
    if worker.is_late:
        return True
    if worker.host != _HOST:
        return False
    if worker.pid == os.getpid():
        return True  # a container that restarts gives the same pid again
    try:
        os.kill(worker.pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
