"""Audio: files of the asked format and length, and what was heard in every form that can be asked for."""

import base64
import io
import struct
import wave
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.wire.audio import SPEECH, TRANSCRIPTIONS, TRANSLATIONS
from apps.wire.audio.formats import CONTENT_TYPES, audio, wav
from apps.wire.audio.length import seconds_of
from apps.wire.call import Call, Upload
from apps.wire.errors import WireError
from apps.wire.form_fields import describe
from apps.wire.shelf import MemoryShelf

from .samples import json_values

TEXT = "Hello there. How are you?"
SECOND = Upload("hello.wav", "audio/wav", wav(bytes(2 * 24_000 * 6)))  # six of them


def speech_call(**data: Any) -> Call:
    data = {"model": "gpt-4o-mini-tts", "voice": "alloy", "input": TEXT} | data
    return Call(id="01", caller="ci", method="POST", path="/v1/audio/speech", data=data)


def heard_call(upload: Upload = SECOND, **data: Any) -> Call:
    data = {"model": "whisper-1", "file": describe(upload)} | data
    return Call(id="01", caller="ci", method="POST", path="/v1/audio", data=data, files={"file": [upload]})


def spoken(**data: Any) -> tuple[str, bytes]:
    call = speech_call(**data)
    SPEECH.check(call)
    body = SPEECH.fill(SPEECH.auto(call, MemoryShelf()), call)
    assert SPEECH.is_whole(body)
    raw = SPEECH.raw(body, call)  # type: ignore[misc]
    assert raw is not None and raw.data is not None
    return raw.content_type, raw.data


def heard(draft: dict[str, Any] | None = None, *, endpoint: Any = TRANSCRIPTIONS, **data: Any) -> Any:
    """The answer: the body, or the text of a format that is no JSON."""
    call = heard_call(**data)
    endpoint.check(call)
    body = endpoint.fill(draft or endpoint.auto(call, MemoryShelf()), call)
    raw = endpoint.raw(body, call)
    return raw.data.decode() if raw else body


