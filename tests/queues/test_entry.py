"""How an author's entry is read: what is refused, what is kept as it was spelled."""

from typing import Any

import pytest

from apps.queues.entry import EntryError, is_full, read_entry
from apps.queues.models import Preset

HI = {"content": "hi"}

WRONG_FIELDS = [
    ("status_code", 199), ("status_code", 600), ("status_code", "200"), ("status_code", 200.5),
    ("status_code", True), ("status_code", []), ("status_code", 10**30), ("headers", "x"), ("headers", 5),
    ("headers", {"x": None}), ("headers", {"x": "a\r\nb"}), ("headers", {"x": "ä"}), ("headers", {"": "x"}),
    ("headers", {"connection": "close"}), ("headers", {"Set-Cookie": "a=b"}), ("headers", [["x"]]),
    ("headers", [1]), ("delay_ms", -1), ("delay_ms", 10**9), ("delay_ms", "5"), ("delay_ms", 1.5),
    ("pace", 5), ("pace", {"token_ms": -1}), ("pace", {"tokens": 1}), ("pace", []), ("endpoint", "nope"),
    ("endpoint", ""), ("endpoint", 5), ("endpoint", []), ("endpoint", {}), ("uses", 0), ("uses", -1),
    ("uses", "1"), ("uses", 1.0), ("uses", True), ("uses", 10**12), ("uses", []), ("on_undelivered", "keep"),
    ("on_undelivered", []), ("on_undelivered", 1), ("label", 5), ("label", "x" * 201), ("label", []),
    ("verbatim", "yes"), ("verbatim", 1), ("x_should_retry", "no"), ("x_should_retry", 0), ("match", 1),
    ("match", []), ("fault", "timeout"), ("nope", None), ("Response", {}), ("", 1),
]  # fmt: skip

WRONG_TEXTS: list[str | bytes] = [
    "", " ", "null", "5", '"x"', "[]", "{}", "{", '{"response": }', '{"response": {}', "{'response': {}}",
    '{"response": NaN}', '{"response": {"a": 1e999}}', '{"response": {"a": Infinity}}',
    '{"response": {"a": "\\ud800"}}', b'{"response": {"a": "\xff"}}', b'\xef\xbb\xbf{"response": {}}',
    '{"response": null}', '{"response": []}', '{"response": "text"}', '{"response": 5}', '{"status_code": 200}',
    '{"response": ' + '{"a":' * 120 + "1" + "}" * 121, "[" * 100_000, '{"a":' * 100_000,
]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), WRONG_FIELDS)
def test_a_wrong_field_is_400_and_named(queues: Any, field: str, value: Any) -> None:
    status, body = queues.post("/a", {"response": HI, field: value})
    assert status == 400
    assert isinstance(body["detail"], str)
    assert set(body) == {"detail", "errors"}
    assert body["errors"][0]["field"].split(".")[0].split("[")[0] == field
    assert queues.items("a") == []


@pytest.mark.parametrize("text", WRONG_TEXTS)
def test_a_body_that_is_no_entry_is_400_with_a_reason(queues: Any, text: str | bytes) -> None:
    status, body = queues.post_text("/a", text)
    assert status == 400
    assert isinstance(body["detail"], str)
    assert body["detail"]
    assert queues.items("a") == []


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(EntryError) as refused:
        read_entry({"status_code": 1, "uses": 0, "nope": 1, "label": 5})
    assert {error["field"] for error in refused.value.errors} == {
        "response", "status_code", "uses", "nope", "label"
    }  # fmt: skip


def test_an_unknown_field_is_told_the_known_ones() -> None:
    with pytest.raises(EntryError, match=r"nope is not a field.*status_code.*on_undelivered"):
        read_entry({"response": {}, "nope": 1})


def test_null_is_as_good_as_not_given_but_for_uses() -> None:
    fields = ["status_code", "headers", "delay_ms", "pace", "endpoint", "on_undelivered", "label", "match"]
    assert read_entry({"response": {}, **dict.fromkeys(fields)}) == read_entry({"response": {}})
    assert read_entry({"response": {}, "uses": None}).uses is None


def test_a_nul_in_a_label_does_not_reach_the_database() -> None:
    assert read_entry({"response": {}, "label": "a\0b"}).label == "a\N{REPLACEMENT CHARACTER}b"


SPELLINGS = [
    '{"b": 1.10, "a": 1e2}',
    '{"n":  1E+2,\n\t"n2" : -0.0}',
    '{"big": 123456789012345678901234567890}',
    '{"u": "\\u00e9 \\/ é"}',
    '{ }',
    '{"a": 1, "a": 2}',
    '{"response": {"response": {}}, "x": "}]{"}',
    '{"choices": [{"message": {"content": "\\"}"}}]}',
]  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_body_is_kept_byte_for_byte(queues: Any, spelling: str) -> None:
    text = f' {{ "label":"x" , "response" :  {spelling} }} '
    assert queues.post_text("/a", text)[0] == 200
    assert Preset.objects.get().body == spelling
    listing = queues.client.get("/api/preset-queue/a").content.decode()
    assert f'"response":{spelling},' in listing
    assert spelling in queues.client.get("/api/preset-queue").content.decode()
    assert queues.client.get("/api/preset-queue/a/export").content.decode() == f"[{spelling}]"


@pytest.mark.parametrize(
    ("element", "full"),
    [
        ({"response": {}, "status_code": 429}, True),
        ({"response": {}, "label": ""}, True),
        ({"response": {}, "match": None}, True),
        ({"response": {}}, False),
        ({"response": {}, "other": 1}, False),
        ({"response": "text", "status_code": 429}, False),
        ({"response": {}, "status_code": 429, "choices": []}, False),
        ({"status_code": 429}, False),
        ({"content": "hi"}, False),
    ],
)
def test_an_element_is_an_entry_or_a_body(element: dict[str, Any], full: bool) -> None:
    assert is_full(element) is full
