"""Legacy text completions, as their requests ask: no token at all, the prompt said back, scores."""

from typing import Any

import orjson
import pytest

from apps.wire.call import Call
from apps.wire.shelf import MemoryShelf
from apps.wire.table import BY_NAME

from .samples import parse_events

COMPLETIONS = BY_NAME["completions"]


def call_of(**data: Any) -> Call:
    data = {"model": "gpt-3.5-turbo-instruct", "prompt": "hello"} | data
    return Call(
        id="01", caller="ci", method="POST", path="/v1/completions", body=orjson.dumps(data), data=data,
        received_at=1769092737.5,
    )  # fmt: skip


def made(**data: Any) -> tuple[Any, list[Any]]:
    """The body, and its chunks."""
    call = call_of(stream_options={"include_usage": True}, **data)
    COMPLETIONS.check(call)
    body = COMPLETIONS.fill(COMPLETIONS.auto(call, MemoryShelf()), call)
    assert COMPLETIONS.is_whole(body)
    return body, parse_events(b"".join(COMPLETIONS.frames(body, call)))  # type: ignore[misc]


@pytest.mark.parametrize(
    ("asked", "text"), [({}, ""), ({"echo": True}, "hello"), ({"echo": True, "logprobs": 1}, "hello")]
)
def test_no_tokens_are_none(asked: dict[str, Any], text: str) -> None:
    body, chunks = made(max_tokens=0, **asked)
    [choice] = body["choices"]
    assert (choice["text"], choice["finish_reason"]) == (text, "length")
    assert body["usage"] == {"prompt_tokens": 1, "completion_tokens": 0, "total_tokens": 1}
    *parts, last = chunks
    assert "".join(part["choices"][0]["text"] for part in parts) == text
    assert parts[-1]["choices"][0]["finish_reason"] == "length"
    assert last["usage"] == body["usage"]


def test_every_token_has_a_score_since_the_types_of_the_package_allow_no_null() -> None:
    """The real service scores the first token of a prompt that is said back with null."""
    body, _ = made(prompt=["hello there", "hi"], echo=True, logprobs=2, max_tokens=5)
    for choice in body["choices"]:
        scores = choice["logprobs"]
        assert scores["tokens"][0] in ("hello", "hi") and scores["text_offset"][0] == 0
        assert None not in scores["token_logprobs"] and None not in scores["top_logprobs"]
