"""The 36 checks that a user makes of a mock before trusting it: the real SDK, answers that nobody prepared."""

import io
import json
import math
import wave
from base64 import b64decode
from collections.abc import Callable
from typing import Any

import httpx
import openai
import pytest
from pydantic import BaseModel

from tests.conftest import Server, wait_for

MODEL = "gpt-4o-mini"
HELLO: Any = [{"role": "user", "content": "Tell me about the harbour of Bergen."}]
WEATHER: Any = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
        },
        "required": ["city", "unit"],
        "additionalProperties": False,
    },
    "strict": True,
}
TOOLS: Any = [{"type": "function", "function": WEATHER}]
NAMED: Any = {"type": "function", "function": {"name": "get_weather"}}
PIXEL = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
    "AAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
SPEECH = "The ferry leaves at nine."


class City(BaseModel):
    """What a structured answer is parsed into."""

    name: str
    population: int


@pytest.fixture(autouse=True)
def auto(server: Server) -> None:
    assert server.api.put("/api/fallback", json={"text": "auto"}).status_code == 200


@pytest.fixture
def client(connect: Callable[..., openai.OpenAI], request: pytest.FixtureRequest) -> openai.OpenAI:
    """Each check has a shelf of its own."""
    return connect(caller=request.node.name[:80])


def chat(client: openai.OpenAI, **options: Any) -> Any:
    return client.chat.completions.create(**{"model": MODEL, "messages": HELLO, **options})


def chunks(client: openai.OpenAI, **options: Any) -> list[Any]:
    return list(chat(client, stream=True, **options))


def joined(stream: list[Any]) -> str:
    return "".join(chunk.choices[0].delta.content or "" for chunk in stream if chunk.choices)


def raw(server: Server, body: dict[str, Any] | bytes) -> httpx.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return server.api.post("/v1/chat/completions", content=content)


def arguments(text: str) -> dict[str, Any]:
    """Those of a call of get_weather, valid for its schema."""
    found: dict[str, Any] = json.loads(text)
    assert found.keys() == {"city", "unit"} and found["unit"] in ("celsius", "fahrenheit") and found["city"]
    return found


def test_01_models_are_listed(client: openai.OpenAI) -> None:
    names = [model.id for model in client.models.list()]
    assert MODEL in names and len(names) == len(set(names)) > 20


def test_02_a_model_is_retrieved(client: openai.OpenAI) -> None:
    model = client.models.retrieve(MODEL)
    assert (model.id, model.object) == (MODEL, "model") and model.created > 1_600_000_000


def test_03_a_chat_has_a_text_and_its_usage(client: openai.OpenAI) -> None:
    answer = chat(client)
    assert "harbour of Bergen" in answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop" and answer.model.startswith(MODEL)
    usage = answer.usage
    assert usage.prompt_tokens > 8 and usage.completion_tokens > 3
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens


def test_04_the_body_is_valid_to_the_letter(server: Server) -> None:
    body = raw(server, {"model": MODEL, "messages": HELLO}).json()
    openai.types.chat.ChatCompletion.model_validate(body, strict=True)
    message = body["choices"][0]["message"]
    assert message.keys() == {"role", "content", "refusal", "annotations"}
    assert body["object"] == "chat.completion" and len(body["id"]) == len("chatcmpl-") + 29


def test_05_three_choices_are_three(client: openai.OpenAI) -> None:
    answer = chat(client, n=3)
    assert [choice.index for choice in answer.choices] == [0, 1, 2]
    assert all(choice.message.content for choice in answer.choices)


def test_06_log_probabilities_cover_every_token(client: openai.OpenAI) -> None:
    [choice] = chat(client, logprobs=True, top_logprobs=2).choices
    content = choice.logprobs.content
    assert "".join(one.token for one in content) == choice.message.content
    assert all(one.logprob <= 0 and len(one.top_logprobs) == 2 for one in content)


def test_07_one_token_ends_for_its_length(client: openai.OpenAI) -> None:
    answer = chat(client, max_tokens=1)
    assert answer.choices[0].finish_reason == "length" and answer.usage.completion_tokens == 1


