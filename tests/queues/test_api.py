"""The queue contract, row by row: paths, fields, codes."""

import time
from threading import Thread
from typing import Any

import pytest
from django.db.models import F

from apps.queues.changed import Change, read_change
from apps.queues.models import Preset
from apps.queues.storage import change

ITEM_FIELDS = {
    "id", "response", "status_code", "created_at", "headers", "delay_ms", "pace", "endpoint", "uses",
    "on_undelivered", "match", "label", "verbatim", "x_should_retry", "fault",
}  # fmt: skip
HI = {"content": "hi"}
CONTENTS = [{"content": "a"}, {"content": "b"}, {"content": "c"}]


def test_no_queues_at_first(queues: Any) -> None:
    assert queues.get() == (200, {"queues": {}})


def test_adding_answers_the_id_as_text_and_the_length(queues: Any) -> None:
    status, first = queues.post("/ci-42", {"response": HI})
    assert status == 200
    assert first == {"success": True, "response_id": first["response_id"], "queue_length": 1}
    assert isinstance(first["response_id"], str)
    assert queues.post("/ci-42", {"response": HI})[1]["queue_length"] == 2
    assert queues.items("ci-42")[0]["id"] == first["response_id"]


def test_an_item_has_the_fields_of_the_contract_with_their_defaults(queues: Any) -> None:
    before = time.time()
    queues.add("ci-42", HI)
    status, body = queues.get("/ci-42")
    assert status == 200
    assert set(body) == {"ip", "count", "paused", "items"}
    assert (body["ip"], body["count"]) == ("ci-42", 1)
    item = body["items"][0]
    assert set(item) == ITEM_FIELDS
    assert before - 1 <= item.pop("created_at") <= time.time() + 1
    item.pop("id")
    assert item == {
        "response": HI, "status_code": 200, "headers": {}, "delay_ms": 0,
        "pace": {"first_token_ms": 0, "token_ms": 0}, "endpoint": "text", "uses": 1,
        "on_undelivered": "drop", "match": None, "label": "", "verbatim": False, "x_should_retry": None, "fault": None,
    }  # fmt: skip


def test_every_field_of_an_entry_is_kept(queues: Any) -> None:
    entry = {
        "response": {"error": {"message": "slow down"}}, "status_code": 429,
        "headers": {"retry-after": "3", "x-a": "1"}, "delay_ms": 250,
        "pace": {"first_token_ms": 300, "token_ms": 20}, "endpoint": "chat.completions", "uses": None,
        "on_undelivered": "requeue", "label": "limit für alle", "verbatim": True, "x_should_retry": False,
        "fault": {"name": "cut", "after_tokens": 1, "probability_pct": 5},
    }  # fmt: skip
    assert queues.post("/ci-42", entry)[0] == 200
    item = queues.items("ci-42")[0]
    assert {name: item[name] for name in entry} == entry


def test_a_header_that_comes_twice_is_kept_twice(queues: Any) -> None:
    queues.post("/a", {"response": HI, "headers": [["x-a", "1"], ["x-a", "2"]]})
    assert queues.items("a")[0]["headers"] == [["x-a", "1"], ["x-a", "2"]]


def test_all_queues_come_by_caller(queues: Any) -> None:
    queues.add("b", *CONTENTS)
    queues.add("*", HI)
    status, body = queues.get()
    assert status == 200
    assert {caller: queue["count"] for caller, queue in body["queues"].items()} == {"*": 1, "b": 3}
    assert [item["response"] for item in body["queues"]["b"]["items"]] == CONTENTS
    assert set(body["queues"]["*"]["items"][0]) == ITEM_FIELDS


def test_an_unknown_caller_has_an_empty_queue(queues: Any) -> None:
    assert queues.get("/nobody") == (200, {"ip": "nobody", "count": 0, "paused": False, "items": []})


@pytest.mark.parametrize("caller", ["*", "192.168.1.100", "fe80::1", "ci_4-2.x:y", "a" * 100, "Export"])
def test_a_caller_may_have_any_allowed_name(queues: Any, caller: str) -> None:
    queues.add(caller, HI)
    assert queues.get(f"/{caller}")[1]["ip"] == caller
    assert queues.delete(f"/{caller}") == (200, {"success": True})


@pytest.mark.parametrize("caller", ["a" * 101, "a b", "ä", "a*", "**", "a,b", "a%2525"])
def test_any_other_name_is_refused(queues: Any, caller: str) -> None:
    for status, body in (queues.get(f"/{caller}"), queues.post(f"/{caller}", {"response": HI})):
        assert status == 400
        assert "1 to 100 characters" in body["detail"]


