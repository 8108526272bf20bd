"""A draft becomes a reply: whole bodies as written, the rest completed, nothing overwritten."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.wire.complete import complete
from apps.wire.reply import Draft, Pace
from apps.wire.shelf import MemoryShelf

from .samples import CHAT, chat_call, completed, json_values

WHOLE = (
    b'{ "object":"chat.completion", "id":"x", "created":1, "model":"m", "choices":[{"index":0, '
    b'"message":{"role":"assistant","content":"hi"}, "finish_reason":"stop"}], "mine":1.50 }'
)
KEYS = ["message", "type", "param", "code"]

SHELF = MemoryShelf()  # neither of them looks at it


def error_of(body: Any, status: int) -> dict[str, Any]:
    reply = completed(body, status=status)
    error = orjson.loads(reply.body)["error"]
    assert reply.status == status
    assert list(error)[:4] == KEYS
    return error  # type: ignore[no-any-return]


def test_a_whole_body_goes_out_as_the_same_bytes() -> None:
    assert complete(Draft(body=WHOLE), chat_call(n=3, logprobs=True), CHAT).body is WHOLE


def test_a_short_form_is_completed_and_its_tokens_noted() -> None:
    reply = completed({"content": "Hello, World!"})
    body = orjson.loads(reply.body)
    assert body["choices"][0]["message"]["content"] == "Hello, World!"
    assert (reply.prompt_tokens, reply.completion_tokens) == (9, 4)
    assert body["usage"]["total_tokens"] == 13


def test_everything_else_of_the_draft_is_kept() -> None:
    draft = Draft(
        body=b"{}", status=201, headers=(("a", "b"),), delay_ms=5, pace=Pace(1, 2), x_should_retry=True
    )
    reply = complete(draft, chat_call(), CHAT)
    kept = (reply.status, reply.headers, reply.delay_ms, reply.pace, reply.x_should_retry)
    assert kept == (201, (("a", "b"),), 5, Pace(1, 2), True)


def test_verbatim_is_sent_as_it_is() -> None:
    for status in (200, 429):
        reply = complete(Draft(body=b'{"content" :1.0}', status=status, verbatim=True), chat_call(), CHAT)
        assert (reply.body, reply.verbatim) == (b'{"content" :1.0}', True)


@pytest.mark.parametrize("status", [204, 205, 304])
def test_some_statuses_have_no_body(status: int) -> None:
    assert completed({"content": "x"}, status=status).body == b""
    assert completed({"content": "x"}, status=status, verbatim=True).body == b""


@pytest.mark.parametrize(
    "body", [{"error": {"message": "slow down"}}, {"error": "slow down"}, {"content": "slow down"}]
)
def test_an_error_with_only_a_message_gets_type_and_code_by_status(body: Any) -> None:
    assert error_of(body, 429) == {
        "message": "slow down",
        "type": "requests",
        "param": None,
        "code": "rate_limit_exceeded",
    }
    assert error_of(body, 500)["type"] == "server_error"
    assert error_of(body, 418)["type"] == "invalid_request_error"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 418, 429, 500, 502, 503, 504, 599])
def test_an_empty_error_has_a_message_for_its_status(status: int) -> None:
    assert error_of({}, status)["message"]
    assert error_of({"error": {}}, status)["message"]


def test_what_the_author_of_an_error_set_stays() -> None:
    error = error_of({"error": {"code": "mine", "extra": 1}}, 429)
    assert (error["code"], error["extra"], error["type"]) == ("mine", 1, "requests")
    assert error_of({"error": {"message": {"a": 1}}}, 500)["message"] == '{"a":1}'


@pytest.mark.parametrize(
    "text",
    [
        b'{ "error": {"message": "m", "type": "t"} }',
        b'{"detail":"nope"}',
        b'{"error":[1]}',
        b'{"error":"text", "more":1}',
    ],
)
def test_an_error_body_of_its_own_goes_out_as_written(text: bytes) -> None:
    assert complete(Draft(body=text, status=429), chat_call(), CHAT).body is text


def test_a_whole_answer_with_an_error_status_goes_out_as_written() -> None:
    assert complete(Draft(body=WHOLE, status=500), chat_call(), CHAT).body is WHOLE


def test_an_error_body_with_status_200_stays_an_error_body() -> None:
    assert orjson.loads(completed({"error": {"message": "m"}}).body)["error"]["message"] == "m"


def test_text_that_is_no_object_is_sent_as_it_is() -> None:
    for text in (b"not json", b"[1]", b""):
        assert complete(Draft(body=text), chat_call(), CHAT).body == text


def test_absurd_token_counts_are_not_noted() -> None:
    for tokens in (-1, 2**40, "5", True, None, 1.5):
        body = orjson.loads(WHOLE) | {"usage": {"prompt_tokens": tokens, "completion_tokens": 7}}
        assert completed(body).prompt_tokens is None if tokens is not None else True


@given(st.dictionaries(st.sampled_from(
    ["choices", "content", "message", "tool_calls", "refusal", "error", "usage", "id", "created", "object", "model",
     "logprobs", "finish_reason", "function_call", "role", "annotations", "audio", "other"]), json_values),
    st.sampled_from([200, 204, 400, 429, 500]))  # fmt: skip
def test_no_draft_raises(body: dict[str, Any], status: int) -> None:
    reply = completed(body, status=status, call=chat_call(n=2, logprobs=True, top_logprobs=2))
    if status != 204:
        assert isinstance(orjson.loads(reply.body), dict)


@given(json_values, json_values)
def test_no_choice_or_message_raises(one: Any, other: Any) -> None:
    for body in (
        {"choices": [{"message": one, "logprobs": other}, other]},
        {"choices": [{"message": {"tool_calls": [one, {"function": other}], "content": other}}]},
        {"choices": {"delta": {"content": one}}},
        {"tool_calls": [{"custom": {"name": one, "input": other}}, {"name": one, "arguments": other}]},
        {"usage": {"prompt_tokens": one, "completion_tokens": other}, "model": one, "id": other},
    ):
        assert isinstance(orjson.loads(completed(body).body), dict)


@given(json_values)
def test_no_request_raises(odd: Any) -> None:
    data = {
        "messages": [odd, {"role": odd, "content": [odd, {"text": odd}]}],
        "tools": [odd, {"function": odd}],
    }
    data |= {"n": odd, "logprobs": odd, "model": odd, "service_tier": odd, "stop": odd, "max_tokens": odd}
    call = chat_call(**data)
    CHAT.summary(call)
    completed(CHAT.auto(call, SHELF), call=call)
