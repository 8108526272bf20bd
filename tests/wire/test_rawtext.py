"""Members and elements are given back as the very text that was written."""

import json
import time

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.wire.rawtext import raw_elements, raw_member

from .samples import json_values

indents = st.sampled_from([None, 0, 3])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b'{"response": {"b": 1.50, "a": 12345678901234567890}}', b'{"b": 1.50, "a": 12345678901234567890}'),
        (b' { "x" : "}\\"response\\":1{" , "response" : [1e2 , {}] } ', b"[1e2 , {}]"),
        (b'{"response":1,"response":2}', b"2"),
        (b'{"re\\u0073ponse":null}', b"null"),
        (b'{"a":{"response":1},"b":[{"response":2}]}', None),
        (b'{"response":"a\\\\"}', b'"a\\\\"'),
        (b"{}", None),
        (b'["response"]', None),
    ],
)
def test_a_member_keeps_its_spelling(text: bytes, found: bytes | None) -> None:
    assert raw_member(text, "response") == found


def test_elements_keep_their_spelling() -> None:
    assert raw_elements(b' [ {"a": 1.0 } ,2e0, "],[" ,[[],{}] , null ] ') == [
        b'{"a": 1.0 }',
        b"2e0",
        b'"],["',
        b"[[],{}]",
        b"null",
    ]
    assert raw_elements(b"[]") == raw_elements(b" [ ] ") == raw_elements(b"{}") == []


@given(st.dictionaries(st.text(), json_values, max_size=5), indents)
def test_every_member_of_any_object_is_found(value: dict[str, object], indent: int | None) -> None:
    text = json.dumps(value, indent=indent).encode()
    for key in value:
        found = raw_member(text, key)
        assert found is not None
        assert found in text
        assert json.loads(found) == value[key]
    assert raw_member(text, "absent " * 9) is None


@given(st.lists(json_values, max_size=6), indents)
def test_every_element_of_any_array_is_found(value: list[object], indent: int | None) -> None:
    text = json.dumps(value, indent=indent).encode()
    assert [json.loads(element) for element in raw_elements(text)] == value


@pytest.mark.parametrize(
    "element",
    [
        orjson.dumps({"choices": [{"message": {"content": 'say "hi" \\ {[' * 40}}]}),
        b'"' + b'\\"' * 5_000 + b'"',
        b"[" * 50 + b"]" * 50,
        b'{"a":[1,2,3,{"b":[]}]}',
    ],
)
def test_ten_mebibytes_are_cut_in_time(element: bytes) -> None:
    many = 10 * 1024 * 1024 // (len(element) + 1)
    text = b'{"responses":[' + b",".join([element] * many) + b'],"label":"x"}'
    started = time.process_time()
    elements = raw_elements(raw_member(text, "responses") or b"")
    assert time.process_time() - started < 3  # half a second alone; quadratic would be hours
    assert elements == [element] * many
