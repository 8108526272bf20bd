"""Chat completions as the real SDK reads them, each from a preset that holds only a draft."""

import json
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion
from pydantic import BaseModel

HELLO: Any = [{"role": "user", "content": "Hello?"}]
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
        "strict": True,
    },
}


def ask(client: openai.OpenAI, **options: Any) -> ChatCompletion:
    answer: ChatCompletion = client.chat.completions.create(model="gpt-4o", messages=HELLO, **options)
    return answer


def pieces(client: openai.OpenAI, **options: Any) -> list[Any]:
    with client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True, **options) as stream:
        return list(stream)


def test_a_text_is_enough(server: Any, client: openai.OpenAI) -> None:
    server.queue("sdk", {"content": "hi"})
    answer = ask(client)
    assert answer.choices[0].message.content == "hi"
    assert answer.choices[0].finish_reason == "stop"
    assert (answer.object, answer.model) == ("chat.completion", "gpt-4o")
    assert answer.id.startswith("chatcmpl-")
    assert answer.usage is not None and answer.usage.completion_tokens == 1
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + 1


def test_a_streamed_answer_comes_in_pieces(server: Any, client: openai.OpenAI) -> None:
    server.queue("sdk", {"content": "Paris is the capital of France."})
    chunks = pieces(client)
    assert (
        "".join(chunk.choices[0].delta.content or "" for chunk in chunks) == "Paris is the capital of France."
    )
    assert len(chunks) > 4
    assert chunks[0].choices[0].delta.role == "assistant"
    assert chunks[-1].choices[0].finish_reason == "stop"
    assert len({chunk.id for chunk in chunks}) == 1
    assert all(chunk.usage is None for chunk in chunks)


def test_include_usage_adds_a_last_chunk_without_choices(server: Any, client: openai.OpenAI) -> None:
    server.queue("sdk", {"content": "one two three"})
    chunks = pieces(client, stream_options={"include_usage": True})
    assert chunks[-1].choices == []
    assert chunks[-1].usage.completion_tokens == 3
    assert all(chunk.usage is None for chunk in chunks[:-1])


def test_the_stream_helper_ends_with_the_whole_answer(server: Any, client: openai.OpenAI) -> None:
    server.queue("sdk", {"content": "Paris."})
    with client.chat.completions.stream(model="gpt-4o", messages=HELLO) as stream:
        kinds = [event.type for event in stream]
        answer = stream.get_final_completion()
    assert answer.choices[0].message.content == "Paris."
    assert kinds.count("content.done") == 1
    assert "content.delta" in kinds


class Person(BaseModel):
    name: str
    age: int


def test_a_structured_answer_is_parsed(server: Any, client: openai.OpenAI) -> None:
    server.queue("sdk", {"content": json.dumps({"name": "Ada", "age": 36})})
    answer = client.chat.completions.parse(model="gpt-4o", messages=HELLO, response_format=Person)
    assert answer.choices[0].message.parsed == Person(name="Ada", age=36)


def test_a_structured_answer_is_parsed_from_a_stream(server: Any, client: openai.OpenAI) -> None:
    server.queue("sdk", {"content": json.dumps({"name": "Ada", "age": 36})})
    with client.chat.completions.stream(model="gpt-4o", messages=HELLO, response_format=Person) as stream:
        answer = stream.get_final_completion()
    assert answer.choices[0].message.parsed == Person(name="Ada", age=36)


@pytest.mark.parametrize("streamed", [False, True])
def test_a_refusal_is_one(server: Any, client: openai.OpenAI, streamed: bool) -> None:
    server.queue("sdk", {"refusal": "I will not."})
    if streamed:
        deltas = [chunk.choices[0].delta for chunk in pieces(client)]
        refusal, content = "".join(delta.refusal or "" for delta in deltas), deltas[0].content
    else:
        message = ask(client).choices[0].message
        refusal, content = message.refusal or "", message.content
    assert refusal == "I will not."
    assert content is None


def test_a_tool_loop_runs_to_its_end(server: Any, client: openai.OpenAI) -> None:
    server.queue(
        "sdk",
        {"tool_calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]},
        {"content": "It rains in Oslo."},
    )
    messages: Any = [{"role": "user", "content": "What is the weather in Oslo?"}]
    asked = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[WEATHER]).choices[0]
    assert asked.finish_reason == "tool_calls"
    call: Any = (asked.message.tool_calls or [])[0]
    assert (call.function.name, json.loads(call.function.arguments)) == ("get_weather", {"city": "Oslo"})
    messages += [asked.message, {"role": "tool", "tool_call_id": call.id, "content": "rain"}]
    final = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[WEATHER]).choices[0]
    assert final.message.content == "It rains in Oslo."
    second = server.api.get("/api/exchanges?caller=sdk").json()["items"][0]
    sent = server.exchange(second["id"])["body"]["messages"]
    assert [message["role"] for message in sent] == ["user", "assistant", "tool"]
    assert sent[2]["tool_call_id"] == sent[1]["tool_calls"][0]["id"]


