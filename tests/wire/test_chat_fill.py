"""A chat completion is completed in the service's form; what its author set stays."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion
from pydantic import ValidationError

from apps.wire.chat_fill import fill
from apps.wire.chat_whole import is_whole

from .samples import chat_call, json_values

SHORT_FORMS = [
    {},
    {"content": "hi"},
    {"content": "æ 👩‍👩‍👧 \x00"},
    {"content": {"answer": 42}},
    {"content": [1, 2]},
    {"refusal": "no"},
    {"tool_calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]},
    {"tool_calls": [{"name": "a"}, {"id": "call_1", "function": {"name": "b", "arguments": "{}"}}]},
    {"tool_calls": {"name": "a", "arguments": {}}},
    {"tool_calls": "get_weather"},
    {"tool_calls": [{"custom": {"name": "a", "input": "b"}}]},
    {"function_call": {"name": "a", "arguments": {"b": 1}}},
    {"message": {"content": "hi"}},
    {"message": "hi"},
    {"choices": [{"message": {"content": "hi"}}]},
    {"choices": [{"message": {"content": "a"}}, {"message": {"content": "b"}}]},
    {"choices": ["hi"]},
    {"choices": {"message": {"content": "hi"}}},
    {"choices": [{"delta": {"content": "hi"}}]},
    {"choices": [{"text": "hi"}]},
    {"choices": 5},
    {"choices": [None, 5]},
    {"message": None},
    {"tool_calls": 5, "content": None},
    {"content": "hi", "usage": {"prompt_tokens": 3}},
    {"content": "hi", "usage": "lots"},
    {"content": "hi", "created": None, "id": None, "model": None, "object": None},
]


@pytest.mark.parametrize("draft", SHORT_FORMS, ids=[orjson.dumps(form).decode()[:40] for form in SHORT_FORMS])
def test_every_short_form_becomes_what_the_sdk_reads(draft: dict[str, Any]) -> None:
    for data in ({}, {"n": 3}, {"logprobs": True, "top_logprobs": 3}):
        body = fill(draft, chat_call(**data))
        ChatCompletion.model_validate(body, strict=True)
        assert is_whole(body)


def test_the_keys_come_in_the_order_of_the_service() -> None:
    body = fill({"content": "hi", "mine": 1}, chat_call())
    assert list(body) == [
        *(
            "id",
            "object",
            "created",
            "model",
            "choices",
            "usage",
            "service_tier",
            "system_fingerprint",
            "mine",
        )
    ]
    assert list(body["choices"][0]) == ["index", "message", "logprobs", "finish_reason"]
    assert list(body["choices"][0]["message"]) == ["role", "content", "refusal", "annotations"]
    tools = fill({"tool_calls": ["a"]}, chat_call())["choices"][0]["message"]
    assert list(tools) == ["role", "content", "tool_calls", "refusal", "annotations"]


def test_the_request_gives_model_and_time() -> None:
    body = fill({"content": "hi"}, chat_call(model="gpt-5", service_tier="flex"))
    assert (body["model"], body["created"], body["service_tier"]) == ("gpt-5", 1769092737, "flex")
    assert fill({}, chat_call(service_tier="auto"))["service_tier"] == "default"


def test_content_that_is_an_object_becomes_json_text() -> None:
    body = fill({"content": {"answer": [1, None]}}, chat_call())
    assert body["choices"][0]["message"]["content"] == '{"answer":[1,null]}'


def test_content_that_is_parts_of_text_is_their_text() -> None:
    parts: list[Any] = [{"type": "text", "text": "Hello, "}, {"type": "output_text", "text": "you"}]
    assert fill({"content": parts}, chat_call())["choices"][0]["message"]["content"] == "Hello, you"
    other = fill({"content": [{"type": "number", "value": 1}]}, chat_call())
    assert other["choices"][0]["message"]["content"] == '[{"type":"number","value":1}]'


def test_arguments_become_json_text_and_calls_get_ids() -> None:
    body = fill({"tool_calls": [{"name": "f", "arguments": {"x": [1]}}, {"name": "g"}]}, chat_call())
    choice = body["choices"][0]
    first, second = choice["message"]["tool_calls"]
    assert first["function"] == {"name": "f", "arguments": '{"x":[1]}'}
    assert second["function"] == {"name": "g", "arguments": "{}"}
    assert first["id"] != second["id"]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)


def test_a_single_choice_is_repeated_n_times_and_paid_for() -> None:
    one = fill({"content": "hi there"}, chat_call())
    three = fill({"content": "hi there"}, chat_call(n=3))
    assert [choice["index"] for choice in three["choices"]] == [0, 1, 2]
    assert three["usage"]["completion_tokens"] == 3 * one["usage"]["completion_tokens"]
    two = fill({"choices": [{"text": "a"}, {"text": "b"}]}, chat_call(n=3))
    assert len(two["choices"]) == 2


def test_usage_follows_what_its_author_gave() -> None:
    usage = fill({"content": "hi", "usage": {"prompt_tokens": 1000}}, chat_call())["usage"]
    assert (usage["prompt_tokens"], usage["completion_tokens"], usage["total_tokens"]) == (1000, 1, 1001)
    usage = fill({"usage": {"total_tokens": 5, "cost": 0.1}}, chat_call())["usage"]
    assert (usage["total_tokens"], usage["cost"]) == (5, 0.1)


def test_logprobs_are_made_when_asked_for_and_spell_the_text() -> None:
    logprobs = fill({"content": "Foo é!"}, chat_call(logprobs=True, top_logprobs=2))["choices"][0]["logprobs"]
    assert "".join(token["token"] for token in logprobs["content"]) == "Foo é!"
    assert bytes(byte for token in logprobs["content"] for byte in token["bytes"]).decode() == "Foo é!"
    assert [len(token["top_logprobs"]) for token in logprobs["content"]] == [2] * len(logprobs["content"])
    assert all(token["logprob"] <= 0 for token in logprobs["content"])
    assert logprobs["refusal"] is None
    refused = fill({"refusal": "no"}, chat_call(logprobs=True))["choices"][0]["logprobs"]
    assert refused["content"] is None
    assert refused["refusal"][0]["top_logprobs"] == []


def test_nothing_that_the_author_set_is_overwritten() -> None:
    draft = {
        "id": "mine",
        "object": "chat.completion",
        "created": 5,
        "model": "other",
        "choices": [
            {
                "index": 7,
                "finish_reason": "content_filter",
                "logprobs": {"content": []},
                "message": {
                    "role": "user",
                    "content": "",
                    "refusal": "r",
                    "annotations": [{"type": "x"}],
                    "z": 1,
                },
                "more": True,
            }
        ],
        "service_tier": None,
        "system_fingerprint": None,
        "citations": ["a"],
    }
    body = fill(draft, chat_call(n=1, logprobs=True))
    assert body.pop("usage")
    assert body == draft


@pytest.mark.parametrize(
    "message",
    [
        {"tool_calls": "x"},
        {"tool_calls": [{"id": "call_1", "type": "function", "function": {"name": "f", "arguments": {}}}]},
        {"tool_calls": [{"id": "call_1", "type": "custom", "custom": {"name": "f"}}]},
        {"tool_calls": [{"type": "function", "function": {"name": "f", "arguments": "{}"}}]},
        {"function_call": {"name": "f"}},
        {"annotations": [{"type": "url_citation", "url_citation": None}]},
        {"content": 5},
        {"refusal": []},
        {"role": "user"},
    ],
)
def test_a_message_that_the_sdk_cannot_read_is_not_whole(message: dict[str, Any]) -> None:
    body = fill({"content": "hi"}, chat_call())
    assert is_whole(body)
    body["choices"][0]["message"] |= message
    assert not is_whole(body)


def replace_somewhere(body: Any, odd: Any, seed: int) -> Any:
    """The body with one of its values, chosen by the seed, replaced or removed."""
    places: list[tuple[Any, Any]] = []

    def walk(value: Any) -> None:
        items = (
            value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
        )
        for key, inner in items:
            places.append((value, key))
            walk(inner)

    body = orjson.loads(orjson.dumps(body))
    walk(body)
    box, key = places[seed % len(places)]
    box[key] = odd
    return body


@given(st.sampled_from(SHORT_FORMS), json_values, st.integers(0, 10_000))
def test_what_counts_as_whole_is_valid_for_the_sdk(draft: dict[str, Any], odd: Any, seed: int) -> None:
    body = replace_somewhere(fill(draft, chat_call(logprobs=True, top_logprobs=1)), odd, seed)
    if is_whole(body):
        ChatCompletion.model_validate(body, strict=True)
        return
    # And the other way: what the SDK takes is left alone.
    try:
        ChatCompletion.model_validate(body, strict=True)
    except ValidationError:
        return
    raise AssertionError(f"valid for the SDK, but not whole: {body}")


def test_each_of_n_choices_has_tool_call_ids_of_its_own() -> None:
    draft = {"tool_calls": [{"name": "get_weather", "arguments": {}}]}
    body = fill(draft, chat_call(n=3))
    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2]
    assert len({choice["message"]["tool_calls"][0]["id"] for choice in body["choices"]}) == 3
