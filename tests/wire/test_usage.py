"""Tokens are counted as the service counts them."""

import orjson
import pytest
import toktok

from apps.wire import chat_usage, usage
from apps.wire.asked_tokens import asked_tokens
from apps.wire.call import Call


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4", "cl100k_base"),
        ("gpt-4-0613", "cl100k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-3.5-turbo", "cl100k_base"),
        ("ft:gpt-3.5-turbo:org::id", "cl100k_base"),
        ("text-embedding-3-small", "cl100k_base"),
        ("gpt-4o", "o200k_base"),
        ("gpt-4.1-mini", "o200k_base"),
        ("gpt-5", "o200k_base"),
        ("o3", "o200k_base"),
        ("ft:gpt-4o-mini:org::id", "o200k_base"),
        ("", "o200k_base"),
        ("llama", "o200k_base"),
    ],
)
def test_each_model_has_its_tokenizer(model: str, encoding: str) -> None:
    assert usage.encoding(model) == encoding


def test_counts_are_exact() -> None:
    assert usage.count(["Hello, World!", "", "안녕하세요"], "gpt-4o") == [4, 0, 2]
    assert usage.count(["안녕하세요"], "gpt-4") == [5]
    assert usage.count([], "gpt-4") == []
    long = "word " * 5_000
    assert usage.count([long], "gpt-4o") == usage.count([long], "gpt-4o")


def test_a_caller_cannot_change_a_remembered_count() -> None:
    usage.count(["Hello, World!"], "gpt-4o").clear()
    assert usage.count(["Hello, World!"], "gpt-4o") == [4]


# The example of OpenAI's cookbook, "How to count tokens with tiktoken": the service's own figures.
COOKBOOK = [
    {"role": "system", "content": "You are a helpful, pattern-following assistant that translates corporate jargon into plain English."},
    {"role": "system", "name": "example_user", "content": "New synergies will help drive top-line growth."},
    {"role": "system", "name": "example_assistant", "content": "Things working well together will increase revenue."},
    {"role": "system", "name": "example_user", "content": "Let's circle back when we have more bandwidth to touch base on opportunities for increased leverage."},
    {"role": "system", "name": "example_assistant", "content": "Let's talk later when we're less busy about how to do better."},
    {"role": "user", "content": "This late pivot means we don't have time to boil the ocean for the client deliverable."},
]  # fmt: skip


@pytest.mark.parametrize(("model", "tokens"), [("gpt-4", 129), ("gpt-4o", 124), ("gpt-4o-mini", 124)])
def test_a_prompt_costs_what_the_cookbook_says(model: str, tokens: int) -> None:
    assert usage.chat_prompt_tokens({"model": model, "messages": COOKBOOK}) == tokens


def test_pictures_and_tools_cost_too() -> None:
    def cost(**data: object) -> int:
        return usage.chat_prompt_tokens({"model": "gpt-4o", "messages": []} | data)

    image = {"type": "image_url", "image_url": {"url": "data:", "detail": "low"}}
    message = [{"role": "user", "content": [{"type": "text", "text": "hi"}, image]}]
    assert cost(messages=message) == 3 + 3 + 1 + 1 + 85
    image["image_url"] = {"url": "data:"}
    assert cost(messages=message) == 3 + 3 + 1 + 1 + 765
    properties = {"unit": {"type": "string", "description": "The unit.", "enum": ["c", "f"]}}
    function = {"name": "f", "description": "Get it.", "parameters": {"properties": properties}}
    assert cost(tools=[{"type": "function", "function": function}]) > cost() + 7 + 12


# The tool of the cookbook's "Token Counting for Tool Calls", with the service's own figures.
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_current_weather",
        "description": "Get the current weather in a given location",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {"type": "string", "description": "The city and state, e.g. San Francisco, CA"},
                "unit": {"type": "string", "description": "The unit of temperature to return", "enum": ["celsius", "fahrenheit"]},
            },
            "required": ["location"],
        },
    },
}  # fmt: skip


@pytest.mark.parametrize(("model", "tokens"), [("gpt-4", 105), ("gpt-4o", 101), ("gpt-4o-mini", 101)])
def test_a_tool_costs_what_the_cookbook_says(model: str, tokens: int) -> None:
    messages = [
        {
            "role": "system",
            "content": "You are a helpful assistant that can answer to questions about the weather.",
        },
        {"role": "user", "content": "What's the weather like in San Francisco?"},
    ]
    assert usage.chat_prompt_tokens({"model": model, "messages": messages, "tools": [WEATHER]}) == tokens


def test_warming_is_possible_twice() -> None:
    usage.warm()
    usage.warm()


def test_a_usage_has_all_its_details() -> None:
    made = usage.chat_usage(17, 4)
    assert made["total_tokens"] == 21
    assert orjson.dumps(made).count(b"audio_tokens") == 2


def test_a_prompt_is_read_once_however_often_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    read, really = [], toktok.batch_count

    def counting(texts: list[str], name: str, threads: int) -> list[int]:
        read.extend(texts)
        counts: list[int] = really(texts, name, threads)
        return counts

    monkeypatch.setattr(toktok, "batch_count", counting)
    for words in (2, 2_000):
        text = f"read once {words} " * words
        asked = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}
        call = Call("1", "ci-7", "POST", "/v1/chat/completions", "chat.completions", data=asked)
        before = asked_tokens(call)
        assert chat_usage.complete(None, [], call)["prompt_tokens"] == before
        assert read.count(text) == 1
