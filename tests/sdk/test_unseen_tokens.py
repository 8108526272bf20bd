"""What automatic answers cost beside their text, as the real SDK reads it: thoughts, predictions, sound."""

from base64 import b64decode
from typing import Any

import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from apps.wire.audio.length import seconds_of
from tests.conftest import start_server

HELLO: Any = [{"role": "user", "content": "Hello?"}]
ANSWER = 'This is a mock answer to: "Hello?"'
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh")
MAGIC = {"wav": b"RIFF", "flac": b"fLaC", "opus": b"OggS", "mp3": b"\xff", "aac": b"\xff"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One that answers by itself what no preset does."""
    server = start_server(tmp_path_factory.mktemp("auto"), MOCKOPENAI_FALLBACK="auto")
    yield server
    server.stop()


def ask(client: openai.OpenAI, model: str = "gpt-4o", **options: Any) -> ChatCompletion:
    answer: ChatCompletion = client.chat.completions.create(model=model, messages=HELLO, **options)
    ChatCompletion.model_validate(answer.model_dump(), strict=True)
    return answer


def pieces(client: openai.OpenAI, model: str = "gpt-4o", **options: Any) -> list[ChatCompletionChunk]:
    options["stream_options"] = {"include_usage": True}
    return list(client.chat.completions.create(model=model, messages=HELLO, stream=True, **options))


def details(usage: Any) -> Any:
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens
    return usage.completion_tokens_details


# --- reasoning ---------------------------------------------------------------------------------


@pytest.mark.parametrize("model", ["o1", "o3-mini", "o4-mini", "gpt-5", "gpt-5-nano-2025-08-07"])
def test_reasoning_models_think_and_others_do_not(client: openai.OpenAI, model: str) -> None:
    usage, plain = ask(client, model).usage, ask(client).usage
    assert details(usage).reasoning_tokens == 192 and details(plain).reasoning_tokens == 0
    assert usage is not None and plain is not None
    assert usage.completion_tokens == plain.completion_tokens + 192
    assert details(pieces(client, model)[-1].usage).reasoning_tokens == 192
    response = client.responses.create(model=model, input="Hello?")
    assert response.usage is not None and response.usage.output_tokens_details.reasoning_tokens == 192
    assert response.usage.output_tokens == 192 + 11


def test_thoughts_grow_with_the_effort(client: openai.OpenAI) -> None:
    chat = [details(ask(client, "gpt-5", reasoning_effort=one).usage).reasoning_tokens for one in EFFORTS]
    assert chat == [0, 0, 64, 192, 448, 960]
    for effort, tokens in zip(EFFORTS, chat, strict=True):
        with client.responses.stream(model="gpt-5", input="Hi", reasoning={"effort": effort}) as stream:  # type: ignore[typeddict-item]
            stream.until_done()
            usage: Any = stream.get_final_response().usage
        assert usage.output_tokens_details.reasoning_tokens == tokens
        assert usage.output_tokens > tokens
    twice = ask(client, "gpt-5", n=2).usage
    assert details(twice).reasoning_tokens == 2 * 192


def test_thoughts_stay_within_the_limit(client: openai.OpenAI) -> None:
    answer = ask(client, "o3", max_completion_tokens=12)
    assert answer.usage is not None and answer.usage.completion_tokens <= 12
    assert details(answer.usage).reasoning_tokens == 6 and answer.choices[0].finish_reason == "length"
    response = client.responses.create(model="o3", input="Tell me", max_output_tokens=16)
    assert response.status == "incomplete" and response.usage is not None
    assert response.usage.output_tokens <= 16 and response.usage.output_tokens_details.reasoning_tokens == 8


# --- predictions -------------------------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("predicted", "is_accepted", "is_rejected"),
    [
        (ANSWER, True, False),
        ([{"type": "text", "text": ANSWER}], True, False),
        ("Something else entirely", False, True),
        ('This is a mock answer to: "Good morning?"', True, True),
    ],
)
def test_a_prediction_is_counted_against_the_answer(
    client: openai.OpenAI, predicted: Any, is_accepted: bool, is_rejected: bool, stream: bool
) -> None:
    prediction: Any = {"type": "content", "content": predicted}
    call = pieces if stream else ask
    made: Any = call(client, prediction=prediction)
    usage = made[-1].usage if stream else made.usage
    spent, plain = details(usage), ask(client).usage
    assert bool(spent.accepted_prediction_tokens) is is_accepted
    assert bool(spent.rejected_prediction_tokens) is is_rejected
    assert plain is not None
    assert usage.completion_tokens == plain.completion_tokens + spent.rejected_prediction_tokens
    if not is_rejected:
        assert spent.accepted_prediction_tokens == plain.completion_tokens


# --- sound -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["wav", "mp3", "flac", "opus", "aac", "pcm16"])
def test_an_answer_is_spoken(client: openai.OpenAI, form: str) -> None:
    audio: Any = {"voice": "alloy", "format": form}
    answer = ask(client, "gpt-audio", modalities=["text", "audio"], audio=audio, store=True)
    message = answer.choices[0].message
    assert message.content is None and message.audio is not None
    assert message.audio.id.startswith("audio_") and message.audio.transcript == ANSWER
    assert message.audio.expires_at > answer.created
    data = b64decode(message.audio.data, validate=True)
    if form == "pcm16":
        assert len(data) / 48_000 == pytest.approx(len(ANSWER) / 15, abs=0.01)
    else:
        assert data.startswith(MAGIC[form])
    if form in ("wav", "flac", "opus"):
        assert seconds_of(data) == pytest.approx(len(ANSWER) / 15, abs=0.1)
    spent, plain = details(answer.usage), ask(client).usage
    assert spent.audio_tokens == 45 and plain is not None and answer.usage is not None
    assert answer.usage.completion_tokens == plain.completion_tokens + spent.audio_tokens
    assert client.chat.completions.retrieve(answer.id).choices == answer.choices


def test_a_spoken_answer_is_streamed(client: openai.OpenAI) -> None:
    audio: Any = {"voice": "alloy", "format": "pcm16"}
    options: Any = {"modalities": ["text", "audio"], "audio": audio}
    chunks = pieces(client, "gpt-audio", **options)
    deltas = [chunk.choices[0].delta for chunk in chunks if chunk.choices]
    sounds: list[Any] = [delta.audio for delta in deltas if delta.audio]
    assert deltas[0].role == "assistant" and not any(delta.content for delta in deltas)
    assert [one.id for one in sounds if one.id] == [sounds[0].id] and sounds[0].id.startswith("audio_")
    assert "".join(one.transcript or "" for one in sounds) == ANSWER
    data = b"".join(b64decode(one.data, validate=True) for one in sounds if one.data)
    assert len(data) / 48_000 == pytest.approx(len(ANSWER) / 15, abs=0.01)
    assert sounds[-1].expires_at > chunks[0].created and sounds[-1].data is None
    assert chunks[-2].choices[0].finish_reason == "stop"
    whole = ask(client, "gpt-audio", **options)
    assert whole.choices[0].message.audio is not None
    assert b64decode(whole.choices[0].message.audio.data) == data
    assert details(chunks[-1].usage).audio_tokens == details(whole.usage).audio_tokens == 45


def test_only_pcm16_can_be_streamed(client: openai.OpenAI) -> None:
    audio: Any = {"voice": "alloy", "format": "wav"}
    with pytest.raises(openai.BadRequestError, match="Supported values are: 'pcm16'") as caught:
        pieces(client, "gpt-audio", modalities=["text", "audio"], audio=audio)
    assert caught.value.param == "audio.format"


def test_what_only_text_is_asked_of_is_not_spoken(client: openai.OpenAI) -> None:
    message = ask(client, modalities=["text"]).choices[0].message
    assert message.content == ANSWER and message.audio is None


def test_a_preset_is_not_touched(server: Any, client: openai.OpenAI) -> None:
    server.queue("sdk", {"content": "Hi"}, {"content": "Hi"})
    asked: Any = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}
    message = ask(client, "o3", **asked).choices[0].message
    assert message.content == "Hi" and message.audio is None
    assert (
        details(ask(client, "o3", prediction={"type": "content", "content": "Hi"}).usage).reasoning_tokens
        == 0
    )
