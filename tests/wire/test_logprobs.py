"""Scores: one for each token, with its own bytes, whichever text endpoint is asked; and so they are streamed."""

from typing import Any

import orjson
import pytest

from apps.wire.call import Call
from apps.wire.logprobs import spelt
from apps.wire.response_usage import END_TOKENS
from apps.wire.table import BY_NAME

from .samples import chat_call, chunks

FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467\u200d\U0001f466"
TEXTS = [
    "Foo!",
    f"Hi {FAMILY} na\u00efve \U0001d4b3 <|endoftext|>",
    "internationalization 1234567",
    "\u6f22\u5b57\u3042",
    "",
]


def events(name: str, draft: Any, **data: Any) -> tuple[Any, list[Any]]:
    """The body, and its events as JSON."""
    data = {"model": "gpt-4o", "stream": True, **data}
    call = Call(id="01", caller="ci", method="POST", path="", data=data, received_at=1769092737.5)
    body = BY_NAME[name].fill(draft, call)
    sent = b"".join(BY_NAME[name].frames(body, call))  # type: ignore[misc]
    lines = [line.partition(b"data: ")[2] for line in sent.splitlines()]
    return body, [orjson.loads(line) for line in lines if line[:1] == b"{"]


@pytest.mark.parametrize("text", TEXTS)
def test_a_chat_has_a_score_for_each_token(text: str) -> None:
    draft = {"content": text}
    body = BY_NAME["chat.completions"].fill(draft, chat_call(logprobs=True, top_logprobs=1))
    tokens = body["choices"][0]["logprobs"]["content"]
    assert len(tokens) == body["usage"]["completion_tokens"]
    assert bytes(byte for token in tokens for byte in token["bytes"]).decode() == text
    assert all(token["top_logprobs"][0]["bytes"] == token["bytes"] for token in tokens)
    sent = [chunk["choices"][0] for chunk in chunks(body, logprobs=True) if chunk["choices"]]
    assert "".join(one["delta"].get("content") or "" for one in sent) == text
    assert [token for one in sent if one["logprobs"] for token in one["logprobs"]["content"]] == tokens


def test_a_part_of_a_character_is_told_by_its_bytes() -> None:
    body = BY_NAME["chat.completions"].fill({"content": "\U0001d4b3"}, chat_call(logprobs=True))
    tokens = body["choices"][0]["logprobs"]["content"]
    assert [token["token"] for token in tokens] == [r"\xf0\x9d", r"\x92", r"\xb3"]
    [_, only, _] = chunks(body, logprobs=True)
    assert only["choices"][0]["delta"] == {"content": "\U0001d4b3"}
    assert only["choices"][0]["logprobs"]["content"] == tokens


@pytest.mark.parametrize("text", TEXTS)
def test_a_response_has_a_score_for_each_token(text: str) -> None:
    asked = {"input": "Hi", "include": ["message.output_text.logprobs"]}
    body, sent = events("responses", {"content": text}, **asked)
    tokens = body["output"][0]["content"][0]["logprobs"]
    assert len(tokens) + END_TOKENS == body["usage"]["output_tokens"]
    deltas = [event for event in sent if event["type"] == "response.output_text.delta"]
    assert "".join(event["delta"] for event in deltas) == text
    assert [token for event in deltas for token in event["logprobs"]] == tokens


@pytest.mark.parametrize("text", TEXTS[:-1])
def test_a_text_completion_has_a_score_for_each_token(text: str) -> None:
    body, sent = events(
        "completions", {"text": text}, prompt="Hi", logprobs=1, model="gpt-3.5-turbo-instruct"
    )
    [choice] = body["choices"]
    scores = choice["logprobs"]
    assert len(scores["tokens"]) == body["usage"]["completion_tokens"]
    pieces = [one["choices"][0] for one in sent if one["choices"][0]["logprobs"]]
    assert "".join(one["text"] for one in pieces) == text
    for key, value in scores.items():
        assert [item for one in pieces for item in one["logprobs"][key]] == value
    told = [token for token in scores["tokens"] if token not in text]
    assert all(token.startswith("bytes:") and "\\x" in token for token in told)
    assert bool(told) == (not text.isascii())


@pytest.mark.parametrize(
    "tokens",
    [
        "x",
        ["x"],
        [{"token": "Foo"}],
        [{"token": "x", "bytes": [300]}],
        [{"token": "x", "bytes": [0xF0, 0x9D]}],
        [{"token": "x", "bytes": [0xFF]}],
        [{"token": "x", "bytes": None}],
    ],
)
def test_tokens_that_spell_something_else_are_not_cut_by(tokens: Any) -> None:
    assert spelt(tokens, "Foo!") is None


@pytest.mark.parametrize(
    "offsets",
    [None, "x", [0], [0, "3"], [0, 9], [3, 0], [0, 3]],
    ids=lambda offsets: orjson.dumps(offsets).decode(),
)
def test_an_author_s_tokens_never_change_the_text_of_a_completion(offsets: Any) -> None:
    logprobs = {"tokens": ["bytes:a", "b"], "token_logprobs": [-1, -1], "text_offset": offsets}
    draft = {"object": "text_completion", "choices": [{"text": "Foo!", "logprobs": logprobs}]}
    _, sent = events("completions", draft, prompt="Hi")
    assert "".join(one["choices"][0]["text"] for one in sent) == "Foo!"
