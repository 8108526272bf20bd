"""The JSON gate refuses what would hurt later, and says what and where."""

import json

import orjson
import pytest
from hypothesis import given

from apps.wire import jsongate
from apps.wire.jsongate import GateError, TooLargeError, read_json, read_object, strip_nul

from .samples import json_values


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b'{"a": NaN}', "line 1 column 7"),
        (b"[Infinity]", "line 1 column 2"),
        (b'{"a": 1e999}', "infinity"),
        (b'"\\ud800"', "surrogate"),
        (b'{"a":"\xff"}', "byte 0xff at position 6"),
        (b'"\xed\xa0\x80"', "not UTF-8"),
        (b"\xef\xbb\xbf{}", "byte order mark"),
        (b"{} x", "after document"),
        (b"{'a': 1}", "line 1 column 2"),
        (b"[" * 101 + b"]" * 101, "100 levels"),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "100 levels"),
        (b"[" * 100_000, "100 levels"),
        (b"[" * 200, "100 levels"),
        (b'{"type":"x","a":' + b'{"b":' * 200, "line 1|100 levels"),
        (b"\x00", "line 1"),
    ],
)
def test_it_refuses_with_a_reason(raw: bytes, says: str) -> None:
    with pytest.raises(GateError, match=says):
        read_json(raw)


def test_a_hundred_levels_are_allowed_and_brackets_in_strings_are_not_levels() -> None:
    read_json(b"[" * 100 + b"]" * 100)
    assert read_json(orjson.dumps({"text": "[{" * 5_000})) == {"text": "[{" * 5_000}
    assert len(read_json(b"[" + b"[]," * 500 + b"[]]")) == 501


def test_size_is_looked_at_first() -> None:
    with pytest.raises(TooLargeError, match="11 bytes are more than the 10"):
        read_json(b"not json at", max_bytes=10)
    assert read_json(b"[1,2,3,4] ", max_bytes=10) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("raw", "found"), [(b"[]", "an array"), (b"null", "null"), (b"1", "an integer"), (b'"x"', "a string")]
)
def test_an_object_is_asked_for_by_name(raw: bytes, found: str) -> None:
    with pytest.raises(GateError, match=f"expected a JSON object, but got {found}"):
        read_object(raw)


def test_a_whole_number_that_is_too_large_is_not_called_a_decimal() -> None:
    assert jsongate.kind(read_json(b"1000000000000000000000000000000")) == "a number that is too large"
    assert jsongate.kind(read_json(b"-18446744073709551617")) == "a number that is too large"
    assert jsongate.kind(read_json(b"1.5")) == "a decimal number"


def test_kinds_are_named_like_openai_names_them() -> None:
    kinds = [jsongate.kind(value) for value in (None, True, 1, 1.5, "", {}, [])]
    assert kinds == [
        "null",
        "a boolean",
        "an integer",
        "a decimal number",
        "a string",
        "an object",
        "an array",
    ]


def test_nul_becomes_the_replacement_character() -> None:
    assert strip_nul("a\0b") == "a�b"
    assert strip_nul("ab") == "ab"


@given(json_values)
def test_all_valid_json_comes_through(value: object) -> None:
    text = json.dumps(value).encode()
    assert read_json(text) == orjson.loads(text)
