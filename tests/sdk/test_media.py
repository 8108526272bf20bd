"""Embeddings, moderations, pictures and sound as the real SDK asks for them, against a live server."""

import io
import math
import time
import wave
from base64 import b64decode
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

import openai
import pytest

from apps.wire.audio.formats import wav
from apps.wire.images.png import SIGNATURE
from tests.conftest import Server

HELLO = ("hello.wav", wav(bytes(2 * 24_000 * 3)), "audio/wav")
MODEL = "text-embedding-3-small"


def closeness(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


# Variations and translations are deprecated, and still called.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_texts_that_share_words_are_found_by_their_embeddings(client: openai.OpenAI) -> None:
    texts = ["How do I reset my password?", "Resetting a password", "Invoices are due in March"]
    answer = client.embeddings.create(model=MODEL, input=texts)
    question, near, far = (item.embedding for item in answer.data)
    assert len(question) == 1536 and math.isclose(closeness(question, question), 1, rel_tol=1e-4)
    assert closeness(question, near) > closeness(question, far)
    assert answer.usage.prompt_tokens == 17
    floats = client.embeddings.create(model=MODEL, input=texts[0], encoding_format="float")
    assert floats.data[0].embedding == question  # the SDK asks for base64 by itself
    short = client.embeddings.create(model=MODEL, input=texts[0], dimensions=256)
    assert len(short.data[0].embedding) == 256


def test_a_preset_embedding_comes_as_the_numbers_that_were_written(
    server: Server, connect: Callable[..., openai.OpenAI]
) -> None:
    server.queue("vectors", {"embedding": [0.5, -0.25]}, endpoint="embeddings")
    answer = connect(caller="vectors").embeddings.create(model=MODEL, input=["a", "b"])
    assert [item.embedding for item in answer.data] == [[0.5, -0.25]] * 2


def test_a_hundred_embeddings_come_at_once(client: openai.OpenAI) -> None:
    """Below 20 ms on a machine of its own; this one has others to serve."""
    texts = [
        f"Paragraph {index} about refunds, billing and delivery of order {index * 7}" for index in range(100)
    ]
    client.embeddings.create(model=MODEL, input=texts)
    took_s = []
    for _ in range(5):
        began_s = time.perf_counter()
        assert len(client.embeddings.create(model=MODEL, input=texts).data) == 100
        took_s.append(time.perf_counter() - began_s)
    assert min(took_s) < 0.5


def test_too_long_a_text_is_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="maximum input length is 8192 tokens"):
        client.embeddings.create(model=MODEL, input="word " * 9000)


def test_a_moderation_flags_what_is_on_its_list_or_as_a_preset_says(
    server: Server, connect: Callable[..., openai.OpenAI]
) -> None:
    client = connect(caller="moderated")
    answer = client.moderations.create(input=["Good morning", "I will kill you"])
    assert [one.flagged for one in answer.results] == [False, True]
    assert answer.results[1].categories.harassment_threatening
    server.queue("moderated", {"flagged": True, "categories": {"hate": True}}, endpoint="moderations")
    [result] = client.moderations.create(input="Good morning").results
    assert result.flagged and result.categories.hate and result.category_scores.hate > 0.5


def test_pictures_come_inline_or_behind_links(client: openai.OpenAI) -> None:
    inline = client.images.generate(model="gpt-image-1", prompt="A red fox", n=2, size="1024x1024")
    assert inline.data and len(inline.data) == 2 and inline.usage
    assert all(b64decode(one.b64_json or "").startswith(SIGNATURE) for one in inline.data)
    linked = client.images.generate(model="dall-e-3", prompt="A red fox", size="1792x1024")
    assert linked.data
    with urlopen(linked.data[0].url or "") as answer:
        assert answer.headers["content-type"] == "image/png"
        assert answer.read().startswith(SIGNATURE)


def test_a_picture_is_edited_and_varied(client: openai.OpenAI) -> None:
    first = client.images.generate(model="gpt-image-1", prompt="A red fox").data
    png = b64decode(first[0].b64_json or "") if first else b""
    edited = client.images.edit(
        model="gpt-image-1", prompt="In snow", image=[("fox.png", png), ("b.png", png)]
    )
    assert edited.data and edited.data[0].b64_json and edited.usage
    assert edited.usage.input_tokens_details.image_tokens == 2 * 323
    varied = client.images.create_variation(
        image=("fox.png", png), model="dall-e-2", n=2, response_format="b64_json"
    )
    assert varied.data and len({one.b64_json for one in varied.data}) == 2


def test_a_picture_streams(client: openai.OpenAI) -> None:
    stream = client.images.generate(model="gpt-image-1", prompt="A red fox", stream=True, partial_images=2)
    events = list(stream)
    assert [event.type for event in events] == ["image_generation.partial_image"] * 2 + [
        "image_generation.completed"
    ]
    assert len({event.b64_json for event in events}) == 3


def test_speech_plays_and_streams(client: openai.OpenAI) -> None:
    asked: dict[str, Any] = {
        "model": "gpt-4o-mini-tts",
        "voice": "coral",
        "input": "Hello there, how are you?",
    }
    answer = client.audio.speech.create(**asked, response_format="wav")
    assert answer.response.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.read())) as sound:
        assert sound.getnframes() / sound.getframerate() > 1
    with client.audio.speech.with_streaming_response.create(**asked) as streamed:
        data = b"".join(streamed.iter_bytes())
    assert data[:2] == b"\xff\xf3" and streamed.headers["content-type"] == "audio/mpeg"


def test_what_was_heard_comes_in_every_form(client: openai.OpenAI) -> None:
    listen = client.audio.transcriptions.create
    assert "hello.wav" in listen(model="whisper-1", file=HELLO).text
    assert listen(model="whisper-1", file=HELLO, response_format="srt").startswith("1\n00:00:00,000 --> ")
    verbose = listen(
        model="whisper-1",
        file=HELLO,
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
    )
    assert verbose.duration == 3 and verbose.words and verbose.segments and verbose.segments[-1].end == 3
    spoken = listen(
        model="gpt-4o-transcribe-diarize",
        file=HELLO,
        response_format="diarized_json",
        chunking_strategy="auto",
    )
    assert [one.speaker for one in spoken.segments] == ["A", "B"]
    assert "hello.wav" in client.audio.translations.create(model="whisper-1", file=HELLO).text


def test_what_was_heard_streams_as_a_preset_has_it(
    server: Server, connect: Callable[..., openai.OpenAI]
) -> None:
    server.queue("listener", {"text": "One two three. Four."}, endpoint="audio.transcriptions")
    events = list(
        connect(caller="listener").audio.transcriptions.create(
            model="gpt-4o-transcribe", file=HELLO, stream=True
        )
    )
    assert (
        "".join(event.delta for event in events if event.type == "transcript.text.delta")
        == "One two three. Four."
    )
    assert events[-1].type == "transcript.text.done" and events[-1].text == "One two three. Four."
