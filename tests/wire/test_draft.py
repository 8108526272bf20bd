"""Drafts are read strictly, and everything wrong is said at once."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.wire.draft import DraftError, read_draft
from apps.wire.reply import INSTANT, Draft, Pace

from .samples import json_values


def problems(fields: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(DraftError) as caught:
        read_draft(fields)
    return {error["field"]: error["error"] for error in caught.value.errors}


def test_a_response_is_all_that_is_needed() -> None:
    assert read_draft({"response": {"content": "hi"}}) == Draft(body=b'{"content":"hi"}', pace=INSTANT)


def test_every_field_is_read() -> None:
    fields = {
        "response": {},
        "status_code": 429,
        "headers": {"Retry-After": 3, "X-Note": "  a\tb "},
        "delay_ms": 600_000,
        "pace": {"first_token_ms": 1, "token_ms": 60_000},
        "verbatim": True,
        "x_should_retry": False,
        "label": "another's field",
    }
    assert read_draft(fields) == Draft(
        body=b"{}",
        status=429,
        headers=(("retry-after", "3"), ("x-note", "a\tb")),
        delay_ms=600_000,
        pace=Pace(1, 60_000),
        verbatim=True,
        x_should_retry=False,
    )


def test_null_is_not_given() -> None:
    names = ("status_code", "headers", "delay_ms", "pace", "verbatim", "x_should_retry")
    assert read_draft({"response": {}} | dict.fromkeys(names)) == Draft(body=b"{}")


def test_the_original_text_is_kept_byte_for_byte() -> None:
    raw = b'{ "b": 1.50, "a": 12345678901234567890 }'
    assert read_draft({"response": {"b": 1.5, "a": 1.2e19}}, raw=raw).body == raw


def test_headers_may_be_pairs_and_repeat() -> None:
    draft = read_draft({"response": {}, "headers": [["X-A", "1"], ["x-a", "2"]]})
    assert draft.headers == (("x-a", "1"), ("x-a", "2"))


def test_all_problems_come_at_once() -> None:
    found = problems(
        {"response": [], "status_code": 199, "delay_ms": -1, "pace": {"speed": 1}, "verbatim": 1}
    )
    assert found.keys() == {"response", "status_code", "delay_ms", "pace.speed", "verbatim"}
    assert found["response"] == "must be a JSON object, not an array"
    assert found["status_code"] == "must be from 200 to 599, not 199"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status_code", True),
        ("status_code", "200"),
        ("status_code", 600),
        ("status_code", 200.0),
        ("delay_ms", 600_001),
        ("pace", 5),
        ("headers", "x"),
        ("verbatim", "yes"),
        ("x_should_retry", "true"),
    ],
)
def test_a_wrong_value_is_named_by_its_field(field: str, value: Any) -> None:
    assert field in problems({"response": {}, field: value})


@pytest.mark.parametrize(("field", "limit"), [("first_token_ms", 600_000), ("token_ms", 60_000)])
def test_the_pace_is_bounded(field: str, limit: int) -> None:
    assert read_draft({"response": {}, "pace": {field: limit}})
    assert f"pace.{field}" in problems({"response": {}, "pace": {field: limit + 1}})
    assert f"pace.{field}" in problems({"response": {}, "pace": {field: True}})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x y", "1"),
        ("", "1"),
        ("x-é", "1"),
        ("x\r\n", "1"),
        ("x-a", "1\r\nset-cookie: a=b"),
        ("x-a", "é"),
        ("x-a", "\0"),
        ("x-a", True),
        ("x-a", None),
        ("Content-Length", "5"),
        ("transfer-encoding", "chunked"),
        ("Connection", "close"),
        ("Set-Cookie", "a=b"),
        ("content-security-policy", "default-src *"),
        ("content-type", "text/html"),
    ],
)
def test_a_header_that_cannot_go_out_is_refused(name: str, value: Any) -> None:
    assert f"headers.{name.lower()}" in problems({"response": {}, "headers": {name: value}})
    problems({"response": {}, "headers": [[name, value]]})


@pytest.mark.parametrize("pair", [5, ["a"], ["a", "b", "c"], [1, "b"], None])
def test_a_broken_pair_is_refused(pair: Any) -> None:
    assert "headers[1]" in problems({"response": {}, "headers": [["a", "b"], pair]})


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(
    ("response", "status_code", "headers", "delay_ms", "pace", "verbatim", "x_should_retry"), json_values)))  # fmt: skip
def test_any_json_is_read_or_refused_as_a_draft_error(fields: dict[str, Any]) -> None:
    try:
        assert isinstance(read_draft(fields), Draft)
    except DraftError as error:
        assert error.errors


@pytest.mark.parametrize(
    ("response", "status"),
    [
        ({"error": {"message": "m", "code": "rate_limit_exceeded"}}, 429),
        ({"error": {"message": "m", "type": "tokens", "code": "some_limit"}}, 429),
        ({"error": {"message": "m", "type": "invalid_request_error", "code": "invalid_api_key"}}, 401),
        ({"error": {"code": "model_not_found"}}, 404),
        ({"error": {"type": "server_error", "code": None}}, 500),
        ({"error": {"message": "m", "code": ["x"]}}, 400),
        ({"error": {}}, 400),
        ({"error": "boom"}, 400),
        ({"error": None}, 200),
        ({"error": ""}, 200),
        ({"error": {"message": "m"}, "content": "hi"}, 200),
        ({"content": "hi"}, 200),
    ],
)
def test_an_error_without_a_status_gets_the_one_that_fits(response: dict[str, Any], status: int) -> None:
    assert read_draft({"response": response}).status == status
    assert read_draft({"response": response, "status_code": None}).status == status
    assert read_draft({"response": response, "status_code": 200}).status == 200
    assert read_draft({"response": response, "verbatim": True}).status == 200