def test_streamed_tool_calls_are_put_together(server: Any, client: openai.OpenAI) -> None:
    server.queue(
        "sdk",
        {
            "tool_calls": [
                {"name": "get_weather", "arguments": {"city": "Oslo"}},
                {"name": "get_weather", "arguments": {"city": "Bergen"}},
            ]
        },
    )
    with client.chat.completions.stream(model="gpt-4o", messages=HELLO, tools=[WEATHER]) as stream:
        choice: Any = stream.get_final_completion().choices[0]
    assert choice.finish_reason == "tool_calls"
    parsed = [call.function.parsed_arguments for call in choice.message.tool_calls]
    assert parsed == [{"city": "Oslo"}, {"city": "Bergen"}]
    assert len({call.id for call in choice.message.tool_calls}) == 2


@pytest.mark.parametrize("streamed", [False, True])
def test_three_answers_when_three_are_asked_for(server: Any, client: openai.OpenAI, streamed: bool) -> None:
    server.queue("sdk", {"content": "heads"})
    if streamed:
        texts = {0: "", 1: "", 2: ""}
        for chunk in pieces(client, n=3):
            for choice in chunk.choices:
                texts[choice.index] += choice.delta.content or ""
    else:
        texts = {choice.index: choice.message.content or "" for choice in ask(client, n=3).choices}
    assert texts == {0: "heads", 1: "heads", 2: "heads"}


def test_logprobs_come_when_asked_for(server: Any, client: openai.OpenAI) -> None:
    server.queue("sdk", {"content": "one two"}, {"content": "one two"})
    logprobs = ask(client, logprobs=True, top_logprobs=2).choices[0].logprobs
    assert logprobs is not None
    tokens = logprobs.content or []
    assert "".join(token.token for token in tokens) == "one two"
    assert all(token.logprob <= 0 and len(token.top_logprobs) == 2 for token in tokens)
    assert ask(client).choices[0].logprobs is None


def test_streamed_logprobs_come_with_each_piece(server: Any, client: openai.OpenAI) -> None:
    server.queue("sdk", {"content": "one two"})
    with_text = [
        chunk.choices[0] for chunk in pieces(client, logprobs=True) if chunk.choices[0].delta.content
    ]
    assert with_text
    for choice in with_text:
        assert "".join(token.token for token in choice.logprobs.content) == choice.delta.content


async def test_the_async_client_reads_the_same(server: Any, async_client: openai.AsyncOpenAI) -> None:
    server.queue("sdk", {"content": "whole"}, {"content": "in pieces"})
    answer = await async_client.chat.completions.create(model="gpt-4o", messages=HELLO)
    assert answer.choices[0].message.content == "whole"
    stream: Any = await async_client.chat.completions.create(model="gpt-4o", messages=HELLO, stream=True)
    assert "".join([chunk.choices[0].delta.content or "" async for chunk in stream]) == "in pieces"


def test_the_headers_are_those_of_the_service(server: Any, client: openai.OpenAI) -> None:
    server.queue("sdk", {"content": "hi"}, headers={"X-Ratelimit-Remaining-Requests": "7", "x-own": "yes"})
    raw = client.chat.completions.with_raw_response.create(model="gpt-4o", messages=HELLO)
    answer = raw.parse()
    assert answer.choices[0].message.content == "hi"
    assert (raw.request_id or "").startswith("req_")
    assert answer._request_id == raw.request_id
    assert raw.headers["openai-version"] == "2020-10-01"
    assert int(raw.headers["openai-processing-ms"]) < 60_000
    assert int(raw.headers["x-ratelimit-limit-requests"]) > 0
    assert raw.headers.get_list("x-ratelimit-remaining-requests") == ["7"]
    assert raw.headers["x-own"] == "yes"
    kept = server.api.get("/api/exchanges?caller=sdk").json()["items"][0]
    assert kept["request_id"] == raw.request_id


@pytest.mark.parametrize("how", ["path", "key", "header"])
def test_the_caller_is_named_by_base_url_key_or_header(server: Any, connect: Any, how: str) -> None:
    server.queue("ci-42", {"content": "for ci-42"})
    options = {
        "path": {"base_url": f"{server.url}/as/ci-42/v1", "api_key": "sk-anything"},
        "key": {"api_key": "sk-mock-ci-42"},
        "header": {"default_headers": {"X-Mock-Caller": "ci-42"}, "api_key": "sk-mock-other"},
    }[how]
    assert ask(connect(**options)).choices[0].message.content == "for ci-42"
