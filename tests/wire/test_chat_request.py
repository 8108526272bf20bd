"""A chat request is refused only when nothing could be answered; its gist fits one line."""

from typing import Any

import pytest

from apps.wire.call import Call
from apps.wire.errors import WireError
from apps.wire.shelf import MemoryShelf

from .samples import CHAT, USER, chat_call, completed

check, summary, auto = CHAT.check, CHAT.summary, CHAT.auto

SHELF = MemoryShelf()  # neither of them looks at it


@pytest.mark.parametrize(
    ("data", "param", "code"),
    [
        ({"model": None}, "model", "missing_required_parameter"),
        ({"model": ""}, "model", "missing_required_parameter"),
        ({"model": 5}, "model", "invalid_type"),
        ({"messages": None}, "messages", "missing_required_parameter"),
        ({"messages": "hi"}, "messages", "invalid_type"),
        ({"messages": []}, "messages", "empty_array"),
        ({"messages": [*USER, "hi"]}, "messages[1]", "invalid_type"),
        ({"messages": [{"content": "x"}]}, "messages[0].role", "missing_required_parameter"),
        ({"messages": [{"role": 1}]}, "messages[0].role", "invalid_type"),
        ({"messages": [{"role": "bot"}]}, "messages[0].role", "invalid_value"),
        ({"n": "2"}, "n", "invalid_type"),
        ({"n": True}, "n", "invalid_type"),
        ({"n": 0}, "n", "integer_below_min_value"),
        ({"n": 129}, "n", "integer_above_max_value"),
        ({"stream": "yes"}, "stream", "invalid_type"),
        ({"stream_options": []}, "stream_options", "invalid_type"),
        ({"logprobs": 1}, "logprobs", "invalid_type"),
        ({"top_logprobs": 1.5}, "top_logprobs", "invalid_type"),
        ({"tools": {}}, "tools", "invalid_type"),
        ({"max_tokens": "5"}, "max_tokens", "invalid_type"),
        ({"max_completion_tokens": 1.5}, "max_completion_tokens", "invalid_type"),
        ({"temperature": "hot"}, "temperature", "invalid_type"),
    ],
)
def test_what_cannot_be_used_is_named(data: dict[str, Any], param: str, code: str) -> None:
    with pytest.raises(WireError) as caught:
        check(chat_call(**data))
    assert (caught.value.status, caught.value.param, caught.value.code) == (400, param, code)
    assert f"'{param}'" in caught.value.message or code == "invalid_value"


def test_a_missing_body_misses_its_model() -> None:
    with pytest.raises(WireError, match="Missing required parameter: 'model'"):
        check(Call(id="1", caller="c", method="POST", path="/v1/chat/completions"))


def test_the_rest_passes() -> None:
    check(chat_call(n=128, temperature=1, tools=[], stream=None, top_k=5, logprobs=False, max_tokens=None))
    check(chat_call(messages=[{"role": role} for role in ("system", "developer", "user", "assistant", "tool", "function")]))  # fmt: skip


@pytest.mark.parametrize(
    ("messages", "line"),
    [
        ([{"role": "user", "content": "  one\n two "}], "one two"),
        ([{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}], "a"),
        ([{"role": "user", "content": "a"}, {"role": "tool", "content": "18°C"}], "[tool result] 18°C"),
        ([{"role": "system", "content": "s"}], "s"),
        (
            [
                {
                    "role": "user",
                    "content": [{"type": "text", "text": "see"}, {"type": "image_url", "image_url": {}}],
                }
            ],
            "see [image]",
        ),
        ([{"role": "user", "content": [{"type": "input_audio"}, {"type": "file"}]}], "[audio] [file]"),
        ([{"role": "user", "content": None}], ""),
        ([], ""),
        ("odd", ""),
        ([5], ""),
    ],
)
def test_the_summary_is_the_last_thing_asked(messages: Any, line: str) -> None:
    assert summary(chat_call(messages=messages)) == line


def test_a_long_summary_is_cut() -> None:
    line = summary(chat_call(messages=[{"role": "user", "content": "word " * 1_000_000}]))
    assert len(line) == 200
    assert line.endswith("…")


def test_a_generated_answer_refers_to_what_was_asked_and_is_the_same_again() -> None:
    first, again = auto(chat_call(), SHELF), auto(chat_call(), SHELF)
    assert first == again
    assert "Say hello" in first["content"]
    assert auto(chat_call(seed=5), SHELF)["id"] != first["id"]


def test_a_generated_answer_honours_max_tokens_and_stop() -> None:
    call = chat_call(max_tokens=3)
    assert auto(call, SHELF)["finish_reason"] == "length"
    assert completed(auto(call, SHELF), call=call).completion_tokens == 3
    assert auto(chat_call(stop=["hello"]), SHELF)["content"] == 'This is a mock answer to: "Say '
    assert "finish_reason" not in auto(chat_call(max_tokens=500), SHELF)
