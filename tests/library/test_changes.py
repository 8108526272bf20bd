"""A PATCH of what is no plain response changes the fields that it names, and makes nothing that POST refuses."""

from typing import Any

import pytest

from tests.queues.conftest import Queues
from tests.queues.conftest import queues as queues

STEPS = [{"content": "a"}, {"content": "b"}]
RENDERED = {"response": {"content": "{{ model }}"}, "render": True, "seed": 7, "given": 4, "uses": None}
DRAWN = {"sequence": STEPS, "order": "random", "weights": [2, 1], "seed": 5, "given": 9, "uses": None}
CYCLE = {"sequence": STEPS, "order": "cycle", "given": 9, "uses": None}
ONCE = {"sequence": [*STEPS, {"content": "c"}], "given": 2}
NAMED = {"template": "rate-limit", "vars": {"limit": 9}, "seed": 3, "given": 6, "uses": 5}


@pytest.mark.parametrize(
    ("entry", "changes", "also"),
    [
        (RENDERED, {"response": {"content": "now {{ model }}"}}, {}),
        (RENDERED, {"seed": 8}, {}),
        (RENDERED, {"render": False}, {"render": None, "seed": None}),
        (RENDERED, {"given": 1}, {}),
        (DRAWN, {"sequence": [{"content": "x"}, {"content": "y"}]}, {}),
        (DRAWN, {"order": "cycle"}, {"weights": None}),
        (DRAWN, {"uses": 3}, {}),
        (CYCLE, {"sequence": [*STEPS, *STEPS]}, {}),
        (CYCLE, {"order": "once", "given": 1}, {"uses": 1}),
        (ONCE, {"sequence": [*STEPS, *STEPS]}, {"uses": 2}),
        (ONCE, {"order": "cycle"}, {"uses": 1}),
        (ONCE, {"given": 0}, {"uses": 3}),
        (NAMED, {"vars": {"limit": 8}}, {}),
        (NAMED, {"template": "rate-limit"}, {}),
        (NAMED, {"response": {"content": "x"}}, dict.fromkeys(["template", "vars", "seed", "given"])),
    ],
)
def test_what_is_not_named_stays(queues: Queues, entry: Any, changes: Any, also: Any) -> None:
    assert queues.post("/a", entry)[0] == 200
    [before] = queues.items("a")
    status, told = queues.patch(f"/a/{before['id']}", changes)
    assert status == 200, told
    told_status = {"status_code": 200} if "response" in changes and "template" in entry else {}
    expected = {**before, **changes, **also, **told_status}
    now = told["item"]
    assert {name: now.get(name) for name in expected} == {
        name: expected[name] or (None if expected[name] is False and name == "render" else expected[name])
        for name in expected
    }
    content = queues.client.get("/api/preset-queue/a/export?format=full").content
    assert queues.upload("/b", content)[1]["added_count"] == 1


@pytest.mark.parametrize(
    ("entry", "changes", "field"),
    [
        (CYCLE, {"order": "once"}, "given"),
        (ONCE, {"sequence": STEPS}, "given"),
        (ONCE, {"uses": 3}, "uses"),
        (DRAWN, {"sequence": [*STEPS, *STEPS]}, "weights"),
        (NAMED, {"template": "quota"}, "vars.limit"),
    ],
)
def test_a_change_that_no_new_preset_could_have_is_refused(
    queues: Queues, entry: Any, changes: Any, field: str
) -> None:
    assert queues.post("/a", entry)[0] == 200
    before = queues.items("a")
    status, told = queues.patch(f"/a/{before[0]['id']}", changes)
    assert (status, [error["field"] for error in told["errors"]]) == (400, [field])
    assert queues.items("a") == before