def test_one_entry_is_deleted(queues: Any) -> None:
    ids = queues.add("a", *CONTENTS)
    assert queues.delete(f"/a/{ids[1]}") == (200, {"success": True})
    assert queues.contents("a") == ["a", "c"]


@pytest.mark.parametrize("entry", ["999999999", "abc", "-1", "1.5", "0", "9" * 40])
def test_deleting_an_unknown_entry_is_404(queues: Any, entry: str) -> None:
    queues.add("a", HI)
    status, body = queues.delete(f"/a/{entry}")
    assert status == 404
    assert "detail" in body


def test_an_entry_of_another_queue_is_not_deleted(queues: Any) -> None:
    [entry] = queues.add("a", HI)
    assert queues.delete(f"/b/{entry}")[0] == 404
    assert queues.patch(f"/b/{entry}", {"label": "x"})[0] == 404
    assert queues.contents("a") == ["hi"]


def test_a_queue_is_cleared_and_is_then_unknown(queues: Any) -> None:
    queues.add("a", *CONTENTS)
    queues.add("b", HI)
    assert queues.delete("/a") == (200, {"success": True})
    assert queues.delete("/a")[0] == 404
    assert queues.contents("b") == ["hi"]


def test_all_queues_are_cleared_at_once(queues: Any) -> None:
    queues.add("a", HI)
    queues.add("b", HI)
    assert queues.delete() == (200, {"success": True})
    assert queues.get() == (200, {"queues": {}})
    assert queues.delete() == (200, {"success": True})


def test_a_spent_preset_is_neither_shown_nor_counted(queues: Any) -> None:
    ids = queues.add("a", *CONTENTS, on_undelivered="requeue")
    Preset.objects.filter(id=ids[0]).update(uses=0)
    assert queues.contents("a") == ["b", "c"]
    assert queues.get()[1]["queues"]["a"]["count"] == 2
    [listed] = queues.client.get("/api/callers").json()["callers"]
    assert (listed["count"], listed["next"]["words"]) == (2, "b")
    assert queues.delete(f"/a/{ids[0]}")[0] == 404
    assert queues.patch(f"/a/{ids[0]}", {"uses": 3})[0] == 404
    assert queues.post("/a", {"response": HI})[1]["queue_length"] == 3
    assert [body["content"] for body in queues.get("/a/export")[1]] == ["b", "c", "hi"]


def test_after_a_clear_no_spent_preset_comes_back(queues: Any) -> None:
    [entry] = queues.add("a", HI, on_undelivered="requeue")
    Preset.objects.filter(id=entry).update(uses=0)
    assert queues.delete("/a")[0] == 404
    assert not Preset.objects.exists()


def test_patch_changes_the_named_fields_alone(queues: Any) -> None:
    ids = queues.add("a", *CONTENTS, status_code=429, headers={"x-a": "1"}, delay_ms=5)
    status, body = queues.patch(f"/a/{ids[1]}", {"label": "second", "uses": None, "pace": {"token_ms": 7}})
    assert status == 200
    assert body["success"] is True
    assert body["item"] == queues.items("a")[1]
    changed = {"label": "second", "uses": None, "pace": {"first_token_ms": 0, "token_ms": 7}}
    kept = {"id": ids[1], "status_code": 429, "headers": {"x-a": "1"}, "delay_ms": 5, "response": CONTENTS[1]}
    assert body["item"].items() >= (changed | kept).items()
    assert queues.contents("a") == ["a", "b", "c"]


@pytest.mark.parametrize("order", ["cycle", "once"])
def test_a_change_gives_nothing_back_that_was_taken_meanwhile(queues: Any, order: str) -> None:
    """Counters stay the database's, and what another change said meanwhile stays, too."""
    entry = queues.post("/a", {"sequence": [HI] * 5, "order": order})[1]["response_id"]
    was = Preset.objects.filter(id=entry)

    def late(preset: Preset) -> Change:
        read = read_change(preset, {"seed": 7}, b"{}")
        if preset.given == 0:
            left = {"uses": F("uses") - 3} if order == "once" else {}
            was.update(given=3, label="theirs", **left)
        return read

    found = change(caller="a", preset_id=int(entry), read=late)
    assert found is not None
    preset = found[1]
    uses = {"once": 2, "cycle": None}[order]
    assert (preset.label, preset.given, preset.uses, '"seed":7' in preset.body) == ("theirs", 3, uses, True)


def test_patch_keeps_the_spelling_of_a_new_body(queues: Any) -> None:
    [entry] = queues.add("a", HI)
    text = '{"label": "x", "response": {"b": 1.10,  "a": 1e2}}'
    queues.client.generic("PATCH", f"/api/preset-queue/a/{entry}", text, content_type="application/json")
    assert Preset.objects.get(id=entry).body == '{"b": 1.10,  "a": 1e2}'


