"""Responses as the real SDK reads them: from drafts of any form, streamed, kept, by a person's hand."""

from collections.abc import Callable
from functools import partial
from typing import Any

import openai
import pytest
from openai.types.responses import Response
from pydantic import BaseModel

from tests.conftest import Server, start_server, wait_for

ENDS = ("completed", "failed", "incomplete")

WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
    "strict": True,
}


class Person(BaseModel):
    name: str
    age: int
    tags: list[str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One that answers by itself what no preset does."""
    server = start_server(tmp_path_factory.mktemp("auto"), MOCKOPENAI_FALLBACK="auto")
    yield server
    server.stop()


def ask(client: openai.OpenAI, text: Any = "Say hello", **options: Any) -> Response:
    answer: Response = client.responses.create(model="gpt-4o", input=text, **options)
    return answer


def text_of(client: openai.OpenAI, endpoint: str, *, stream: bool) -> str:
    """What one draft says at an endpoint."""
    if endpoint == "responses":
        if not stream:
            return ask(client).output_text
        with client.responses.stream(model="gpt-4o", input="Say hello") as events:
            return events.get_final_response().output_text
    if endpoint == "completions":
        answer: Any = client.completions.create(model="gpt-4o", prompt="Say hello", stream=stream)
        return "".join(one.choices[0].text for one in answer) if stream else answer.choices[0].text
    messages: Any = [{"role": "user", "content": "Say hello"}]
    answer = client.chat.completions.create(model="gpt-4o", messages=messages, stream=stream)
    if stream:
        return "".join(one.choices[0].delta.content or "" for one in answer)
    return str(answer.choices[0].message.content)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("endpoint", ["chat.completions", "responses", "completions"])
def test_one_draft_answers_whichever_endpoint_is_called(
    server: Server, client: openai.OpenAI, endpoint: str, stream: bool
) -> None:
    server.queue("sdk", {"content": "Hello, World!"})
    assert text_of(client, endpoint, stream=stream) == "Hello, World!"


def test_a_queued_chat_completion_answers_a_call_for_a_response(
    server: Server, client: openai.OpenAI
) -> None:
    function = {"name": "get_weather", "arguments": '{"city":"Oslo"}'}
    call = {"id": "call_7", "type": "function", "function": function}
    message = {"role": "assistant", "content": None, "tool_calls": [call], "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "tool_calls", "logprobs": None}
    whole = {"id": "x", "object": "chat.completion", "created": 1, "model": "gpt-4o", "choices": [choice]}
    server.queue("sdk", whole)
    [item] = ask(client, tools=[WEATHER]).output
    assert item.type == "function_call"
    assert (item.call_id, item.name, item.arguments) == ("call_7", "get_weather", '{"city":"Oslo"}')


def test_a_response_is_kept_until_it_is_deleted(client: openai.OpenAI, connect: Callable[..., Any]) -> None:
    made = ask(client, metadata={"topic": "demo"})
    Response.model_validate(made.model_dump(), strict=True)
    assert client.responses.retrieve(made.id).output_text == made.output_text
    [item] = client.responses.input_items.list(made.id).data
    assert item.content[0].text == "Say hello"  # type: ignore[union-attr]
    kinds = [event.type for event in client.responses.retrieve(made.id, stream=True, starting_after=1)]
    assert (kinds[0], kinds[-1]) == ("response.output_item.added", "response.completed")
    with pytest.raises(openai.NotFoundError):
        connect(caller="another").responses.retrieve(made.id)
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError, match=f"Response with id '{made.id}' not found"):
        client.responses.retrieve(made.id)


def test_what_a_preset_answered_is_kept_and_what_is_not_to_be_is_not(
    server: Server, client: openai.OpenAI
) -> None:
    server.queue("sdk", {"content": "queued"})
    assert client.responses.retrieve(ask(client).id).output_text == "queued"
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(ask(client, store=False).id)


def test_a_conversation_goes_on_by_the_previous_response(client: openai.OpenAI) -> None:
    asked = ask(client, "What is the weather in Oslo?", tools=[WEATHER])
    [call] = asked.output
    assert call.type == "function_call" and call.arguments == '{"city":"Oslo"}'
    result = {"type": "function_call_output", "call_id": call.call_id, "output": "12 degrees"}
    answer = ask(client, [result], previous_response_id=asked.id, tools=[WEATHER])
    assert (
        "weather in Oslo" in answer.output_text and "get_weather returned: 12 degrees" in answer.output_text
    )
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, previous_response_id="resp_none")
    assert caught.value.code == "previous_response_not_found"


def test_all_that_was_said_before_counts_as_input(client: openai.OpenAI) -> None:
    alone = ask(client, "And then?").usage
    first = ask(client, "Tell me of the ferries between the islands.")
    second = ask(client, "And then?", previous_response_id=first.id)
    third = ask(client, "And then?", previous_response_id=second.id)
    assert second.usage.input_tokens == first.usage.total_tokens + alone.input_tokens
    assert third.usage.input_tokens == second.usage.total_tokens + alone.input_tokens
    assert third.usage.total_tokens == third.usage.input_tokens + third.usage.output_tokens
    counted = client.responses.input_tokens.count(input="And then?", previous_response_id=second.id)
    assert counted.input_tokens == third.usage.input_tokens
    conversation = client.conversations.create().id
    ask(client, "Tell me of the ferries between the islands.", conversation=conversation)
    inside = ask(client, "And then?", conversation=conversation).usage
    assert abs(inside.input_tokens - second.usage.input_tokens) < 10


def test_what_was_said_before_has_to_fit_into_the_context_too(client: openai.OpenAI) -> None:
    half: Any = {"model": "gpt-4", "input": "word " * 5_000}
    first = client.responses.create(**half)
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(**half, previous_response_id=first.id)
    assert caught.value.code == "context_length_exceeded"


def test_items_that_are_sent_again_belong_to_each_response(client: openai.OpenAI) -> None:
    first = ask(client)
    again: Any = [
        {"role": "user", "content": "Say hello"},
        *first.output,
        {"role": "user", "content": "Go on"},
    ]
    made = [ask(client, again), ask(client, again)]
    for response in made:
        page = client.responses.input_items.list(response.id, order="asc", limit=2)
        assert [item.type for item in page] == ["message"] * 3  # the SDK fetched the second page
        assert page.data[1].id == first.output[0].id


def test_a_response_in_the_background_is_queued_and_can_be_cancelled(client: openai.OpenAI) -> None:
    made = ask(client, background=True)
    assert (made.status, made.output) == ("queued", [])
    assert client.responses.cancel(made.id).status == "cancelled"
    assert client.responses.retrieve(made.id).status == "cancelled"
    with pytest.raises(openai.BadRequestError, match="synchronous"):
        client.responses.cancel(ask(client).id)


def test_a_response_in_the_background_is_queued_however_it_ends(
    server: Server, client: openai.OpenAI
) -> None:
    error = {"code": "server_error", "message": "It broke."}
    server.queue("sdk", {"status": "failed", "error": error, "output": []})
    made = [
        ask(client, background=True),
        ask(client, "Tell me a story. " * 20, background=True, max_output_tokens=16),
    ]
    assert [(one.status, one.error, one.incomplete_details) for one in made] == [("queued", None, None)] * 2

    def ended(response_id: str) -> Response | None:
        found = client.responses.retrieve(response_id)
        return found if found.status in ENDS else None

    failed, cut = [wait_for(partial(ended, one.id)) for one in made]
    assert (failed.status, failed.error.message) == ("failed", "It broke.")
    assert cut.status == "incomplete" and cut.output


def test_a_structured_answer_can_be_parsed(client: openai.OpenAI) -> None:
    answer = client.responses.parse(model="gpt-4o", input="Charlie is 42", text_format=Person)
    assert answer.output_parsed is not None and answer.output_parsed.age == 42


def test_limits_and_reasoning_are_honoured(client: openai.OpenAI) -> None:
    short = ask(client, "Tell me a story", max_output_tokens=3)
    assert (short.status, short.incomplete_details.reason) == ("incomplete", "max_output_tokens")  # type: ignore[union-attr]
    thought = ask(client, reasoning={"effort": "low", "summary": "auto"})
    assert [item.type for item in thought.output] == ["reasoning", "message"]
    with pytest.raises(openai.BadRequestError) as caught:
        client.responses.create(model="gpt-4", input="word " * 9000)
    assert caught.value.code == "context_length_exceeded"


def test_a_failed_response_is_streamed_as_one(server: Server, client: openai.OpenAI) -> None:
    error = {"code": "server_error", "message": "It broke."}
    server.queue("sdk", {"status": "failed", "error": error, "output": []})
    events = list(client.responses.create(model="gpt-4o", input="Hi", stream=True))
    assert events[-1].type == "response.failed" and events[-1].response.error.message == "It broke."  # type: ignore[union-attr]


def test_conversations_keep_what_is_said_in_them(client: openai.OpenAI) -> None:
    first: Any = {"type": "message", "role": "user", "content": "Hi"}
    made = client.conversations.create(metadata={"a": "b"}, items=[first])
    ask(client, "Go on", conversation=made.id)
    said = [item.content[0].text for item in client.conversations.items.list(made.id, order="asc")]  # type: ignore[union-attr]
    assert said == ["Hi", "Go on", 'This is a mock answer to: "Go on"']
    page = client.conversations.items.list(made.id, limit=2)
    assert page.has_more and len(list(page)) == 3
    added = client.conversations.items.create(made.id, items=[first]).data[0]
    assert client.conversations.items.retrieve(str(added.id), conversation_id=made.id) == added
    client.conversations.items.delete(str(added.id), conversation_id=made.id)
    assert client.conversations.update(made.id, metadata={"a": "c"}).metadata == {"a": "c"}
    assert client.conversations.retrieve(made.id).metadata == {"a": "c"}
    assert client.conversations.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.conversations.retrieve(made.id)


def test_completions_that_are_to_be_stored_are(client: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "Hello?"}]
    made = [
        client.chat.completions.create(model="gpt-4o", messages=messages, store=True, metadata={"n": str(n)})
        for n in range(2)
    ]
    assert [one.id for one in client.chat.completions.list(metadata={"n": "1"})] == [made[1].id]
    assert client.chat.completions.retrieve(made[0].id).choices == made[0].choices
    [message] = client.chat.completions.messages.list(made[0].id)
    assert message.content == "Hello?"
    assert client.chat.completions.update(made[0].id, metadata={"n": "9"}).metadata == {"n": "9"}  # type: ignore[attr-defined]
    assert client.chat.completions.delete(made[0].id).deleted
    with pytest.raises(openai.NotFoundError):
        client.chat.completions.retrieve(made[0].id)


def test_tokens_are_counted_and_conversations_compacted(client: openai.OpenAI) -> None:
    counted = client.responses.input_tokens.count(model="gpt-4o", input="Say hello").input_tokens
    usage = ask(client).usage
    assert usage is not None and counted == usage.input_tokens
    compacted = client.responses.compact(model="gpt-4o", input="Say hello")
    assert [item.type for item in compacted.output] == ["compaction"]


def test_legacy_completions_honour_their_parameters(client: openai.OpenAI) -> None:
    answer = client.completions.create(
        model="gpt-3.5-turbo-instruct", prompt=["One", "Two"], n=2, echo=True, logprobs=1, max_tokens=5
    )
    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]
    assert [choice.text[:3] for choice in answer.choices] == ["One", "One", "Two", "Two"]
    assert {choice.finish_reason for choice in answer.choices} == {"length"}
    assert answer.usage is not None and answer.usage.completion_tokens == 20
    logprobs = answer.choices[0].logprobs
    assert logprobs is not None and "".join(logprobs.tokens or ()) == answer.choices[0].text
    assert logprobs.token_logprobs and all(logprobs.token_logprobs)
    scored = client.completions.create(
        model="gpt-3.5-turbo-instruct", prompt="One", echo=True, logprobs=1, max_tokens=0
    )
    assert (scored.choices[0].text, scored.choices[0].finish_reason) == ("One", "length")
    stopped = client.completions.create(model="gpt-3.5-turbo-instruct", prompt="One", stop=" mock")
    assert (stopped.choices[0].text, stopped.choices[0].finish_reason) == ("This is a", "stop")