def test_08_a_stop_word_ends_the_text_before_it(client: openai.OpenAI) -> None:
    whole = chat(client).choices[0].message.content
    cut = chat(client, stop="harbour").choices[0]
    assert cut.message.content == whole.split("harbour")[0] != "" and cut.finish_reason == "stop"


def test_09_a_stream_joins_to_the_whole_text_with_one_id_and_the_role_first(client: openai.OpenAI) -> None:
    stream = chunks(client)
    assert joined(stream) == chat(client).choices[0].message.content
    assert len({chunk.id for chunk in stream}) == 1 and len(stream) > 4
    first, last = stream[0].choices[0], stream[-1].choices[0]
    assert (first.delta.role, first.delta.content) == ("assistant", "")
    assert (last.finish_reason, last.delta.content) == ("stop", None)


def test_10_the_usage_of_a_stream_comes_last_when_asked_for(client: openai.OpenAI) -> None:
    stream = chunks(client, stream_options={"include_usage": True})
    assert stream[-1].choices == [] and stream[-1].usage == chat(client).usage
    assert all(chunk.usage is None for chunk in stream[:-1])
    assert all(chunk.usage is None for chunk in chunks(client))


def test_11_a_stream_is_done_at_its_end(server: Server) -> None:
    answer = raw(server, {"model": MODEL, "messages": HELLO, "stream": True})
    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    events = answer.text.split("\n\n")
    assert events[-2:] == ["data: [DONE]", ""] and all(one.startswith("data: ") for one in events[:-1])


def test_12_a_stream_hides_the_lengths_of_its_pieces(server: Server) -> None:
    def read(**options: Any) -> list[dict[str, Any]]:
        text = raw(server, {"model": MODEL, "messages": HELLO, "stream": True, **options}).text
        return [json.loads(one[6:]) for one in text.split("\n\n")[:-2]]

    assert all(one["obfuscation"] for one in read())
    assert not any("obfuscation" in one for one in read(stream_options={"include_obfuscation": False}))


def test_13_a_tool_is_called_when_it_is_chosen(client: openai.OpenAI) -> None:
    [choice] = chat(client, tools=TOOLS, tool_choice=NAMED).choices
    [call] = choice.message.tool_calls
    assert (
        call.function.name == "get_weather" and call.id.startswith("call_") and choice.message.content is None
    )
    arguments(call.function.arguments)


def test_14_a_tool_call_is_streamed_through_the_helper(client: openai.OpenAI) -> None:
    with client.chat.completions.stream(
        model=MODEL, messages=HELLO, tools=TOOLS, tool_choice=NAMED
    ) as stream:
        done = [event for event in stream if event.type == "tool_calls.function.arguments.done"]
        final = stream.get_final_completion()
    assert len(done) == 1 and done[0].name == "get_weather"
    [call] = final.choices[0].message.tool_calls or []
    assert call.function.arguments == done[0].arguments
    arguments(done[0].arguments)


def test_15_a_structured_answer_is_parsed(client: openai.OpenAI) -> None:
    answer = client.chat.completions.parse(model=MODEL, messages=HELLO, response_format=City)
    city = answer.choices[0].message.parsed
    assert isinstance(city, City) and city.name


def test_16_a_response_is_created(client: openai.OpenAI) -> None:
    answer = client.responses.create(model=MODEL, input="Tell me about the harbour of Bergen.")
    assert "harbour of Bergen" in answer.output_text and answer.status == "completed"
    assert answer.id.startswith("resp_") and answer.output[0].id and answer.output[0].id.startswith("msg_")
    assert answer.usage is not None and answer.usage.output_tokens > 3


def test_17_a_response_is_streamed_through_the_helper(client: openai.OpenAI) -> None:
    with client.responses.stream(model=MODEL, input="Tell me about the harbour of Bergen.") as stream:
        events = list(stream)
        final = stream.get_final_response()
    assert [event.sequence_number for event in events] == list(range(len(events)))
    assert (events[0].type, events[-1].type) == ("response.created", "response.completed")
    deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
    assert "".join(deltas) == final.output_text and len(deltas) > 3


