"""Embeddings: vectors that tell texts apart, written as the call asks, and errors in OpenAI's words."""

import math
import time
from base64 import b64decode
from struct import unpack
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.wire.call import Call
from apps.wire.embeddings import CREATE
from apps.wire.embeddings.vectors import floats, vector
from apps.wire.errors import WireError

SMALL = "text-embedding-3-small"


def call_of(given: Any = "hello", **data: Any) -> Call:
    data = {"model": SMALL, "input": given} | data
    return Call(id="01", caller="ci", method="POST", path="/v1/embeddings", data=data)


def answer(draft: dict[str, Any], call: Call) -> dict[str, Any]:
    CREATE.check(call)
    return CREATE.fill(draft, call)


def embedded(given: Any, **data: Any) -> list[Any]:
    return [item["embedding"] for item in answer({}, call_of(given, **data))["data"]]


def closeness(one: str, other: str, dimensions: int = 1536) -> float:
    pairs = zip(floats(vector(one, dimensions, 1536)), floats(vector(other, dimensions, 1536)), strict=True)
    return sum(a * b for a, b in pairs)


def refused(**data: Any) -> WireError:
    call = call_of(**data)
    with pytest.raises(WireError) as caught:
        CREATE.check(call)
        CREATE.auto(call)
    return caught.value


@given(st.text(min_size=1), st.integers(1, 1536))
def test_every_text_has_a_vector_of_unit_length(text: str, dimensions: int) -> None:
    numbers = floats(vector(text, dimensions, 1536))
    assert len(numbers) == dimensions
    assert math.isclose(sum(number * number for number in numbers), 1, rel_tol=1e-4)


@given(st.text(min_size=1), st.text(min_size=1))
def test_the_same_text_has_the_same_vector_and_another_text_another(one: str, other: str) -> None:
    assert (vector(one, 1536) == vector(other, 1536)) is (one == other)


@pytest.mark.parametrize("dimensions", [256, 1536])
def test_texts_that_share_words_lie_closer_than_texts_that_share_none(dimensions: int) -> None:
    question = "How do I reset my password?"
    near = closeness(question, "To reset a password, open the settings.", dimensions)
    related = closeness(question, "Passwords expire after a year.", dimensions)
    far = closeness(question, "The invoice is due in March.", dimensions)
    assert 1 > near > related > far
    assert closeness("退款需要多久？", "退款一般要三天", dimensions) > closeness(
        "退款需要多久？", "今天天气不错", dimensions
    )


def test_fewer_dimensions_are_the_beginning_of_the_vector_at_unit_length() -> None:
    whole, short = floats(vector("hello world", 1536)), floats(vector("hello world", 256, 1536))
    length = math.sqrt(sum(number * number for number in whole[:256]))
    assert short == pytest.approx([number / length for number in whole[:256]], abs=1e-6)


def test_base64_and_floats_are_the_same_numbers() -> None:
    [numbers] = embedded("hello", encoding_format="float")
    [packed] = embedded("hello", encoding_format="base64")
    assert list(unpack("<1536f", b64decode(packed))) == numbers


@pytest.mark.parametrize(
    ("model", "dimensions"),
    [(SMALL, 1536), ("text-embedding-3-large", 3072), ("text-embedding-ada-002", 1536), ("bge-m3", 1536)],
)
def test_a_model_has_its_own_width(model: str, dimensions: int) -> None:
    assert len(embedded("hello", model=model)[0]) == dimensions


def test_tokens_are_embedded_as_texts_are() -> None:
    one, same, other = embedded([[9906, 1917], [9906, 1917], [9906, 4435]])
    assert one == same != other
    assert len(embedded([9906, 1917])) == 1


def test_usage_counts_the_tokens_exactly() -> None:
    assert answer({}, call_of(["hello world", "tiktoken is great!"]))["usage"] == {
        "prompt_tokens": 8,
        "total_tokens": 8,
    }
    assert answer({}, call_of([[1, 2, 3], [4]]))["usage"]["prompt_tokens"] == 4


def test_a_preset_may_give_one_vector_for_all_or_one_for_each() -> None:
    call = call_of(["a", "b"], encoding_format="float")
    assert [item["embedding"] for item in answer({"embedding": [1, 0]}, call)["data"]] == [[1, 0], [1, 0]]
    body = answer({"embeddings": [[1, 0], [0, 1]]}, call)
    assert body["data"][1] == {"object": "embedding", "index": 1, "embedding": [0, 1]}
    assert answer({"data": [[0.5]]}, call)["data"][0]["embedding"] == [0.5]


def test_a_preset_is_written_as_the_call_asks() -> None:
    packed = answer({"embedding": [1, 0.5]}, call_of(encoding_format="base64"))["data"][0]["embedding"]
    assert unpack("<2f", b64decode(packed)) == (1, 0.5)
    assert answer({"embedding": packed}, call_of())["data"][0]["embedding"] == [1, 0.5]


@given(st.dictionaries(st.sampled_from(["data", "embedding", "embeddings", "usage", "model", "x"]), st.none() | st.text() | st.lists(st.integers() | st.text() | st.floats() | st.dictionaries(st.just("embedding"), st.text() | st.lists(st.none() | st.integers())), max_size=3)))  # fmt: skip
def test_no_draft_makes_it_fail_and_data_is_never_empty(draft: dict[str, Any]) -> None:
    for encoding in ("float", "base64"):
        assert CREATE.fill(draft, call_of(encoding_format=encoding))["data"]


def test_wrong_requests_are_refused_in_the_services_words() -> None:
    assert refused(model=None).message == "Missing required parameter: 'model'."
    assert refused(given=None).code == "missing_required_parameter"
    assert refused(given="").message == "Invalid 'input': input cannot be an empty string."
    assert refused(given=["a", ""]).param == "input[1]"
    assert refused(given=[]).message == "Invalid 'input': input cannot be an empty array."
    assert refused(given=["a"] * 2049).code == "array_above_max_length"
    assert refused(given=7).code == "invalid_type"
    assert refused(given=[["a"]]).param == "input[0][0]"
    assert (
        refused(dimensions=1537).message
        == "Invalid value for 'dimensions' = 1537. Must be less than or equal to 1536."
    )
    assert (
        refused(model="text-embedding-ada-002", dimensions=256).message
        == "This model does not support specifying dimensions."
    )
    assert refused(encoding_format="hex").code == "invalid_value"


def test_too_many_tokens_are_refused() -> None:
    assert refused(given="word " * 9000).message == "Invalid 'input': maximum input length is 8192 tokens."
    assert refused(given=["a", "word " * 9000]).param == "input[1]"
    assert "max 300000 tokens per request" in refused(given=["word " * 8000] * 40).message


def test_a_call_is_summed_up_by_its_first_text() -> None:
    assert CREATE.summary(call_of("one\n two")) == "one two"
    assert CREATE.summary(call_of(["first", "second", "third"])) == "first (+2)"
    assert CREATE.summary(call_of([1, 2, 3])) == "[3 tokens]"
    assert len(CREATE.summary(call_of(["x" * 500, "y"]))) == 200


def test_a_hundred_texts_take_a_few_milliseconds() -> None:
    """20 ms on a machine of its own; the processor's time is measured, for this one has others to serve."""
    texts = [
        f"Paragraph {index} about billing, refunds and delivery times of order {index * 7}"
        for index in range(100)
    ]
    call = call_of(texts, encoding_format="base64")
    CREATE.fill({}, call)
    took_s = []
    for _ in range(5):
        began_s = time.process_time()
        CREATE.fill({}, call)
        took_s.append(time.process_time() - began_s)
    assert min(took_s) < 0.06
