"""What the server says of a draft that is being written."""

import json
from typing import Any

import pytest
from django.test import Client

from apps.desk.compose_check import check as check_draft
from apps.wire.doubts import ANY_CALL

pytestmark = pytest.mark.django_db


def check(client: Client, text: str, **fields: Any) -> dict[str, Any]:
    answer = client.post(
        "/api/desk/check", json.dumps({"text": text, **fields}), content_type="application/json"
    )
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def test_a_good_draft_has_its_size_and_its_tokens(client: Client) -> None:
    told = check(client, '{"content": "Hello, World!"}')
    assert told == {"errors": [], "warnings": [], "size_bytes": 28, "completion_tokens": 4}


def test_a_text_that_is_no_json_yet_says_where(client: Client) -> None:
    [error] = check(client, '{"content": "a"')["errors"]
    assert error["field"] == "response" and "line 1 column" in error["error"]


def test_every_field_is_named_that_is_wrong(client: Client) -> None:
    told = check(
        client, "[]", status_code=99, headers=[["te st", "x"]], pace={"token_ms": -1}, endpoint="nope"
    )
    fields = {error["field"] for error in told["errors"]}
    assert fields == {"response", "status_code", "headers.te st", "pace.token_ms", "endpoint"}


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ({"contnet": "hi"}, "response.contnet"),
        ({"content": "hi", "finish_reason": "banana"}, "response.finish_reason"),
        ({"tool_calls": [{"name": "f", "arguments": "{"}]}, "response.tool_calls[0].function.arguments"),
        (
            {"choices": [{"message": {"content": "x"}}, {"finish_reason": "no"}]},
            "response.choices[1].finish_reason",
        ),
        ({"content": "hi", "usage": {"prompt_tokens": "x"}}, "response.usage.prompt_tokens"),
        ({"choices": [{"message": {"role": "user"}}]}, "response.choices[0].message.role"),
        ({"id": 5}, "response.id"),
        ({"choices": "x", "id": 5}, "response.id"),
    ],
)
def test_what_an_sdk_could_not_read_is_a_warning(client: Client, draft: dict[str, Any], field: str) -> None:
    told = check(client, json.dumps(draft))
    assert told["errors"] == []
    assert field in [warning["field"] for warning in told["warnings"]]


def test_an_error_is_no_completion(client: Client) -> None:
    assert check(client, '{"error": {"message": "no"}}', status_code=429)["warnings"] == []
    assert check(client, '{"oops": 1}', status_code=500)["warnings"][0]["field"] == "response"


@pytest.mark.parametrize(
    ("wanted", "draft", "told"),
    [
        ("json_object", {"content": "no braces"}, "is not JSON, which the call asks for (json_object)"),
        ("json_object", {"content": "[1]"}, "is an array, but the call asks for an object (json_object)"),
        ("json_object", {"content": '{"a": 1}'}, ""),
        ("json_object", {"content": {"a": 1}}, ""),
        ("json_object", {"tool_calls": [{"name": "f"}], "content": "first"}, ""),
        ("json_object", {"refusal": "no"}, ""),
        ("json_schema", {"choices": [{"message": {"content": "{"}}]}, "is not JSON"),
        ("text", {"content": "no braces"}, ""),
    ],
)
def test_a_text_that_is_no_json_for_a_call_that_asks_for_it(
    wanted: str, draft: dict[str, Any], told: str
) -> None:
    call = ANY_CALL._replace(data={"model": "gpt-4o", "response_format": {"type": wanted}})
    warnings = check_draft(json.dumps(draft), {}, call=call)["warnings"]
    assert len(warnings) == bool(told)
    for warning in warnings:
        assert warning["field"].endswith("content") and told in warning["error"]


def test_a_draft_without_a_text_is_refused(client: Client) -> None:
    assert client.post("/api/desk/check", "{}", content_type="application/json").status_code == 400