def test_18_a_response_is_retrieved(client: openai.OpenAI) -> None:
    made = client.responses.create(model=MODEL, input="Remember me.")
    assert client.responses.retrieve(made.id).output_text == made.output_text
    [item] = client.responses.input_items.list(made.id).data
    assert item.content[0].text == "Remember me."  # type: ignore[union-attr]


def test_19_a_conversation_goes_on(client: openai.OpenAI) -> None:
    conversation = client.conversations.create(metadata={"topic": "ferries"})
    client.responses.create(model=MODEL, input="When does it leave?", conversation=conversation.id)
    items = client.conversations.items.list(conversation.id, order="asc").data
    assert [item.role for item in items] == ["user", "assistant"]  # type: ignore[union-attr]
    assert client.conversations.retrieve(conversation.id).metadata == {"topic": "ferries"}


def test_20_a_legacy_completion_is_a_text(client: openai.OpenAI) -> None:
    answer = client.completions.create(
        model="gpt-3.5-turbo-instruct", prompt="The harbour of Bergen", max_tokens=50
    )
    assert "harbour of Bergen" in answer.choices[0].text and answer.object == "text_completion"


def test_21_two_texts_have_two_embeddings_of_unit_length(client: openai.OpenAI) -> None:
    answer = client.embeddings.create(model="text-embedding-3-small", input=["ferry", "train"])
    one, other = (item.embedding for item in answer.data)
    assert len(one) == 1536 and one != other
    assert math.isclose(math.hypot(*one), 1, rel_tol=1e-4) and answer.usage.prompt_tokens == 3


def test_22_dimensions_are_as_asked(client: openai.OpenAI) -> None:
    answer = client.embeddings.create(model="text-embedding-3-large", input="ferry", dimensions=64)
    assert len(answer.data[0].embedding) == 64 and math.isclose(
        math.hypot(*answer.data[0].embedding), 1, rel_tol=1e-4
    )


def test_23_the_same_text_has_the_same_vector(client: openai.OpenAI) -> None:
    answer = client.embeddings.create(model="text-embedding-3-small", input=["ferry", "ferry"])
    assert answer.data[0].embedding == answer.data[1].embedding


def test_24_base64_and_floats_are_equal(client: openai.OpenAI) -> None:
    floats = client.embeddings.create(model="text-embedding-3-small", input="ferry", encoding_format="float")
    assert client.embeddings.create(model="text-embedding-3-small", input="ferry").data[0] == floats.data[0]


def test_25_two_images_are_two_pictures(client: openai.OpenAI) -> None:
    answer = client.images.generate(model="gpt-image-1", prompt="a ferry", n=2, size="1024x1024")
    pictures = [b64decode(image.b64_json or "") for image in answer.data or []]
    assert len(pictures) == 2
    for picture in pictures:
        assert picture.startswith(b"\x89PNG\r\n\x1a\n") and picture[16:24] == (1024).to_bytes(4, "big") * 2


def test_26_speech_plays(client: openai.OpenAI) -> None:
    sound = client.audio.speech.create(model="tts-1", voice="alloy", input=SPEECH, response_format="wav")
    with wave.open(io.BytesIO(sound.content)) as played:
        assert played.getnframes() / played.getframerate() > 0.5
        assert any(played.readframes(played.getnframes()))


def test_27_sound_is_transcribed(client: openai.OpenAI) -> None:
    sound = client.audio.speech.create(model="tts-1", voice="alloy", input=SPEECH, response_format="wav")
    answer = client.audio.transcriptions.create(model="whisper-1", file=("ferry.wav", sound.content))
    assert "ferry.wav" in answer.text


def test_28_violence_is_flagged_and_a_ferry_is_not(client: openai.OpenAI) -> None:
    bad, good = client.moderations.create(input=["I will kill you", "The ferry leaves"]).results
    assert bad.flagged and bad.categories.violence and bad.category_scores.violence > 0.5 and not good.flagged


