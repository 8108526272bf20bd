"""What can be used and is doubtful is accepted, and its author is told."""

from typing import Any

import orjson
import pytest

from apps.queues.api import WARNINGS_MAX
from apps.wire.endpoint import Endpoint
from apps.wire.table import ENDPOINTS
from tests.queues.conftest import Queues

ALONE = {"response": {"content": "meant as an entry"}}


def told(answer: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(warning.get("index"), warning["field"]) for warning in answer.get("warnings", [])]


def test_a_response_alone_is_a_body_and_doubted(queues: Queues) -> None:
    for door in ("?dry_run=true", ""):
        status, answer = queues.post(f"/a/batch{door}", {"responses": [{"content": "ok"}, ALONE]})
        assert (status, answer["added_count"], answer["failed_count"]) == (200, 2, 0)
        assert told(answer) == [(1, "response.response")]
        assert "preset of a queue" in answer["warnings"][0]["error"]
    for dry_run in ("true", ""):
        assert told(queues.upload("/a", orjson.dumps([ALONE]), dry_run=dry_run)[1]) == [
            (0, "response.response")
        ]
    assert queues.items("a")[1]["response"] == ALONE


def test_a_single_entry_and_its_change_are_told_the_same(queues: Queues) -> None:
    status, answer = queues.post("/a", {"response": ALONE})
    assert (status, told(answer)) == (200, [(None, "response.response")])
    status, answer = queues.patch(f"/a/{answer['response_id']}", {"response": {}})
    assert (status, told(answer)) == (200, [(None, "response")])


def test_what_is_missing_is_not_called_null(queues: Queues) -> None:
    whole = {"response": {"id": None, "choices": []}, "verbatim": True}
    warnings = queues.post("/a", whole)[1]["warnings"]
    assert {one["field"]: one["error"] for one in warnings} | {
        "response.id": "must be a string, not null",
        "response.model": "is missing: a string",
        "response.created": "is missing: a whole number",
    } == {one["field"]: one["error"] for one in warnings}


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["response"]),
        ({"model": "gpt-4o"}, ["response"]),
        ({"contnet": "hi"}, ["response.contnet", "response"]),
        ({"choices": []}, ["response.choices"]),
        ({"choices": [{"finish_reason": "stop"}]}, ["response.choices[0]"]),
        ({"content": "hi", "finish_reason": "banana"}, ["response.finish_reason"]),
        ({"tool_calls": [{"name": "f", "arguments": "{"}]}, ["response.tool_calls[0].function.arguments"]),
        ({"content": 7}, ["response.content"]),
        ({"tool_calls": [None, {"name": "f"}]}, ["response.tool_calls[0]"]),
        ({"choices": [{"message": None}]}, ["response.choices[0].message"]),
        ({"content": "hi", "usage": "no"}, ["response.usage"]),
        ({"content": True}, ["response.content"]),
        ({"content": [7]}, ["response.content"]),
        ({"choices": "bad"}, ["response.choices"]),
        (
            {"choices": [{"message": {"content": 5, "tool_calls": "no"}}]},
            ["response.choices[0].message.content", "response.choices[0].message.tool_calls"],
        ),
    ],
)
def test_what_sdks_could_not_read_or_find_is_told_by_every_door(
    queues: Queues, body: dict[str, Any], fields: list[str]
) -> None:
    single = queues.post("/a", {"response": body})[1]
    batch = queues.post("/a/batch", {"responses": [body]})[1]
    dry = queues.post("/a/batch?dry_run=true", {"responses": [body]})[1]
    file = queues.upload("/a", orjson.dumps([body]))[1]
    assert [field for _, field in told(single)] == fields
    assert told(batch) == told(dry) == told(file) == [(0, field) for field in fields]


def test_an_error_that_is_to_go_out_as_an_answer_is_told(queues: Queues) -> None:
    body = {"error": {"message": "no"}}
    assert told(queues.post("/a", {"response": body, "status_code": 200})[1]) == [(None, "status_code")]
    assert told(queues.post("/a", {"response": body})[1]) == []  # it gets the status that fits it


@pytest.mark.parametrize(
    "entry",
    [
        {"response": {"content": ""}},
        {"response": {"content": {"a": 1}, "model": "x"}},
        {"response": {"refusal": "no"}},
        {"response": {"choices": [{"text": "hi"}]}},
        {"response": {}, "status_code": 429},
        {"response": {}, "status_code": 204},
        {"response": {"error": {"message": "no"}}, "status_code": 500},
        {"response": {"data": []}, "endpoint": "models.list"},
        {"fault": "overloaded"},
        {"fault": {"name": "reset"}, "endpoint": "embeddings"},
        {"sequence": [{"fault": "quota"}, {"content": "hi"}]},
    ],
)
def test_what_is_as_it_should_be_is_not_doubted(queues: Queues, entry: dict[str, Any]) -> None:
    assert queues.post("/a", entry)[1].keys() == {"success", "response_id", "queue_length"}


def test_a_fault_that_stands_alone_lacks_nothing_at_any_door(queues: Queues) -> None:
    assert told(queues.post("/a/batch", {"responses": [{"fault": "overloaded"}]})[1]) == []
    full = queues.client.get("/api/preset-queue/a/export?format=full").content
    assert told(queues.upload("/b", full)[1]) == []
    draft = {"text": "{}", "fault": "overloaded"}
    assert queues.client.post("/api/desk/check", draft, format="json").json()["warnings"] == []
    for fault in ("cut", {"name": "overloaded", "probability_pct": 50}):
        assert told(queues.post("/a", {"response": {}, "fault": fault})[1]) == [(None, "response")]


@pytest.mark.parametrize(
    ("endpoint", "body", "takes"),
    [
        ("images.generate", {"content": "a text"}, "url, b64_json, data, "),
        ("embeddings", {"content": "a text"}, "embedding, embeddings, data, "),
        ("audio.speech", {"content": "a text"}, "text, seconds, base64, content_type"),
        ("files.retrieve", {"content": "a text"}, "id, "),
    ],
)
def test_what_its_endpoint_has_no_use_for_is_told_by_every_door(
    queues: Queues, endpoint: str, body: dict[str, Any], takes: str
) -> None:
    entry = {"response": body, "endpoint": endpoint}
    single = queues.post("/a", entry)[1]
    file = queues.upload("/a", orjson.dumps([entry]))[1]
    assert told(single) == [(None, "response.content")] and told(file) == [(0, "response.content")]
    assert single["warnings"][0]["error"].startswith(f"is not used by {endpoint}; it takes ")
    assert takes in single["warnings"][0]["error"]


@pytest.mark.parametrize("endpoint", [row for row in ENDPOINTS if row.short_forms], ids=lambda row: row.name)
def test_its_own_short_forms_are_of_use(queues: Queues, endpoint: Endpoint) -> None:
    for text in endpoint.short_forms:
        entry = {"response": orjson.loads(text), "endpoint": endpoint.name}
        assert "not used" not in str(queues.post("/a", entry)[1])
    assert "warnings" not in queues.post("/a", {"response": {}, "endpoint": endpoint.name})[1]


def test_of_very_many_doubts_the_first_are_told(queues: Queues) -> None:
    answer = queues.post("/a/batch", {"responses": [ALONE] * (WARNINGS_MAX + 1)})[1]
    assert (answer["warning_count"], len(answer["warnings"])) == (WARNINGS_MAX + 1, WARNINGS_MAX)
