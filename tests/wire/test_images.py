"""Images: real PNGs of the asked size, the same for the same prompt, inline or behind a link, streamed or whole."""

import struct
import zlib
from base64 import b64decode
from typing import Any

import orjson
import pytest
from hypothesis import given

from apps.wire.call import Call
from apps.wire.errors import WireError
from apps.wire.images import EDIT, GENERATE, VARIATION
from apps.wire.images.drawing import draw
from apps.wire.images.png import SIGNATURE, Size

from .samples import json_values

UPLOAD = {"filename": "cat.png", "content_type": "image/png", "bytes": 100, "sha256": "ab" * 32}


def call_of(**data: Any) -> Call:
    data = {"model": "gpt-image-1", "prompt": "A red fox"} | data
    headers = (("host", "mock.example.org:8443"), ("x-forwarded-proto", "https"))
    return Call(
        id="01", caller="ci", method="POST", path="/v1/images/generations", data=data, headers=headers
    )


def answer(draft: dict[str, Any], **data: Any) -> dict[str, Any]:
    GENERATE.check(call_of(**data))
    body = GENERATE.fill(draft, call_of(**data))
    assert GENERATE.is_whole(body)
    return body


def pixels(data: bytes) -> tuple[Size, list[bytes], set[bytes]]:
    """The size, the rows of a PNG, and its chunks, checked: each with its checksum."""
    assert data.startswith(SIGNATURE)
    at, chunks = len(SIGNATURE), {}
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack_from(">I", data, at + 8 + length) == (zlib.crc32(name + content),)
        chunks[name] = content
        at += 12 + length
    size = Size(*struct.unpack_from(">II", chunks[b"IHDR"]))
    raw = zlib.decompress(chunks[b"IDAT"])
    rows = [raw[start + 1 : start + 1 + size.width] for start in range(0, len(raw), size.width + 1)]
    assert len(rows) == size.height and max(max(row) for row in rows) < len(chunks[b"PLTE"]) // 3
    return size, rows, set(chunks)


@pytest.mark.parametrize("text", ["1024x1024", "1536x1024", "256x256", "16x48"])
def test_a_picture_is_a_real_png_of_the_asked_size(text: str) -> None:
    body = answer({}, size=text, model="gpt-image-2")
    size, _, _ = pixels(b64decode(body["data"][0]["b64_json"]))
    assert str(size) == text == body["size"]


def test_the_same_prompt_has_the_same_picture_and_n_pictures_differ() -> None:
    first, second = answer({}, n=2)["data"]
    assert first != second
    assert answer({})["data"] == [first]
    assert answer({}, prompt="A blue fox")["data"] != [first]


def test_a_transparent_background_leaves_the_sky_out() -> None:
    body = answer({}, background="transparent")
    _, rows, chunks = pixels(b64decode(body["data"][0]["b64_json"]))
    assert b"tRNS" in chunks and body["background"] == "transparent"
    assert rows[0][0] == 0


def test_auto_becomes_what_was_taken() -> None:
    body = answer({}, size="auto", quality="auto", background="auto")
    assert (body["size"], body["quality"], body["background"]) == ("1024x1024", "medium", "opaque")
    assert body["usage"]["output_tokens"] == 1056
    assert body["usage"]["input_tokens"] == 3
    assert body["usage"]["total_tokens"] == 1059


def test_a_format_that_is_not_made_here_is_said_to_be_png() -> None:
    body = answer({}, output_format="webp")
    assert body["output_format"] == "png"
    assert b64decode(body["data"][0]["b64_json"]).startswith(SIGNATURE)


def test_a_retired_model_gives_links_and_prompts_of_its_own() -> None:
    body = answer({}, model="dall-e-3", prompt="A red fox, please!")
    [item] = body["data"]
    assert item["revised_prompt"] == "A red fox, please!"
    assert item["url"].startswith("https://mock.example.org:8443/pictures/1024x1024/")
    assert item["url"].endswith("/A-red-fox-please.png")
    assert set(body) == {"created", "data"}
    assert "b64_json" in answer({}, model="dall-e-2", response_format="b64_json")["data"][0]


