"""A dry run says what an import or a batch would add, and adds nothing."""

from typing import Any

import orjson
import pytest

from tests.queues.conftest import Queues

GOOD = [{"content": "one"}, {"response": {"content": "two"}, "status_code": 429, "uses": 3}]
MIXED = [GOOD[0], 7, GOOD[1], {"response": {}, "status_code": 999}]


def run(queues: Queues, door: str, elements: Any, dry_run: str = "true") -> tuple[int, Any]:
    """The same elements through either door."""
    if door == "batch":
        return queues.post(f"/a/batch?dry_run={dry_run}", {"responses": elements})
    return queues.upload("/a", orjson.dumps(elements), dry_run=dry_run)


@pytest.fixture(params=["batch", "import"])
def door(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_it_shows_what_would_be_added_and_what_is_wrong(queues: Queues, door: str) -> None:
    queues.add("a", {"content": "before"})
    status, dry = run(queues, door, MIXED)
    assert (status, dry["dry_run"], dry["added_count"], dry["failed_count"]) == (200, True, 2, 2)
    assert [(item["place"], item["words"], item["status_code"], item["uses"]) for item in dry["items"]] == [
        (2, "one", 200, 1),
        (3, "two", 429, 3),
    ]
    assert {item["id"] for item in dry["items"]} == {None}
    assert [error["index"] for error in dry["errors"]] == [1, 3]
    assert dry["queue_length"] == 3
    assert queues.contents("a") == ["before"]


def test_the_real_thing_then_answers_the_same(queues: Queues, door: str) -> None:
    _, dry = run(queues, door, MIXED)
    status, real = run(queues, door, MIXED, dry_run="false")
    assert status == 200
    assert "dry_run" not in real
    assert {name: real[name] for name in real} == {name: dry[name] for name in real}
    assert queues.contents("a") == ["one", "two"]


def test_of_very_many_only_the_first_are_shown(queues: Queues, door: str) -> None:
    _, dry = run(queues, door, [{"content": str(number)} for number in range(300)])
    assert dry["added_count"] == 300
    assert [item["words"] for item in dry["items"]] == [str(number) for number in range(50)]


def test_a_queue_without_room_is_a_409_in_a_dry_run_too(queues: Queues, door: str, settings: Any) -> None:
    settings.MOCKOPENAI_QUEUE_MAX = 1
    dry, real = run(queues, door, GOOD), run(queues, door, GOOD, dry_run="false")
    assert dry == real
    assert dry[0] == 409


def test_what_is_no_switch_is_refused(queues: Queues, door: str) -> None:
    status, body = run(queues, door, GOOD, dry_run="maybe")
    assert (status, "dry_run" in body["detail"]) == (400, True)
    assert queues.items("a") == []


@pytest.mark.parametrize("content", [b"{", b"7", b'{"responses": 7}', b""])
def test_a_file_that_cannot_be_read_is_refused_as_without_it(queues: Queues, content: bytes) -> None:
    dry, real = [queues.upload("/a", content, dry_run=switch) for switch in ("true", "")]
    assert dry == real
    assert dry[0] == 400
