"""The worker processes: who is dead, what it left behind, and what it may still do when it is not."""

import asyncio
import os
import signal
import socket
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from apps.desk.models import Worker
from apps.desk.verdict import Person, is_claimed_by_other
from apps.desk.workers import BEAT_S, LEASE_S, SWEEP_S, WAITED, beat, leave, left_behind, sweep
from apps.journal import clock
from apps.journal.models import Exchange, Source, State
from apps.journal.writer import WORKER_ID
from apps.wire.ids import exchange_id
from tests.callers import callers
from tests.conftest import PATIENCE_S, Server, wait_for

HOST = socket.gethostname()
NOBODY = 2**22 + 1  # above every pid that Linux gives


def worker(name: str, *, pid: int = NOBODY, host: str = HOST, beat_s_ago: float = 0) -> None:
    now = timezone.now()
    beat_at = now - timedelta(seconds=beat_s_ago)
    Worker.objects.create(id=name, host=host, pid=pid, started_at=beat_at, beat_at=beat_at)


def waiting_row(of: str) -> str:
    row = Exchange.objects.create(
        id=exchange_id(),
        caller="c",
        state=State.WAITING,
        worker=of,
        created_at=timezone.now(),
        deadline_at=timezone.now(),
    )
    return row.id


def swept() -> list[str]:
    return sweep(left_behind())


@pytest.mark.django_db
class TestSweep:
    def test_a_process_of_this_host_that_is_gone_is_dead_at_once(self) -> None:
        worker("gone")
        left = waiting_row("gone")
        assert swept() == [left]
        row = Exchange.objects.get(id=left)
        assert (row.state, row.source) == (State.ORPHANED, Source.NONE) and row.note == WAITED
        assert not Worker.objects.filter(id="gone").exists()

    def test_a_process_that_lives_keeps_its_calls(self) -> None:
        worker("parent", pid=os.getppid())
        waiting_row("parent")
        assert swept() == []

    def test_a_container_that_restarts_gets_its_old_pid_and_still_settles_what_it_left(self) -> None:
        worker("before", pid=os.getpid())
        left = waiting_row("before")
        assert swept() == [left]

    def test_a_process_of_another_host_is_dead_when_its_lease_has_run_out(self) -> None:
        worker("near", host="elsewhere", pid=1, beat_s_ago=LEASE_S / 2)
        worker("far", host="elsewhere", pid=1, beat_s_ago=LEASE_S + 1)
        waiting_row("near")
        left = waiting_row("far")
        assert swept() == [left]
        assert Exchange.objects.filter(worker="near", state=State.WAITING).count() == 1

    def test_a_host_whose_clock_is_wrong_takes_nobody_for_dead(self, monkeypatch: pytest.MonkeyPatch) -> None:
        worker("near", host="elsewhere", pid=1)
        waiting_row("near")
        monkeypatch.setattr(timezone, "now", lambda: datetime.now(UTC) + timedelta(hours=1))
        assert swept() == []
        beat()
        assert Worker.objects.get(id=WORKER_ID).beat_at < datetime.now(UTC) + timedelta(seconds=LEASE_S)

    def test_a_call_of_a_host_whose_clock_is_ahead_took_no_negative_time(self) -> None:
        left = waiting_row("unheard-of")
        Exchange.objects.update(created_at=timezone.now() + timedelta(hours=1))
        assert swept() == [left]
        assert Exchange.objects.get(id=left).duration_ms == 0

    def test_what_a_dead_process_left_is_settled_within_30_s(self) -> None:
        assert LEASE_S + SWEEP_S < 30 and LEASE_S > 3 * BEAT_S

    def test_a_claim_runs_out_by_the_databases_clock(self, monkeypatch: pytest.MonkeyPatch) -> None:
        row = Exchange(claimed_by="A", claim_until=timezone.now() + timedelta(seconds=45))
        assert is_claimed_by_other(row, Person(name="B"))
        monkeypatch.setattr(clock._Host, "behind", timedelta(minutes=1))
        assert not is_claimed_by_other(row, Person(name="B"))

    def test_a_row_of_an_unknown_worker_belongs_to_a_dead_one(self) -> None:
        left = waiting_row("unheard-of")
        assert swept() == [left] and swept() == []

    def test_this_process_keeps_its_calls_and_leaves_the_list_when_it_ends(self) -> None:
        beat()
        waiting_row(WORKER_ID)
        assert swept() == []
        leave()
        assert not Worker.objects.exists()


async def test_a_process_that_was_taken_for_dead_tells_its_callers_the_truth(
    start: Callable[..., Server], tmp_path: Any
) -> None:
    """Stopped for longer than its lease; another one settled its calls; then it went on."""
    first = start(data_dir=tmp_path / "shared")
    first.queue("slow", {"content": "x"}, delay_ms=60_000, on_undelivered="requeue")
    async with callers(first.url, "parked") as [parked], callers(first.url, "slow") as [slow]:
        await parked.send()
        await slow.send()
        [item] = first.waiting(1)
        await asyncio.to_thread(wait_for, lambda: taken(first) or None)
        try:
            await asyncio.to_thread(stop_between_writes, first)
            second = start(data_dir=tmp_path / "shared")
        finally:
            first.process.send_signal(signal.SIGCONT)
        answer = await parked.receive()
        assert answer.status == 503 and answer.json["error"]["type"] == "server_error"
        assert second.exchange(item["id"])["state"] == "orphaned"
        await slow.hang_up()
    path = "/api/preset-queue/slow"
    await asyncio.to_thread(wait_for, lambda: second.api.get(path).json()["items"] or None)
    await asyncio.sleep(0.2)  # for one that came back once more
    items = second.api.get(path).json()["items"]
    assert [one["uses"] for one in items] == [1], "the preset came back more than once"


def stop_between_writes(server: Server) -> None:
    """And let its lease seem to be over; stopped while it writes it would hold the lock for good."""
    path = server.data_dir / "mockopenai.sqlite3"
    with closing(sqlite3.connect(path, timeout=PATIENCE_S, isolation_level=None)) as database:
        database.execute("BEGIN IMMEDIATE")
        server.process.send_signal(signal.SIGSTOP)
        database.execute("UPDATE desk_worker SET beat_at = '2020-01-01 00:00:00', host = 'elsewhere'")
        database.execute("COMMIT")


def taken(server: Server) -> bool:
    return server.api.get("/api/exchanges/count", params={"state": "taken"}).json()["count"] == 1
