"""Presets that put conditions on the calls they answer: which answers, exactly once, and how fast."""

from collections.abc import Sequence
from itertools import count
from statistics import quantiles
from time import process_time
from typing import Any

import pytest

from apps.journal.writer import writer
from apps.queues.choosing import AT_ONCE, KEPT_MAX, Shelf, Unready, prepare
from apps.queues.models import Preset
from apps.queues.standing import Standings
from apps.queues.take import Wanted, discard, give_back, take
from apps.queues.taken import Taken
from apps.wire.call import Call
from tests.queues.conftest import Queues

WANTED = Wanted("a", "chat.completions", "text")
_numbers = count()


def asking(text: str, **fields: Any) -> Call:
    """A call that says this."""
    data = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}], **fields}
    number = str(next(_numbers))
    return Call(
        id=number, caller="a", method="POST", path="/v1", endpoint="chat.completions", data=data, body=b"{}"
    )


def taken(*texts: str, **fields: Any) -> list[Taken | None]:
    """What calls that say these texts take, in one transaction."""
    calls = [asking(text, **fields) for text in texts]
    found: list[Taken | None]
    while True:
        try:
            found = writer.call(lambda: take([WANTED] * len(calls), calls))
        except Unready as unready:
            prepare(unready.queue)
        else:
            return found


def said(found: Sequence[Taken | None]) -> list[str | None]:
    return [one.draft.body.decode().split('"')[3] if one else None for one in found]


def add(queues: Queues, name: str, match: Any = None, caller: str = "a", **fields: Any) -> str:
    [added] = queues.add(caller, {"content": name}, match=match, **fields)
    return added


def test_the_first_preset_that_accepts_a_call_answers_it(queues: Queues) -> None:
    add(queues, "cats", {"last_user": "cat"})
    add(queues, "dogs", {"last_user": "dog"})
    add(queues, "any")
    add(queues, "late", {"last_user": "dog"})
    assert said(taken("a dog", "a cow", "a dog", "a dog", "a cat")) == ["dogs", "any", "late", None, "cats"]
    assert not Preset.objects.exists()


def test_calls_of_one_moment_share_what_plain_presets_stand_before_a_match(queues: Queues) -> None:
    add(queues, "twice", uses=2)
    add(queues, "dogs", {"last_user": "dog"})
    add(queues, "end")
    assert said(taken("x", "dog", "dog", "x", "x")) == ["twice", "twice", "dogs", "end", None]


def test_a_preset_with_a_match_counts_its_uses_down_or_stays_for_ever(queues: Queues) -> None:
    add(queues, "two", {"last_user": "dog"}, uses=2)
    add(queues, "ever", {"last_user": "dog"}, uses=None)
    assert said(taken("dog", "dog", "dog")) == ["two", "two", "ever"]
    assert said(taken("dog", "cat")) == ["ever", None]


def test_the_own_queue_comes_before_the_shared_one(queues: Queues) -> None:
    add(queues, "shared", {"last_user": "dog"}, caller="*", uses=None)
    add(queues, "own", {"last_user": "dog"})
    assert said(taken("dog", "dog", "cat")) == ["own", "shared", None]


def test_an_endpoint_counts_beside_the_match(queues: Queues) -> None:
    add(queues, "wrong", {"last_user": "dog"}, endpoint="embeddings")
    add(queues, "right", {"last_user": "dog"}, endpoint="chat.completions")
    assert said(taken("dog")) == ["right"]


def test_a_paused_queue_gives_none_of_them(queues: Queues) -> None:
    add(queues, "dogs", {"last_user": "dog"})
    queues.post("/a/pause", {"paused": True})
    assert taken("dog") == [None]


def test_what_comes_back_answers_again_in_its_place(queues: Queues) -> None:
    add(queues, "first", {"last_user": "dog"}, on_undelivered="requeue")
    add(queues, "second", {"last_user": "dog"}, on_undelivered="requeue")
    [one] = taken("dog")
    assert one is not None and one.returns
    assert said(taken("dog")) == ["second"]
    writer.call(lambda: give_back([one.preset_id]))
    [again] = taken("dog")
    assert again is not None and again.preset_id == one.preset_id
    writer.call(lambda: discard([one.preset_id]))
    assert taken("dog") == [None]


def test_every_change_of_a_queue_is_seen_by_the_next_call(queues: Queues) -> None:
    one, two = (add(queues, name, {"last_user": "dog"}, uses=None) for name in ("one", "two"))
    assert said(taken("dog")) == ["one"]
    queues.post("/a/reorder", {"ids": [two, one]})
    assert said(taken("dog")) == ["two"]
    queues.post(f"/a/{one}/move", {"before": two})
    assert said(taken("dog")) == ["one"]
    queues.patch(f"/a/{one}", {"match": {"last_user": "cat"}})
    assert said(taken("dog", "cat")) == ["two", "one"]
    queues.patch(f"/a/{one}", {"match": None})
    assert said(taken("dog")) == ["one"]
    queues.delete(f"/a/{one}")
    assert said(taken("dog")) == ["two"]
    add(queues, "three", {"last_user": "cow"})
    assert said(taken("cow")) == ["three"]
    queues.delete("/a")
    assert taken("dog") == [None]
    add(queues, "four", {"last_user": "dog"})
    assert said(taken("dog")) == ["four"]


class Undone(Exception):
    pass


