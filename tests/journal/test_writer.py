"""The writer: many jobs in one transaction, each with its own outcome."""

import asyncio
import contextlib
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, connections, transaction
from django.utils import timezone
from psycopg.errors import DeadlockDetected

from apps.desk.models import Worker
from apps.journal.writer import GROUP_MAX, Writer
from tests.conftest import PATIENCE_S, wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def writer() -> Iterator[Writer]:
    made = Writer()
    yield made
    made.stop()


class Groups:
    """A batch function that remembers what it was given together, and doubles each number."""

    def __init__(self) -> None:
        self.seen: list[list[int]] = []

    def __call__(self, items: list[int]) -> list[int]:
        self.seen.append(items)
        return [item * 2 for item in items]

    def items(self) -> list[int]:
        return [item for group in self.seen for item in group]


def add(name: str) -> str:
    """A row of any table; the same name twice is an error of the database."""
    now = timezone.now()
    Worker.objects.create(id=name, host="h", pid=1, started_at=now, beat_at=now)
    return name


def held(path: str, seconds: float) -> threading.Thread:
    """Somebody else who writes for that long; holds the database when this returns."""
    has_begun = threading.Event()

    def hold() -> None:
        with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            has_begun.set()
            time.sleep(seconds)
            other.execute("COMMIT")

    thread = threading.Thread(target=hold)
    thread.start()
    has_begun.wait()
    return thread


def names() -> set[str]:
    return set(Worker.objects.values_list("id", flat=True))


def test_a_job_is_committed_when_its_caller_hears_of_it(writer: Writer) -> None:
    assert writer.call(lambda: add("a")) == "a"
    assert names() == {"a"}


async def test_jobs_of_one_loop_turn_go_in_one_group_and_answer_in_order(writer: Writer) -> None:
    groups = Groups()
    futures = [writer.submit(groups, number) for number in range(100)]
    assert await asyncio.gather(*futures) == [number * 2 for number in range(100)]
    assert groups.seen == [list(range(100))]


async def test_a_large_turn_is_cut_into_groups_and_still_answers_in_order(writer: Writer) -> None:
    groups = Groups()
    futures = [writer.submit(groups, number) for number in range(2 * GROUP_MAX + 1)]
    assert await asyncio.gather(*futures) == [number * 2 for number in range(2 * GROUP_MAX + 1)]
    assert [len(group) for group in groups.seen] == [GROUP_MAX, GROUP_MAX, 1]


async def test_a_group_is_one_transaction(writer: Writer) -> None:
    def transactions(items: list[Any]) -> list[Any]:
        return [(connection.in_atomic_block, threading.current_thread().name) for _ in items]

    assert await writer.submit(transactions, None) == (True, "writer")
    jobs = [writer.submit(transactions, None), writer.run(lambda: add("a"))]
    assert (await asyncio.gather(*jobs))[1] == "a"


async def test_one_bad_job_fails_alone(writer: Writer) -> None:
    jobs = [writer.run(lambda name=name: add(name)) for name in ("a", "b", "a", "c")]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    assert [results[0], results[1], results[3]] == ["a", "b", "c"]
    assert isinstance(results[2], IntegrityError)
    assert await writer.run(names) == {"a", "b", "c"}


