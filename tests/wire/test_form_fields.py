"""Forms become the JSON that they stand for."""

from apps.wire.catalogue import root
from apps.wire.form_fields import data_of, parts_of

TRANSCRIPTION = root("audio.transcriptions.create", "body")
EDIT = root("images.edit", "body")


def test_texts_become_what_the_operation_takes() -> None:
    data = data_of(
        [("model", "whisper-1"), ("temperature", "0.2"), ("stream", "true"), ("prompt", "12")], TRANSCRIPTION
    )
    assert data == {"model": "whisper-1", "temperature": 0.2, "stream": True, "prompt": "12"}
    assert data_of([("n", "2"), ("prompt", "true")], EDIT) == {"n": 2, "prompt": "true"}


def test_brackets_are_members_and_lists() -> None:
    data = data_of(
        [("timestamp_granularities[]", "word"), ("chunking_strategy[type]", "server_vad")], TRANSCRIPTION
    )
    assert data == {"timestamp_granularities": ["word"], "chunking_strategy": {"type": "server_vad"}}
    assert data_of([("a", "1"), ("a", "2"), ("b[c][d]", "x"), ("e[]", "y")], None) == {
        "a": ["1", "2"],
        "b": {"c": {"d": "x"}},
        "e": ["y"],
    }


def test_odd_names_break_nothing() -> None:
    data_of(
        [("", "x"), ("[", "x"), ("a]", "x"), ("a", "1"), ("a[b]", "2"), ("c[]", "1"), ("c[d]", "2")], EDIT
    )


def test_the_fields_of_an_object_give_it_again() -> None:
    file = {"filename": "a.wav", "content_type": "audio/wav", "bytes": 1, "sha256": "0"}
    data = {
        "file": file,
        "stream": True,
        "include": ["logprobs"],
        "chunking_strategy": {"type": "server_vad"},
    }
    assert parts_of(data) == [
        ("file", file),
        ("stream", "true"),
        ("include[]", "logprobs"),
        ("chunking_strategy[type]", "server_vad"),
    ]
    assert data_of(parts_of(data), TRANSCRIPTION) == data