def test_29_a_file_is_kept_listed_read_and_deleted(client: openai.OpenAI) -> None:
    made = client.files.create(file=("ferry.txt", b"nine o'clock"), purpose="user_data")
    assert (made.bytes, made.filename, made.status) == (12, "ferry.txt", "processed")
    assert [one.id for one in client.files.list()] == [made.id]
    assert client.files.content(made.id).read() == b"nine o'clock"
    assert client.files.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError, match="No such File object"):
        client.files.retrieve(made.id)


def test_30_a_batch_completes_with_its_results(client: openai.OpenAI) -> None:
    line = {
        "custom_id": "a",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": MODEL, "messages": HELLO},
    }
    made = client.files.create(file=("in.jsonl", json.dumps(line).encode()), purpose="batch")
    batch = client.batches.create(
        input_file_id=made.id, endpoint="/v1/chat/completions", completion_window="24h"
    )
    wait_for(lambda: client.batches.retrieve(batch.id).status == "completed", pause_s=0.1)
    [result] = client.files.content(client.batches.retrieve(batch.id).output_file_id or "").text.splitlines()
    told = json.loads(result)
    assert told["custom_id"] == "a" and told["response"]["status_code"] == 200
    assert "harbour of Bergen" in told["response"]["body"]["choices"][0]["message"]["content"]


def test_31_a_vector_store_finds_the_right_file(client: openai.OpenAI) -> None:
    texts = {
        "ferry.txt": "The ferry to Askøy leaves at nine.",
        "train.txt": "The train to Oslo leaves at noon.",
    }
    ids = [
        client.files.create(file=(name, text.encode()), purpose="assistants").id
        for name, text in texts.items()
    ]
    store = client.vector_stores.create(file_ids=ids)
    wait_for(lambda: client.vector_stores.retrieve(store.id).status == "completed")
    first, *_ = client.vector_stores.search(store.id, query="When does the train go to Oslo?")
    assert first.filename == "train.txt" and "noon" in first.content[0].text


def test_32_a_stored_completion_is_found_again(client: openai.OpenAI) -> None:
    made = chat(client, store=True, metadata={"run": "7"})
    others = [chat(client, store=True, metadata={"run": "8"}) for _ in range(2)]
    again = chat(client, store=True, metadata={"run": "7", "more": "x"})
    found = client.chat.completions.list(metadata={"run": "7"}, limit=1)
    assert [one.id for one in found] == [made.id, again.id]  # the SDK turns the pages
    assert [one.id for one in client.chat.completions.list(limit=1)][-3:] == [
        *(one.id for one in others),
        again.id,
    ]
    assert (
        client.chat.completions.retrieve(made.id).choices[0].message.content
        == made.choices[0].message.content
    )
    assert client.chat.completions.messages.list(made.id).data[0].content == HELLO[0]["content"]


def test_33_what_is_wrong_with_a_request_is_said_as_openai_says_it(
    server: Server, client: openai.OpenAI
) -> None:
    with pytest.raises(openai.BadRequestError) as raised:
        client.post("/chat/completions", body={"model": MODEL}, cast_to=object)
    assert (raised.value.code, raised.value.param) == ("missing_required_parameter", "messages")
    assert raised.value.body["message"] == "Missing required parameter: 'messages'."  # type: ignore[index]
    broken = raw(server, b'{"model": "gpt')
    assert broken.status_code == 400
    assert broken.json()["error"]["message"].startswith("We could not parse the JSON body of your request.")


def test_34_an_unknown_url_is_not_found(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match=r"Invalid URL \(POST /v1/chat/completion\)"):
        client.post("/chat/completion", body={}, cast_to=object)


def test_35_a_picture_may_be_part_of_a_message(client: openai.OpenAI) -> None:
    parts = [{"type": "text", "text": "What is this?"}, {"type": "image_url", "image_url": {"url": PIXEL}}]
    answer = chat(client, messages=[{"role": "user", "content": parts}])
    assert "What is this?" in answer.choices[0].message.content and answer.usage.prompt_tokens > 80


def test_36_more_than_a_model_takes_in_is_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="maximum context length is 8192 tokens") as raised:
        chat(client, model="gpt-4", messages=[{"role": "user", "content": "ferry " * 10_000}])
    assert (raised.value.code, raised.value.param) == ("context_length_exceeded", "messages")
