"""What is wrong with a request is told in OpenAI's words, what is wrong with an answer in ours."""

import copy
import random
from typing import Any

import pytest

from apps.wire.catalogue import root
from apps.wire.findings import findings, refusal, unreadable
from apps.wire.mismatch import mismatches
from apps.wire.validators import validator

CHAT, RESPONSES, EMBEDDINGS = "chat.completions.create", "responses.create", "embeddings.create"
USER = {"role": "user", "content": "hi"}


def told(body: dict[str, Any], operation: str) -> dict[str, str]:
    return {finding.path: finding.message for finding in findings(body, operation)}


def chat(**more: Any) -> dict[str, Any]:
    return {"model": "gpt-4o", "messages": [USER]} | more


def test_a_good_request_has_no_findings() -> None:
    whole = chat(
        stream=None,
        temperature=1,
        parallel_tool_calls=None,
        stop=["a"],
        logit_bias={"5": -1},
        tools=[{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
        response_format={"type": "json_schema", "json_schema": {"name": "n", "schema": {"any": 1}}},
        messages=[
            {"role": "developer", "content": "Be short."},
            {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:…"}}]},
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
            },
            {"role": "tool", "tool_call_id": "c", "content": "5"},
        ],
    )
    assert told(whole, CHAT) == {}
    tools = [{"type": "function", "name": "f", "parameters": {}}, {"type": "web_search"}]
    items = [USER, {"type": "function_call_output", "call_id": "c", "output": "5"}]
    assert told({"model": "m", "input": items, "tools": tools}, RESPONSES) == {}


@pytest.mark.parametrize(
    ("more", "path", "message"),
    [
        ({"messages": None}, "messages", "Missing required parameter: 'messages'."),
        ({"messages": "hi"}, "messages", "Invalid type for 'messages': expected an array of objects, but got a string instead."),
        ({"messages": [{"content": "x"}]}, "messages[0].role", "Missing required parameter: 'messages[0].role'."),
        ({"messages": [USER, {"role": "user"}]}, "messages[1].content", "Missing required parameter: 'messages[1].content'."),
        (
            {"messages": [{"role": "bot", "content": "x"}]},
            "messages[0].role",
            "Invalid value: 'bot'. Supported values are: 'developer', 'system', 'user', 'assistant', 'tool', and 'function'.",
        ),
        (
            {"messages": [{"role": "user", "content": 5}]},
            "messages[0].content",
            "Invalid type for 'messages[0].content': expected one of a string or array of objects, but got an integer instead.",
        ),
        (
            {"messages": [{"role": "user", "content": [{"type": "img"}]}]},
            "messages[0].content[0].type",
            "Invalid value: 'img'. Supported values are: 'text', 'image_url', 'input_audio', and 'file'.",
        ),
        ({"temperature": "hot"}, "temperature", "Invalid type for 'temperature': expected a decimal, but got a string instead."),
        ({"n": 1.0}, "n", "Invalid type for 'n': expected an integer, but got a decimal number instead."),
        ({"metadata": {"a": 1}}, "metadata.a", "Invalid type for 'metadata.a': expected a string, but got an integer instead."),
        ({"tool_choice": "any"}, "tool_choice", "Invalid value: 'any'. Supported values are: 'none', 'auto', and 'required'."),
        ({"top_k": 5}, "top_k", "Unrecognized request argument supplied: top_k"),
        ({"stream_options": {"usage": True}}, "stream_options.usage", "Unknown parameter: 'stream_options.usage'."),
    ],
)  # fmt: skip
def test_a_chat_request_is_judged_in_the_services_words(
    more: dict[str, Any], path: str, message: str
) -> None:
    assert told(chat(**more), CHAT) == {path: message}


@pytest.mark.parametrize(
    ("body", "path", "code"),
    [
        ({"input": "x", "top_k": 5}, "top_k", "unknown_parameter"),
        ({"input": 5}, "input", "invalid_type"),
        ({"input": [{"role": "usr", "content": "x"}]}, "input[0].role", "invalid_value"),
        ({"input": [{"type": "x"}]}, "input[0].type", "invalid_value"),
        ({"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}, "input[0].content[0].type", "invalid_value"),
        ({"input": [{"type": "function_call_output", "call_id": "x"}]}, "input[0].output", "missing_required_parameter"),
        ({"text": {"format": {"type": "json_schema", "name": "n"}}}, "text.format.schema", "missing_required_parameter"),
    ],
)  # fmt: skip
def test_a_union_is_judged_within_the_branch_that_is_meant(
    body: dict[str, Any], path: str, code: str
) -> None:
    assert [(f.path, f.code) for f in findings({"model": "m"} | body, RESPONSES)] == [(path, code)]


def test_the_model_is_asked_for_first() -> None:
    assert [finding.path for finding in findings({}, CHAT)] == ["model", "messages"]


def test_a_refusal_names_an_old_endpoints_unknown_parameter_in_its_message_only() -> None:
    [finding] = findings(chat(top_k=5), CHAT)
    error = refusal(finding)
    assert (error.status, error.param, error.code) == (400, None, None)
    [finding] = findings(chat(temperature="x"), CHAT)
    assert (refusal(finding).param, refusal(finding).code) == ("temperature", "invalid_type")


def test_an_answers_message_may_be_sent_back_as_it_came() -> None:
    back = {"role": "assistant", "content": "hi", "refusal": None, "annotations": []}
    assert told(chat(messages=[USER, back, USER]), CHAT) == {}
    assert told(chat(annotations=[]), CHAT).keys() == {"annotations"}


def test_an_operation_without_a_body_finds_nothing() -> None:
    assert findings({"any": 1}, "batches.cancel") == []


def test_long_lists_are_judged_where_they_are_wrong() -> None:
    messages = [*[USER] * 5000, {"role": "user"}, *[USER] * 5000]
    assert told(chat(messages=messages, top_k=1), CHAT).keys() == {"messages[5000].content", "top_k"}
    assert len(findings(chat(messages=[{}] * 100), CHAT)) == 20


def test_an_answer_that_the_sdk_could_not_read_is_told() -> None:
    answer = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}
    choice = {
        "index": 0,
        "finish_reason": "stp",
        "message": {"role": "assistant", "content": 5},
        "logprobs": None,
    }
    found = unreadable(answer | {"choices": [choice], "mine": 1}, CHAT)
    assert [(finding.path, finding.message) for finding in found] == [
        (
            "choices[0].finish_reason",
            "must be stop, length, tool_calls, content_filter, or function_call, not stp",
        ),
        ("choices[0].message.content", "must be a string, not an integer"),
    ]
    assert [finding.path for finding in unreadable({"object": "list", "data": [{}], "usage": {}}, EMBEDDINGS)] == [
        "model", "data[0].embedding", "data[0].index", "data[0].object", "usage.prompt_tokens", "usage.total_tokens",
    ]  # fmt: skip


def test_an_event_of_a_stream_is_judged_by_its_type() -> None:
    event = {"type": "response.output_text.delta", "delta": 5, "item_id": "i", "output_index": 0}
    found = unreadable(event, RESPONSES, part="stream")
    assert {finding.path for finding in found} == {"content_index", "logprobs", "sequence_number", "delta"}


BODIES = [
    (CHAT, chat(messages=[USER, {"role": "user", "content": [{"type": "text", "text": "x"}]}] * 5, stop="x", tools=[{"type": "function", "function": {"name": "f"}}], response_format={"type": "text"}, metadata={"a": "b"})),
    (RESPONSES, {"model": "m", "input": [USER, {"type": "function_call_output", "call_id": "c", "output": "o"}], "tools": [{"type": "web_search"}], "reasoning": {"effort": "low"}, "tool_choice": {"type": "function", "name": "f"}}),
    (EMBEDDINGS, {"model": "m", "input": ["a", "b"], "dimensions": 5}),
    ("vector_stores.search", {"query": "q", "filters": {"type": "and", "filters": [{"type": "eq", "key": "k", "value": 1}]}, "max_num_results": 5}),
    ("fine_tuning.jobs.create", {"model": "m", "training_file": "f", "method": {"type": "supervised"}, "hyperparameters": {"n_epochs": "auto"}}),
    ("evals.create", {"data_source_config": {"type": "custom", "item_schema": {}}, "testing_criteria": [{"type": "string_check", "name": "n", "input": "i", "operation": "eq", "reference": "r"}]}),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "body"), BODIES, ids=[name for name, _ in BODIES])
@pytest.mark.parametrize("closed", [True, False])
def test_a_finding_is_told_exactly_where_the_engine_refuses(
    operation: str, body: dict[str, Any], closed: bool
) -> None:
    check, schema = validator(operation, "body", closed=closed), root(operation, "body")
    assert check is not None
    assert schema is not None
    assert check.is_valid(body)
    chance = random.Random(operation)
    for _ in range(300):
        changed = _changed(copy.deepcopy(body), chance)
        wrong = list(mismatches(changed, schema, closed=closed))
        assert bool(wrong) == (not check.is_valid(changed)), (changed, wrong)


def _changed(value: Any, chance: random.Random) -> Any:
    """The same with one thing in it replaced, left out or added."""
    if isinstance(value, dict | list) and value and chance.random() < 0.8:
        key = chance.choice(list(value)) if isinstance(value, dict) else chance.randrange(len(value))
        value[key] = _changed(value[key], chance)
        return value
    if isinstance(value, dict) and value and chance.random() < 0.6:
        value.pop(chance.choice(list(value)))
        return value
    if isinstance(value, dict) and chance.random() < 0.5:
        return {**value, "strange": 1}
    return chance.choice([None, True, 5, 1.5, "odd", [], ["odd"], {}, {"type": "odd"}, {"odd": 1}])