@pytest.mark.parametrize("added_within", [False, True])
def test_what_was_taken_in_a_transaction_that_is_undone_is_there_again(
    queues: Queues, added_within: bool
) -> None:
    for name in ("one", "two"):
        add(queues, name, {"last_user": "dog"})
    if not added_within:
        assert said(taken("dog")) == ["one"]

    def undone() -> None:
        take([WANTED] * 2, [asking("dog"), asking("dog")])
        take([WANTED], [asking("dog")])
        raise Undone

    with pytest.raises(Undone):
        writer.call(undone)
    assert said(taken("dog", "dog", "dog")) == (["one", "two", None] if added_within else ["two", None, None])


def test_a_queue_that_was_first_read_in_a_transaction_that_is_undone_is_read_again(queues: Queues) -> None:
    first = add(queues, "one", {"last_user": "dog"}, uses=2)
    add(queues, "two", {"last_user": "dog"})

    def undone() -> None:
        Preset.objects.get(id=first).delete()
        assert said(take([WANTED], [asking("dog")])) == ["two"]
        raise Undone

    with pytest.raises(Undone):
        writer.call(undone)
    assert said(taken("dog", "dog", "dog")) == ["one", "one", "two"]


def test_jmespath_and_large_calls_are_looked_at_too(queues: Queues) -> None:
    add(queues, "expert", {"jmespath": "length(messages) == `1` && temperature > `1`"})
    assert said(taken("x", temperature=2)) == ["expert"]


def test_a_match_is_kept_listed_and_moves_with_files(queues: Queues) -> None:
    match = {"last_user": "refund", "model": "gpt-4*"}
    add(queues, "x", match)
    add(queues, "y")
    assert [item["match"] for item in queues.items("a")] == [match, None]
    listed = queues.get("/a/entries")[1]["items"]
    assert [item["match"] for item in listed] == ['last_user contains "refund" · model gpt-4*', ""]
    [of_a] = queues.client.get("/api/callers").json()["callers"]
    assert of_a["next"]["match"] == listed[0]["match"]
    file = queues.client.get("/api/preset-queue/a/export?format=full").content
    assert queues.upload("/b", file)[0] == 200
    assert [item["match"] for item in queues.items("b")] == [match, None]
    status, told = queues.post("/c/batch", {"responses": [{"content": "x"}] * 2, "match": match})
    assert (status, [item["match"] for item in queues.items("c")]) == (200, [match] * 2), told


def test_a_match_that_cannot_be_is_refused_with_its_path(queues: Queues) -> None:
    status, told = queues.post("/a", {"response": {"content": "x"}, "match": {"any": [{"turn": "x"}]}})
    assert (status, [error["field"] for error in told["errors"]]) == (400, ["match.any[0].turn"])
    one = add(queues, "x")
    status, told = queues.patch(f"/a/{one}", {"match": {"last_user": {"regex": "("}}})
    assert (status, told["errors"][0]["field"]) == (400, "match.last_user.regex")


def test_a_long_queue_is_read_apart_from_the_transactions_that_calls_wait_for(queues: Queues) -> None:
    responses = [
        {"response": {"content": str(n)}, "match": {"last_user": f"<{n}>"}} for n in range(2 * AT_ONCE)
    ]
    queues.post("/a/batch", {"responses": responses})
    for change in (None, {"last_user": "<changed>"}):
        if change:
            add(queues, "changed", change)
            prepare("a")  # of another moment than the call's: of no use
            queues.post("/a/batch", {"responses": responses * 3})
        with pytest.raises(Unready):
            writer.call(lambda: take([WANTED], [asking("<7>")]))
        assert Preset.objects.filter(body='{"content":"7"}').exists()
        prepare("a")
        assert said(writer.call(lambda: take([WANTED], [asking("<7>")]))) == ["7"]


def test_a_queue_that_changes_faster_than_it_is_read_is_read_all_the_same(queues: Queues) -> None:
    match = {"last_user": "x"}
    queues.post("/a/batch", {"responses": [{"response": {"content": "1"}, "match": match}] * (2 * AT_ONCE)})
    for _ in range(3):
        prepare("a")
        add(queues, "late", match)
    assert said(writer.call(lambda: take([WANTED], [asking("x")]))) == ["1"]


def test_the_queues_that_are_kept_read_are_bounded_by_what_they_hold(queues: Queues) -> None:
    add(queues, "one", {"last_user": "dog"})
    shelf, one = Shelf(), Standings("a", None, 1)
    for number in range(KEPT_MAX + 1):
        shelf.put(str(number), one)
        shelf.find("0")
    assert shelf.find("1") is None
    assert shelf.find("0") is shelf.find("2") is one


def test_among_10_000_matches_the_right_one_is_found_within_milliseconds(queues: Queues) -> None:
    """In its own time, whatever else the machine does. See docs/matching.md for what was measured."""
    kinds = ("contains", "equals", "regex")
    asked = (lambda n: f"item-{n}.", lambda n: f"give me {n}", lambda n: rf"order[ -]?{n}\b")
    for start in (0, 5000):
        responses = [
            {"response": {"content": str(n)}, "match": {"last_user": {kinds[n % 3]: asked[n % 3](n)}}}
            for n in range(start, start + 5000)
        ]
        assert queues.post("/a/batch", {"responses": responses})[1]["added_count"] == 5000
    texts = {0: "Where is item-{}. " + "I wait for it. " * 60, 1: "give me {}", 2: "Order order-{} is late."}
    assert said(taken(texts[0].format(9999))) == ["9999"]
    took_s = []
    for n in range(40, 10_000, 67):
        began_s = process_time()
        found = taken(texts[n % 3].format(n))
        took_s.append(process_time() - began_s)
        assert said(found) == [str(n)]
    assert quantiles(took_s, n=20)[-1] < 0.025
