"""What becomes of a preset that returns while its replies are on their way."""

from collections.abc import Callable, Iterator
from itertools import permutations
from typing import Any

import pytest

from apps.journal.writer import writer
from apps.queues.models import Preset
from apps.queues.take import Wanted, discard, give_back, take
from apps.queues.taken import Taken
from tests.callers import callers
from tests.conftest import Server, start_server, wait_for
from tests.databases import KINDS, fresh, shared_redis
from tests.queues.conftest import Queues

CALL = Wanted("a", "chat.completions", "text")


def taken(count: int) -> int:
    """That many calls take from the queue; the id of the one preset that answers them all."""
    found: list[Taken | None] = writer.call(lambda: take([CALL] * count, []))
    [preset_id] = {one.preset_id for one in found if one is not None}
    return preset_id


def settle(preset_id: int, *, delivered: bool) -> None:
    writer.call(lambda: (discard if delivered else give_back)([preset_id]))


@pytest.mark.parametrize("order", sorted(set(permutations([True, True, False]))))
@pytest.mark.parametrize("together", [True, False])
def test_each_use_whose_reply_did_not_leave_comes_back_in_whatever_order_they_end(
    queues: Queues, order: tuple[bool, ...], together: bool
) -> None:
    queues.add("a", {"content": "x"}, uses=3, on_undelivered="requeue")
    [preset_id] = {taken(3)} if together else {taken(1) for _ in range(3)}
    for delivered in order:
        settle(preset_id, delivered=delivered)
    assert [item["uses"] for item in queues.items("a")] == [1]
    settle(taken(1), delivered=True)
    assert not Preset.objects.exists()


def test_the_last_reply_that_leaves_takes_a_spent_preset_with_it(queues: Queues) -> None:
    queues.add("a", {"content": "x"}, uses=2, on_undelivered="requeue")
    preset_id = taken(2)
    writer.call(lambda: discard([preset_id, preset_id]))
    assert not Preset.objects.exists()


def test_a_preset_that_no_longer_returns_is_not_left_behind_spent(queues: Queues) -> None:
    queues.add("a", {"content": "x"}, on_undelivered="requeue")
    preset_id = taken(1)
    Preset.objects.update(on_undelivered="drop")  # as the admin may
    settle(preset_id, delivered=False)
    assert not Preset.objects.exists()


def test_giving_back_what_does_not_return_changes_nothing(queues: Queues) -> None:
    """As the sweep does, which knows only the exchange of a dead process."""
    queues.add("a", {"content": "x"}, uses=3)
    settle(taken(1), delivered=False)
    assert [item["uses"] for item in queues.items("a")] == [2]


@pytest.fixture(params=KINDS)
def server(request: pytest.FixtureRequest, tmp_path: Any) -> Iterator[Server]:
    started = start_server(tmp_path / "data", **fresh(request.param))
    yield started
    started.stop()


async def test_a_use_comes_back_though_another_reply_of_the_preset_has_left(server: Server) -> None:
    server.queue("two", {"content": "x"}, uses=2, delay_ms=500, on_undelivered="requeue")
    [preset] = server.api.get("/api/preset-queue/two").json()["items"]
    async with callers(server.url, "two") as [first], callers(server.url, "two") as [second]:
        await first.send()
        wait_for(lambda: len(states(server)) == 1)
        longer = server.api.patch(f"/api/preset-queue/two/{preset['id']}", json={"delay_ms": 60_000})
        assert longer.status_code == 200  # so that the second waits however late the first is
        await second.send()
        assert (await first.receive()).status == 200
        wait_for(lambda: sorted(states(server)) == ["delivered", "taken"])
        await second.hang_up()
    wait_for(lambda: sorted(states(server)) == ["delivered", "undelivered"])
    assert uses(server) == [1]


async def test_a_use_comes_back_after_a_crash_and_another_process_may_deliver_the_other(
    start: Callable[..., Server], tmp_path: Any
) -> None:
    first, second = (start(data_dir=tmp_path / "data", **shared_redis()) for _ in range(2))
    first.queue("two", {"content": "x"}, uses=2, delay_ms=60_000, on_undelivered="requeue")
    [preset] = first.api.get("/api/preset-queue/two").json()["items"]
    async with callers(first.url, "two") as [lost], callers(second.url, "two") as [kept]:
        await lost.send()
        wait_for(lambda: states(second) == ["taken"])
        sooner = first.api.patch(f"/api/preset-queue/two/{preset['id']}", json={"delay_ms": 1500})
        assert sooner.status_code == 200  # so that the first waits however late it is killed
        await kept.send()
        wait_for(lambda: len(states(second)) == 2)
        first.process.kill()
        first.process.wait()
        assert (await kept.receive()).status == 200
    start(data_dir=tmp_path / "data", **shared_redis())  # its start sweeps
    wait_for(lambda: sorted(states(second)) == ["delivered", "undelivered"])
    assert uses(second) == [1]


def states(server: Server) -> list[str]:
    return [item["state"] for item in server.api.get("/api/exchanges?caller=two").json()["items"]]


def uses(server: Server) -> list[int]:
    return [item["uses"] for item in server.api.get("/api/preset-queue/two").json()["items"]]
