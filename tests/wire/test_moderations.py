"""Moderations: every category with its score, flagged by words or as a preset says."""

from typing import Any

import pytest
from hypothesis import given

from apps.wire.call import Call
from apps.wire.errors import WireError
from apps.wire.moderations import CREATE
from apps.wire.moderations.words import CATEGORIES

from .samples import json_values

PICTURE = {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}}


def call_of(given: Any = "Good morning", **data: Any) -> Call:
    return Call(id="01", caller="ci", method="POST", path="/v1/moderations", data={"input": given} | data)


def results(draft: dict[str, Any], given: Any = "Good morning") -> list[Any]:
    CREATE.check(call_of(given))
    body = CREATE.fill(draft, call_of(given))
    assert CREATE.is_whole(body)
    return list(body["results"])


def true_of(result: dict[str, Any]) -> set[str]:
    return {name for name, value in result["categories"].items() if value}


def test_a_harmless_text_is_not_flagged_and_has_every_score() -> None:
    [result] = results({})
    assert result["flagged"] is False
    assert list(result["category_scores"]) == list(CATEGORIES) == list(result["categories"])
    assert max(result["category_scores"].values()) < 0.01


def test_words_flag_their_categories() -> None:
    [result] = results({}, "I want to kill them all")
    assert result["flagged"] and true_of(result) == {"violence"}
    assert result["category_scores"]["violence"] > 0.8
    assert not results({}, "The skills of a painkiller")[0]["flagged"]


def test_each_text_of_a_list_has_its_own_result() -> None:
    assert [one["flagged"] for one in results({}, ["Hello", "a murder", "Bye"])] == [False, True, False]


def test_a_mixed_input_has_one_result_that_says_what_it_was_found_in() -> None:
    [result] = results({}, [{"type": "text", "text": "a murder"}, PICTURE])
    assert result["flagged"]
    assert result["category_applied_input_types"]["violence"] == ["text", "image"]
    assert result["category_applied_input_types"]["hate"] == ["text"]


def test_a_preset_says_what_is_flagged() -> None:
    [result] = results({"flagged": True, "categories": {"hate": True}})
    assert true_of(result) == {"hate"} and result["category_scores"]["hate"] > 0.8
    assert results({"flagged": False}, "a murder")[0]["categories"]["violence"] is False
    assert true_of(results({"flagged": True})[0])
    assert results({"categories": ["violence"]})[0]["flagged"]
    assert true_of(results({"category_scores": {"sexual": 0.7}})[0]) == {"sexual"}
    assert [one["flagged"] for one in results({"results": [{"flagged": True}, {}]}, ["a", "b"])] == [
        True,
        False,
    ]
    assert [one["flagged"] for one in results({"flagged": True}, ["a", "b"])] == [True, True]


@given(json_values)
def test_no_draft_makes_it_fail(value: Any) -> None:
    for draft in ({"results": value}, {"categories": value}, {"category_scores": value, "flagged": value}):
        CREATE.fill(draft, call_of(["a", "b"]))


@given(json_values)
def test_no_input_makes_it_fail(value: Any) -> None:
    call = call_of(value)
    CREATE.summary(call)
    try:
        CREATE.check(call)
    except WireError:
        return
    assert CREATE.is_whole(CREATE.fill({}, call))


@pytest.mark.parametrize(
    ("given", "param", "code"),
    [
        (None, "input", "missing_required_parameter"),
        ([], "input", "empty_array"),
        (7, "input", "invalid_type"),
        (["a", 7], "input[1]", "invalid_type"),
        ([{"text": "a"}], "input[0].type", "missing_required_parameter"),
        ([{"type": "audio"}], "input[0].type", "invalid_value"),
        ([{"type": "image_url"}], "input[0].image_url", "missing_required_parameter"),
    ],
)
def test_wrong_requests_are_refused(given: Any, param: str, code: str) -> None:
    with pytest.raises(WireError) as caught:
        CREATE.check(call_of(given))
    assert (caught.value.param, caught.value.code) == (param, code)


def test_a_call_is_summed_up_by_its_first_text() -> None:
    assert CREATE.summary(call_of(["one", "two"])) == "one (+1)"
    assert CREATE.summary(call_of([{"type": "text", "text": "look"}, PICTURE])) == "look [image]"
