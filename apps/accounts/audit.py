"""Who did what: kept beside the work, a few rows at a time, so that nothing waits for it."""

import atexit
import logging
import threading
from collections import deque
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.accounts.models import Attempt, Audit
from apps.accounts.roles import Who

GATHER_S = 0.25
BATCH = 500
RETRY_S = 5.0  # while the database is away
KEPT_MAX = 100_000  # rows, whatever their age
UNWRITTEN_MAX = 20_000  # while the database is away

log = logging.getLogger(__name__)


class _Process:
    rows: "deque[Audit]" = deque(maxlen=UNWRITTEN_MAX)
    some = threading.Event()
    thread: threading.Thread | None = None
    lock = threading.Lock()
    writing = threading.Lock()  # at the end of the process the last rows are not in the hand of a thread


def record(
    who: Who,
    action: str,
    *,
    object: str = "",  # noqa: A002 - the audit log's word
    detail: Mapping[str, Any] | None = None,
    address: str = "",
) -> None:
    """Keeps that `who` did `action` to `object`; from any thread or loop, at once, never failing.

    Within a transaction it belongs to that. `detail` is JSON, and must hold no secret.
    """
    row = Audit(
        at=timezone.now(),
        who=who.name[:250],
        kind=who.kind,
        action=action[:40],
        object=object.replace("\0", "")[:200],
        detail=dict(detail or {}),
        address=address[:64],
    )
    if connection.in_atomic_block:
        row.save(force_insert=True)
        return
    _Process.rows.append(row)
    _Process.some.set()
    if _Process.thread is None:
        _start()


def _start() -> None:
    with _Process.lock:
        if _Process.thread is None:
            _Process.thread = threading.Thread(target=_run, name="audit", daemon=True)
            _Process.thread.start()
            atexit.register(flush)


def _run() -> None:
    pause = threading.Event()
    while True:
        _Process.some.wait()
        pause.wait(GATHER_S)
        _Process.some.clear()
        if not flush():
            pause.wait(RETRY_S)
            _Process.some.set()


def flush() -> bool:
    """Writes what has gathered, also what another thread has in hand; False when the database does not take
    it now: it is kept.
    """
    with _Process.writing:
        while _Process.rows:
            rows = [_Process.rows.popleft() for _ in range(min(BATCH, len(_Process.rows)))]
            if not _write(rows):
                _Process.rows.extendleft(reversed(rows))
                return False
    return True


def _write(rows: "list[Audit]") -> bool:
    try:
        Audit.objects.bulk_create(rows)
    except Exception as error:  # noqa: BLE001 - whatever it is must not end the thread that writes them
        log.warning("The audit log waits for the database: %s", " ".join(str(error).split()))
        return False
    finally:
        if threading.current_thread() is _Process.thread:
            connection.close()
    return True


def forget() -> None:
    """Drops what has gathered: its database is gone. Afterwards nobody has a row of it in hand either."""
    with _Process.writing:
        _Process.rows.clear()


def prune(*, days: float) -> int:
    """Deletes rows older than that or beyond the newest `KEPT_MAX`, and attempts of yesterday; how many."""
    old = timezone.now() - timedelta(days=days)
    Attempt.objects.filter(at__lt=timezone.now() - timedelta(days=1)).delete()
    gone, _ = Audit.objects.filter(at__lt=old).delete()
    beyond = Audit.objects.order_by("-id").values_list("id", flat=True)[KEPT_MAX : KEPT_MAX + 1].first()
    if beyond is not None:
        gone += Audit.objects.filter(id__lte=beyond).delete()[0]
    return gone
