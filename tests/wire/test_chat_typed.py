"""A typed chat completion streams as one that was whole from the start would."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletion, ChatCompletionChunk

from apps.wire.chat import COMPLETIONS
from apps.wire.chat_typed import TypedChunks, whole

from .samples import chat_call

USAGE = {"stream_options": {"include_usage": True}}


def typed(deltas: list[str], **fields: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The whole body, and the chunks."""
    call = chat_call(stream=True, **fields)
    opening = COMPLETIONS.fill({"content": ""}, call)
    chunks = TypedChunks(opening, call)
    body = whole(opening, "".join(deltas), "stop", None, call)
    data = b"".join([chunks.start(), *map(chunks.text, deltas), chunks.end(body)])
    *events, done, rest = data.decode().split("\n\n")
    assert (done, rest) == ("data: [DONE]", "")
    return body, [orjson.loads(event.removeprefix("data: ")) for event in events]


@given(st.lists(st.text(), max_size=5))
def test_the_pieces_are_the_text(deltas: list[str]) -> None:
    body, chunks = typed(deltas)
    for chunk in chunks:
        ChatCompletionChunk.model_validate(chunk, strict=True)
    found = [choice["delta"].get("content") or "" for chunk in chunks for choice in chunk["choices"]]
    assert "".join(found) == "".join(deltas) == body["choices"][0]["message"]["content"]


@pytest.mark.parametrize("fields", [{}, USAGE, {"n": 3}, {"logprobs": True}, {"n": 2, **USAGE}])
def test_the_chunks_are_those_of_the_whole_body(fields: dict[str, Any]) -> None:
    """All but the order in which several choices finish, which nobody can know while one types."""
    body, chunks = typed(["Hello, World!"], **fields)
    ChatCompletion.model_validate(body, strict=True)
    assert COMPLETIONS.is_whole(body) and COMPLETIONS.frames is not None
    call = chat_call(stream=True, **fields)
    *events, done = COMPLETIONS.frames(body, call)
    wanted = [orjson.loads(event.removeprefix(b"data: ")) for event in events]
    for index in range(fields.get("n", 1)):
        assert of(index, chunks) == of(index, wanted)
    assert [chunk.get("usage") for chunk in chunks] == [chunk.get("usage") for chunk in wanted]
    assert done == b"data: [DONE]\n\n"


def of(index: int, chunks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The chunks of one choice, without their random padding."""
    mine = [chunk for chunk in chunks if chunk["choices"] and chunk["choices"][0]["index"] == index]
    return [{key: value for key, value in chunk.items() if key != "obfuscation"} for chunk in mine]