@pytest.mark.parametrize(
    "changes", [{}, [], {"status_code": 99}, {"nope": 1}, {"response": 1}, {"match": 1}, {"uses": 0}]
)
def test_a_patch_that_cannot_be_used_changes_nothing(queues: Any, changes: Any) -> None:
    [entry] = queues.add("a", HI)
    before = queues.items("a")
    status, body = queues.patch(f"/a/{entry}", changes)
    assert status == 400
    assert body["detail"]
    assert queues.items("a") == before


def test_reorder_takes_the_new_order(queues: Any) -> None:
    ids = queues.add("a", *CONTENTS)
    status, body = queues.post("/a/reorder", {"ids": [ids[2], ids[0], int(ids[1])]})
    assert (status, body) == (200, {"success": True, "queue_length": 3})
    assert queues.contents("a") == ["c", "a", "b"]
    queues.add("a", {"content": "last"})
    assert queues.contents("a") == ["c", "a", "b", "last"]


def test_reorder_says_what_is_missing_and_what_is_unknown(queues: Any) -> None:
    ids = queues.add("a", *CONTENTS)
    [other] = queues.add("b", HI)
    status, body = queues.post("/a/reorder", {"ids": [ids[2], ids[0], other]})
    assert status == 409
    assert body["errors"] == [
        {"id": ids[1], "error": "is in the queue"},
        {"id": other, "error": "is not in the queue"},
    ]
    assert queues.contents("a") == ["a", "b", "c"]


@pytest.mark.parametrize(
    "body", [{}, [], {"ids": "1"}, {"ids": [None]}, {"ids": [1.5]}, {"ids": ["x"]}, {"ids": [[]]}]
)
def test_reorder_refuses_what_are_no_ids(queues: Any, body: Any) -> None:
    assert queues.post("/a/reorder", body)[0] == 400


def test_reorder_refuses_an_id_named_twice(queues: Any) -> None:
    [entry] = queues.add("a", HI)
    status, body = queues.post("/a/reorder", {"ids": [entry, int(entry)]})
    assert (status, "twice" in body["detail"]) == (400, True)


def test_callers_are_listed_with_their_counts(queues: Any) -> None:
    queues.add("b", *CONTENTS)
    queues.add("a", HI)
    found = queues.client.get("/api/callers").json()["callers"]
    assert [(one["caller"], one["count"]) for one in found] == [("a", 1), ("b", 3)]


def test_a_full_queue_takes_no_more_and_says_so(queues: Any, settings: Any) -> None:
    settings.MOCKOPENAI_QUEUE_MAX = 2
    queues.add("a", HI, HI)
    status, body = queues.post("/a", {"response": HI})
    assert status == 409
    assert "2 of at most 2" in body["detail"]
    assert queues.post("/b", {"response": HI})[0] == 200


def test_two_threads_that_add_at_once_lose_nothing_and_share_no_place(queues: Any) -> None:
    def add(name: str) -> None:
        for index in range(100):
            queues.post("/a", {"response": {"content": f"{name}{index}"}})

    threads = [Thread(target=add, args=(name,)) for name in "xy"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    contents = queues.contents("a")
    assert Preset.objects.values_list("position", flat=True).distinct().count() == 200
    for name in "xy":
        assert [one for one in contents if one[0] == name] == [f"{name}{index}" for index in range(100)]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("put", ""), ("post", ""), ("patch", "/a"), ("put", "/a"), ("get", "/a/batch"), ("get", "/a/import"),
        ("post", "/a/export"), ("get", "/a/1"), ("post", "/a/1"), ("get", "/a/reorder"),
        ("options", "/a"),
    ],
)  # fmt: skip
def test_another_method_is_405_and_names_the_right_ones(queues: Any, method: str, path: str) -> None:
    answer = getattr(queues.client, method)(f"/api/preset-queue{path}")
    assert answer.status_code == 405
    assert "Allowed here: " in answer.json()["detail"]
    assert answer["Allow"]


@pytest.mark.parametrize("path", ["/", "/a/", "/a/batch/", "/a/b/c", "/export/"])
def test_another_path_is_404(queues: Any, path: str) -> None:
    status, body = queues.get(path)
    assert status == 404
    assert ("slash at the end" in body["detail"]) is path.endswith("/")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/export", {"response": HI}),
        ("/export/batch", {"responses": [HI]}),
        ("/export/reorder", {"ids": []}),
    ],
)
def test_a_queue_cannot_have_the_name_that_the_export_needs(queues: Any, path: str, body: Any) -> None:
    status, told = queues.post(path, body)
    assert status == 400
    assert "'export' cannot be a queue's name" in told["detail"]
    assert queues.get("/export")[0] == 404  # still the file of all queues, of which there are none
