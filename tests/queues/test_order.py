"""One entry is moved, and all others keep their order."""

import random
from threading import Thread
from typing import Any

import pytest

from apps.queues.entry import read_entry
from apps.queues.models import Preset
from apps.queues.order import Moved, move
from apps.queues.storage import add
from tests.queues.conftest import Queues

DONE = (200, {"success": True})


def filled(queues: Queues, letters: str) -> dict[str, str]:
    """A queue `a` of these entries; the id of each."""
    return dict(zip(letters, queues.add("a", *[{"content": one} for one in letters]), strict=True))


@pytest.mark.parametrize(
    ("entry", "before", "order"),
    [
        ("d", "b", "adbcef"),
        ("b", "e", "acdbef"),
        ("a", "", "bcdefa"),
        ("f", "a", "fabcde"),
        ("c", "d", "abcdef"),
        ("c", "c", "abcdef"),
        ("f", "", "abcdef"),
    ],
)
def test_an_entry_stands_where_it_was_put(queues: Queues, entry: str, before: str, order: str) -> None:
    ids = filled(queues, "abcdef")
    assert queues.post(f"/a/{ids[entry]}/move", {"before": ids[before] if before else None}) == DONE
    assert "".join(queues.contents("a")) == order


def test_any_number_of_moves_keeps_every_entry(queues: Queues) -> None:
    ids, order, rng = filled(queues, "abcdefgh"), list("abcdefgh"), random.Random(7)
    Preset.objects.filter(id=ids["d"]).delete()  # taken: its place is empty from here on
    order.remove("d")
    for _ in range(40):
        entry, before = rng.choice(order), rng.choice([*order, None])
        assert queues.post(f"/a/{ids[entry]}/move", {"before": before and ids[before]}) == DONE
        if before != entry:
            order.remove(entry)
            order.insert(order.index(before) if before else len(order), entry)
        assert queues.contents("a") == order


def test_the_room_before_an_entry_is_never_used_up(queues: Queues) -> None:
    ids = filled(queues, "abcd")
    for _ in range(30):
        for entry in "bca":  # each between the one before it and d
            queues.post(f"/a/{ids[entry]}/move", {"before": ids["d"]})
        assert queues.contents("a") == ["b", "c", "a", "d"]
    for _ in range(30):
        for entry in "dcab":
            queues.post(f"/a/{ids[entry]}/move", {"before": int(queues.items("a")[0]["id"])})
        assert queues.contents("a") == ["b", "a", "c", "d"]
    assert min(Preset.objects.values_list("position", flat=True)) > 0


def test_a_spent_entry_that_comes_back_has_kept_its_place(queues: Queues) -> None:
    ids = filled(queues, "abcd")
    Preset.objects.filter(id=ids["b"]).update(uses=0)
    queues.post(f"/a/{ids['d']}/move", {"before": ids["a"]})
    Preset.objects.filter(id=ids["b"]).update(uses=1)
    assert queues.contents("a") == ["d", "a", "b", "c"]


def test_what_is_not_in_the_queue_is_neither_moved_nor_moved_before(queues: Queues) -> None:
    ids, other = filled(queues, "ab"), queues.add("other", {"content": "x"})[0]
    for unknown in (other, "999999", "x", "0"):
        status, body = queues.post(f"/a/{unknown}/move", {"before": None})
        assert (status, "may have been taken" in body["detail"]) == (404, True)
    for gone in (other, 999999):
        status, body = queues.post(f"/a/{ids['a']}/move", {"before": gone})
        assert (status, "may have been taken" in body["detail"]) == (409, True)
    assert queues.contents("a") == ["a", "b"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"before": "x"},
        {"before": True},
        {"before": [1]},
        {"before": 1.5},
        {"before": None, "after": 1},
        [],
    ],
)
def test_a_place_that_is_none_is_refused(queues: Queues, body: Any) -> None:
    ids = filled(queues, "ab")
    assert queues.post(f"/a/{ids['a']}/move", body)[0] == 400
    assert queues.contents("a") == ["a", "b"]


def test_no_entry_of_the_export_is_moved(queues: Queues) -> None:
    status, body = queues.post("/export/1/move", {"before": None})
    assert (status, "cannot be a queue's name" in body["detail"]) == (400, True)


def test_moves_from_many_sides_lose_no_entry_and_share_no_place(queues: Queues) -> None:
    ids = [int(one) for one in filled(queues, "abcdefghij").values()]

    def shuffle(seed: int) -> None:
        rng = random.Random(seed)
        for _ in range(25):
            entry, before = rng.sample(ids, 2)
            assert move(caller="a", preset_id=entry, before=before) is Moved.DONE

    threads = [Thread(target=shuffle, args=[seed]) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(queues.contents("a")) == list("abcdefghij")
    assert len(set(Preset.objects.values_list("position", flat=True))) == 10


def test_a_move_in_a_long_queue_touches_one_entry(queues: Queues) -> None:
    first = add(caller="a", entries=[read_entry({"response": {"content": "x"}})] * 10_000).first_id
    assert first is not None
    before = dict(Preset.objects.values_list("id", "position"))
    assert move(caller="a", preset_id=first + 9_999, before=first) is Moved.DONE
    after = dict(Preset.objects.values_list("id", "position"))
    assert [one for one in before if before[one] != after[one]] == [first + 9_999]
    assert Preset.objects.order_by("position").values_list("id", flat=True)[0] == first + 9_999