def test_a_preset_gives_its_own_pictures() -> None:
    assert (
        answer({"url": "https://example.org/a.png"}, n=2)["data"]
        == [{"url": "https://example.org/a.png"}] * 2
    )
    assert answer({"data": ["aGk=", "http://x/y.png"]})["data"] == [
        {"b64_json": "aGk="},
        {"url": "http://x/y.png"},
    ]
    item = answer({"revised_prompt": "finer"}, model="dall-e-3")["data"][0]
    assert item["revised_prompt"] == "finer" and "url" in item
    assert answer({"usage": {"total_tokens": 5}})["usage"]["total_tokens"] == 5


def events(endpoint: Any, **data: Any) -> list[tuple[str, Any]]:
    call = call_of(stream=True, **data)
    frames = b"".join(endpoint.frames(endpoint.fill({}, call), call)).decode().strip().split("\n\n")
    lines = [frame.split("\n") for frame in frames]
    return [(name.removeprefix("event: "), orjson.loads(text.removeprefix("data: "))) for name, text in lines]


def test_a_stream_has_unfinished_pictures_and_then_the_finished_one() -> None:
    told = events(GENERATE, partial_images=2, size="1024x1536")
    assert [name for name, _ in told] == ["image_generation.partial_image"] * 2 + [
        "image_generation.completed"
    ]
    assert all(name == data["type"] for name, data in told)
    assert [data["partial_image_index"] for _, data in told[:2]] == [0, 1]
    shown = {data["b64_json"] for _, data in told}
    assert len(shown) == 3
    assert {str(pixels(b64decode(text))[0]) for text in shown} == {"1024x1536"}
    assert told[-1][1]["usage"]["output_tokens"] > 0
    assert [name for name, _ in events(EDIT, image=UPLOAD)] == ["image_edit.completed"]


def test_an_edit_needs_a_picture_and_depends_on_it() -> None:
    EDIT.check(call_of(image=[UPLOAD]))
    VARIATION.check(Call(id="1", caller="ci", method="POST", path="", data={"image": UPLOAD}))
    with pytest.raises(WireError, match="Missing required parameter: 'image'"):
        EDIT.check(call_of())
    one, other = (EDIT.fill({}, call_of(image=[UPLOAD | {"sha256": text}])) for text in ("a", "b"))
    assert one["data"] != other["data"]
    assert one["usage"]["input_tokens_details"]["image_tokens"] > 0


@pytest.mark.parametrize(
    ("data", "param", "code"),
    [
        ({"prompt": None}, "prompt", "missing_required_parameter"),
        ({"prompt": ""}, "prompt", "empty_string"),
        ({"prompt": "x" * 32_001}, "prompt", "string_above_max_length"),
        ({"n": 0}, "n", "integer_below_min_value"),
        ({"n": 11}, "n", "integer_above_max_value"),
        ({"n": "2"}, "n", "invalid_type"),
        ({"size": "2000x2000"}, "size", "invalid_value"),
        ({"size": "huge", "model": "other"}, "size", "invalid_value"),
        ({"partial_images": 4}, "partial_images", "integer_above_max_value"),
        ({"model": "dall-e-3", "n": 2}, "n", None),
        ({"response_format": "file"}, "response_format", "invalid_value"),
    ],
)
def test_wrong_requests_are_refused(data: dict[str, Any], param: str, code: str | None) -> None:
    with pytest.raises(WireError) as caught:
        GENERATE.check(call_of(**data))
    assert (caught.value.param, caught.value.code) == (param, code)


@given(json_values)
def test_no_draft_makes_it_fail(value: Any) -> None:
    for draft in ({"data": value}, {"url": value}, {"usage": value, "created": value}):
        body = GENERATE.fill(draft, call_of(size="16x16", model="x"))
        list(GENERATE.frames(body, call_of(size="16x16", model="x")))  # type: ignore[misc]


def test_a_call_is_summed_up_by_its_prompt_and_its_pictures() -> None:
    assert GENERATE.summary(call_of()) == "A red fox"
    assert EDIT.summary(call_of(image=[UPLOAD])) == "A red fox [cat.png]"


def test_a_word_too_long_for_the_picture_is_left_out() -> None:
    assert draw("s", "x" * 60, Size(64, 64)) == draw("s", "", Size(64, 64))