def test_speech_is_as_long_as_its_text_takes_to_say() -> None:
    kind, data = spoken(response_format="wav")
    with wave.open(io.BytesIO(data)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (24_000, 1, 2)
        length_s = sound.getnframes() / sound.getframerate()
    assert kind == "audio/wav" and length_s == pytest.approx(len(TEXT) / 15, abs=0.05)
    assert len(spoken(response_format="pcm", speed=2)[1]) == pytest.approx(length_s * 24_000, rel=0.02)
    assert len(spoken(response_format="wav", input="x" * 4096)[1]) == 44 + 60 * 48_000


def test_speech_is_no_silence_and_every_voice_has_its_own() -> None:
    samples = struct.unpack("<24000h", audio("pcm", "nova", 1.0))
    assert 3000 < max(samples) < 32_000
    assert audio("pcm", "nova", 1.0) != audio("pcm", "onyx", 1.0)


@pytest.mark.parametrize(
    ("form", "start"),
    [("mp3", b"\xff\xf3"), ("aac", b"\xff\xf1"), ("opus", b"OggS"), ("flac", b"fLaC"), ("wav", b"RIFF")],
)
@pytest.mark.parametrize("length_s", [0.5, 3.7])
def test_each_format_is_a_file_of_its_kind_that_says_its_length(
    form: str, start: bytes, length_s: float
) -> None:
    data = audio(form, "alloy", length_s)
    assert data.startswith(start)
    if form != "aac":  # whose files do not say it
        assert seconds_of(data) == pytest.approx(length_s, abs=0.03)


def test_mp3_is_what_comes_when_no_format_is_asked_for() -> None:
    assert spoken()[0] == "audio/mpeg"
    assert {spoken(response_format=form)[0] for form in CONTENT_TYPES} == set(CONTENT_TYPES.values())


def test_speech_may_leave_as_events() -> None:
    call = speech_call(stream_format="sse", response_format="wav")
    body = SPEECH.fill({}, call)
    events = [orjson.loads(one[6:]) for one in b"".join(SPEECH.frames(body, call)).split(b"\n\n")[:-1]]  # type: ignore[misc,arg-type]
    assert {one["type"] for one in events[:-1]} == {"speech.audio.delta"}
    assert b"".join(base64.b64decode(one["audio"]) for one in events[:-1]) == SPEECH.raw(body, call).data  # type: ignore[misc,union-attr]
    assert events[-1]["type"] == "speech.audio.done" and events[-1]["usage"]["input_tokens"] > 0


def test_a_preset_speaks_other_words_or_brings_its_own_file() -> None:
    call = speech_call(response_format="wav")
    longer = SPEECH.fill({"text": "x" * 150}, call)
    assert longer["seconds"] == 10
    own = SPEECH.fill({"base64": base64.b64encode(b"abc").decode()}, call)
    assert SPEECH.raw(own, call) == ("audio/wav", b"abc", "")  # type: ignore[misc]
    assert SPEECH.raw({"base64": "?", "content_type": "audio/wav"}, call) is None  # type: ignore[misc]


@pytest.mark.parametrize(
    ("data", "param", "code"),
    [
        ({"input": None}, "input", "missing_required_parameter"),
        ({"input": ""}, "input", "empty_string"),
        ({"input": "x" * 4097}, "input", "string_above_max_length"),
        ({"voice": "bob"}, "voice", "invalid_value"),
        ({"speed": 5}, "speed", "decimal_above_max_value"),
        ({"speed": "1"}, "speed", "invalid_type"),
        ({"response_format": "ogg"}, "response_format", "invalid_value"),
    ],
)
def test_wrong_requests_to_speak_are_refused(data: dict[str, Any], param: str, code: str) -> None:
    with pytest.raises(WireError) as caught:
        SPEECH.check(speech_call(**data))
    assert (caught.value.param, caught.value.code) == (param, code)


def test_a_custom_voice_is_taken() -> None:
    SPEECH.check(speech_call(voice={"id": "voice_1"}))


def test_a_transcription_names_its_file_and_counts_its_seconds() -> None:
    body = heard()
    assert "hello.wav" in body["text"]
    assert body["usage"] == {"type": "duration", "seconds": 6}
    assert heard(model="gpt-4o-transcribe")["usage"]["input_token_details"]["audio_tokens"] == 60


def test_a_verbose_one_has_segments_and_words_up_to_the_end_of_the_file() -> None:
    body = heard(
        {"text": TEXT},
        response_format="verbose_json",
        language="fr",
        timestamp_granularities=["word", "segment"],
    )
    assert (body["language"], body["duration"], body["task"]) == ("french", 6.0, "transcribe")
    assert [one["text"] for one in body["segments"]] == ["Hello there.", " How are you?"]
    assert [one["word"] for one in body["words"]] == ["Hello", "there", "How", "are", "you"]
    assert body["segments"][0]["start"] == 0 and body["segments"][-1]["end"] == body["words"][-1]["end"] == 6
    assert "words" not in heard(response_format="verbose_json")


def test_subtitles_and_text_are_no_json() -> None:
    assert heard({"text": TEXT}, response_format="text") == TEXT + "\n"
    assert heard({"text": TEXT}, response_format="srt").startswith(
        "1\n00:00:00,000 --> 00:00:02,880\nHello there.\n\n2\n00:00:02,880 --> 00:00:06,000\nHow are you?\n"
    )
    assert heard({"text": TEXT}, response_format="vtt").startswith(
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.880\n"
    )


def test_speakers_take_turns() -> None:
    diarized = {"model": "gpt-4o-transcribe-diarize", "response_format": "diarized_json"}
    body = heard({"text": TEXT}, **diarized, known_speaker_names=["agent"])
    assert [(one["speaker"], one["text"]) for one in body["segments"]] == [
        ("agent", "Hello there."),
        ("agent", "How are you?"),
    ]
    assert [one["speaker"] for one in heard({"text": TEXT}, **diarized)["segments"]] == ["A", "B"]


def test_a_transcription_streams_but_not_whispers() -> None:
    call = heard_call(model="gpt-4o-transcribe", stream=True, include=["logprobs"])
    body = TRANSCRIPTIONS.fill({"text": TEXT}, call)
    events = [
        orjson.loads(one[6:]) for one in b"".join(TRANSCRIPTIONS.frames(body, call)).split(b"\n\n")[:-1]
    ]  # type: ignore[misc,arg-type]
    assert "".join(one["delta"] for one in events[:-1]) == events[-1]["text"] == TEXT
    assert events[-1]["type"] == "transcript.text.done" and events[0]["logprobs"]
    assert TRANSCRIPTIONS.frames(body, heard_call(stream=True)) is None  # type: ignore[misc]


def test_a_translation_is_english_and_has_no_usage() -> None:
    assert list(heard(endpoint=TRANSLATIONS)) == ["text"]
    body = heard(endpoint=TRANSLATIONS, response_format="verbose_json", language="fr")
    assert (body["language"], body["task"]) == ("english", "translate")


def refusal(**data: Any) -> WireError:
    with pytest.raises(WireError) as caught:
        TRANSCRIPTIONS.check(heard_call(**data))
    return caught.value


def test_wrong_requests_to_listen_are_refused() -> None:
    assert refusal(file=None).message == "Missing required parameter: 'file'."
    assert refusal(model="").code == "missing_required_parameter"
    assert refusal(response_format="xml").code == "invalid_value"
    assert refusal(model="gpt-4o-transcribe", response_format="srt").code == "unsupported_value"
    assert refusal(file=describe(Upload("a.wav", "", b""))).code == "audio_too_short"
    assert "Invalid file format" in refusal(file=describe(Upload("a.txt", "", b"x"))).message


@given(
    st.binary(max_size=60),
    st.sampled_from([b"", b"RIFF\0\0\0\0WAVEfmt ", b"fLaC", b"OggS", b"ID3", b"\xff\xf3"]),
)
def test_the_length_of_anything_is_a_number(data: bytes, start: bytes) -> None:
    assert seconds_of(start + data) >= 0.1


@given(json_values)
def test_no_draft_makes_it_fail(value: Any) -> None:
    drafts = [
        {"text": value, "duration": value},
        {"segments": value, "text": "a"},
        {"seconds": value},
        {"base64": value},
    ]
    for draft in drafts:
        for form in ("json", "text", "srt", "vtt", "verbose_json", "diarized_json"):
            for endpoint in (TRANSCRIPTIONS, TRANSLATIONS):
                call = heard_call(response_format=form, stream=True)
                body = endpoint.fill(draft, call)
                endpoint.raw(body, call)  # type: ignore[misc]
                assert TRANSCRIPTIONS.frames is not None
                list(TRANSCRIPTIONS.frames(body, call._replace(data=call.data | {"model": "x"})) or ())
        SPEECH.raw(SPEECH.fill(draft, speech_call()), speech_call())  # type: ignore[misc]


def test_a_call_is_summed_up_by_its_words_or_its_file() -> None:
    assert SPEECH.summary(speech_call()) == TEXT
    assert TRANSCRIPTIONS.summary(heard_call(prompt="names")) == "[hello.wav] names"