async def test_a_database_that_cannot_be_reached_is_asked_once_for_a_whole_group(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []

    def note(event: str, args: Any) -> None:  # of this thread alone: the audit log has one of its own
        if event == "sqlite3.connect" and threading.current_thread().name == "writer":
            opened.append(args[0])

    sys.addaudithook(note)
    with monkeypatch.context() as moved:
        moved.setitem(connection.settings_dict, "NAME", "/nowhere/at/all.sqlite3")
        asks = [writer.run(lambda: add("never")) for _ in range(5)]
        told = await asyncio.gather(*asks, return_exceptions=True)
    assert [type(one) for one in told] == [OperationalError] * 5
    assert len(opened) == 1


async def test_what_a_failing_job_wrote_before_it_failed_is_undone(writer: Writer) -> None:
    def half() -> None:
        add("half")
        raise ValueError("no")

    results = await asyncio.gather(writer.run(lambda: add("a")), writer.run(half), return_exceptions=True)
    assert results[0] == "a" and str(results[1]) == "no"
    assert await writer.run(names) == {"a"}


async def test_a_batch_that_fails_for_one_item_serves_the_others(writer: Writer) -> None:
    def add_all(items: list[str]) -> list[str]:
        return [add(item) for item in items]

    jobs = [writer.submit(add_all, name) for name in ("a", "a", "b")]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    assert (results[0], results[2]) == ("a", "b") and isinstance(results[1], IntegrityError)


def test_a_transaction_that_lost_to_another_is_tried_again(writer: Writer) -> None:
    """As on PostgreSQL, where of two that wait for each other one is ended."""
    tries: list[str] = []

    def lose_twice() -> str:
        tries.append(add(f"try-{len(tries)}"))
        if len(tries) < 3:
            raise OperationalError("deadlock detected") from DeadlockDetected()
        return tries[-1]

    assert writer.call(lose_twice) == "try-2"
    assert names() == {"try-2"}


def test_threads_are_served_together_and_each_gets_its_own_result(writer: Writer) -> None:
    results: dict[int, str] = {}
    threads = [
        threading.Thread(target=lambda n=n: results.update({n: writer.call(lambda: add(f"t{n}"))}))
        for n in range(32)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE_S)
    assert results == {n: f"t{n}" for n in range(32)}
    assert names() == set(results.values())


def test_a_thread_hears_the_error_of_its_job(writer: Writer) -> None:
    writer.call(lambda: add("a"))
    with pytest.raises(IntegrityError):
        writer.call(lambda: add("a"))


def test_several_loops_are_served_at_once(writer: Writer) -> None:
    results: list[str] = []

    async def some(offset: int) -> None:
        results.extend(
            await asyncio.gather(*[writer.run(lambda n=n: add(f"l{offset + n}")) for n in range(20)])
        )

    threads = [threading.Thread(target=asyncio.run, args=(some(100 * n),)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=PATIENCE_S)
    assert len(results) == 60 and names() == set(results)


async def test_posted_jobs_arrive_without_anybody_waiting(writer: Writer) -> None:
    groups = Groups()
    for number in range(50):
        writer.post(groups, number)
    await asyncio.to_thread(wait_for, lambda: groups.items() == list(range(50)))
    assert len(groups.seen) == 1


async def test_a_posted_job_that_fails_is_logged_and_harms_nobody(
    writer: Writer, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(items: list[int]) -> list[int]:
        raise ValueError("posted in vain")

    writer.post(fail, 1)
    await asyncio.to_thread(wait_for, lambda: "posted in vain" in caplog.text)
    assert await writer.run(lambda: add("a")) == "a"


async def test_stopping_does_first_what_is_left(writer: Writer) -> None:
    groups = Groups()
    for number in range(20):
        writer.post(groups, number)
    waiting = asyncio.gather(*[writer.run(lambda n=n: add(f"s{n}")) for n in range(20)])
    await asyncio.sleep(0)  # the turn ends: the jobs are handed over
    await asyncio.sleep(0)
    await asyncio.to_thread(writer.stop)
    assert groups.items() == list(range(20))
    assert len(await waiting) == 20


def test_it_works_again_after_it_was_stopped(writer: Writer) -> None:
    writer.call(lambda: add("a"))
    writer.stop()
    assert writer.call(names) == {"a"}


async def test_a_waiter_that_is_cancelled_harms_nothing_and_its_job_is_done(writer: Writer) -> None:
    entered, go = threading.Event(), threading.Event()

    def held() -> str:
        entered.set()
        assert go.wait(10)
        return add("cancelled")

    task = asyncio.ensure_future(writer.run(held))
    await asyncio.to_thread(entered.wait, 10)
    task.cancel()
    other = asyncio.ensure_future(writer.run(lambda: add("other")))
    await asyncio.sleep(0.01)
    go.set()
    assert await other == "other"
    assert task.cancelled()
    assert await writer.run(names) == {"cancelled", "other"}


def test_a_loop_that_closed_meanwhile_harms_nobody(writer: Writer) -> None:
    entered, go = threading.Event(), threading.Event()

    async def leave() -> None:
        writer.submit(lambda items: [(entered.set(), go.wait(10)) for _ in items], None)
        await asyncio.to_thread(entered.wait, 10)

    asyncio.run(leave())
    go.set()
    assert writer.call(lambda: add("after")) == "after"


def test_a_job_may_use_transactions_of_its_own(writer: Writer) -> None:
    def careful() -> str:
        add("a")
        with pytest.raises(IntegrityError), transaction.atomic():
            add("a")
        return add("b")

    assert writer.call(careful) == "b"
    assert names() == {"a", "b"}


async def test_a_group_whose_commit_may_have_happened_is_not_run_again(
    writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The connection breaks after the database has committed, before it could say so."""
    runs: list[str] = []

    def work(name: str) -> str:
        runs.append(name)
        return add(name)

    def commit_and_break(wrapper: Any) -> None:
        commit(wrapper)
        wrapper.connection.close()
        raise OperationalError("the connection is lost")

    await writer.run(names)  # the writer's thread has its connection
    wrapper_class = type(connections["default"])
    commit = wrapper_class._commit
    monkeypatch.setattr(wrapper_class, "_commit", commit_and_break)
    jobs = [writer.run(lambda name=name: work(name)) for name in ("a", "b", "c")]
    results = await asyncio.gather(*jobs, return_exceptions=True)
    monkeypatch.setattr(wrapper_class, "_commit", commit)
    assert runs == ["a", "b", "c"]
    assert all(isinstance(result, OperationalError) for result in results)
    assert await writer.run(names) == {"a", "b", "c"}


def test_what_comes_while_the_writer_stops_is_done_and_nobody_waits_for_ever() -> None:
    for _ in range(20):
        writer, done = Writer(), []

        def ask(writer: Writer = writer, done: list[int] = done) -> None:
            for number in range(30):
                done.append(writer.call(lambda number=number: number))

        thread = threading.Thread(target=ask, daemon=True)
        thread.start()
        wait_for(lambda done=done: len(done) > 2)
        writer.stop()
        thread.join(timeout=PATIENCE_S)
        assert done == list(range(30))
        writer.stop()


async def test_one_who_listens_badly_keeps_no_answer_from_the_others(writer: Writer, caplog: Any) -> None:
    loop, heard = asyncio.get_running_loop(), []

    def bad(result: Any, error: Exception | None) -> None:
        raise ValueError("badly listened")

    writer.ask(Groups(), 1, bad, loop)
    writer.ask(Groups(), 2, lambda result, error: heard.append(result), loop)
    while not heard:
        await asyncio.sleep(0.01)
    assert heard == [4]
    assert "badly listened" in caplog.text


@pytest.mark.parametrize("is_heard", [False, True])
async def test_what_was_posted_is_tried_again_and_heard_of_once(writer: Writer, is_heard: bool) -> None:
    tries, heard = [], []

    def flaky(items: list[int]) -> list[int]:
        tries.append(items)
        if len(tries) < 3:
            raise OperationalError("away for now")
        return items

    writer.post(flaky, 7, (lambda *outcome: heard.append(outcome)) if is_heard else None)
    while len(tries) < 3 or (is_heard and not heard):
        await asyncio.sleep(0.01)
    assert tries == [[7]] * 3
    assert heard == ([(7, None)] if is_heard else [])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a lock of SQLite's")
def test_the_writer_waits_for_somebody_else_who_writes(writer: Writer) -> None:
    writer.call(lambda: add("before"))
    other = held(str(connection.settings_dict["NAME"]), 0.2)
    assert writer.call(lambda: add("after")) == "after"
    other.join()
    assert names() == {"before", "after"}
