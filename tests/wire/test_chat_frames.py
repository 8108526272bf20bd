"""A streamed chat completion has the service's sequence of chunks, and they add up to the message."""

from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionChunk

from apps.wire.chat_fill import fill
from apps.wire.pieces import pieces

from .samples import CHAT, chat_call, chunks, joined, json_values

USAGE = {"stream_options": {"include_usage": True}}


def deltas(parts: list[Any]) -> list[Any]:
    return [choice["delta"] for part in parts for choice in part["choices"]]


def test_text_begins_with_a_role_and_ends_with_a_finish() -> None:
    parts = chunks(fill({"content": "Hello, World!"}, chat_call()))
    assert deltas(parts) == [
        {"role": "assistant", "content": "", "refusal": None},
        *({"content": piece} for piece in pieces("Hello, World!")),
        {},
    ]
    assert [part["choices"][0]["finish_reason"] for part in parts] == [None] * (len(parts) - 1) + ["stop"]
    assert all(part["choices"][0]["logprobs"] is None for part in parts)


def test_every_chunk_shares_its_head() -> None:
    body = fill({"content": "Hello, World!", "citations": ["a"]}, chat_call())
    for part in chunks(body, **USAGE):
        ChatCompletionChunk.model_validate(part, strict=True)
        assert part["object"] == "chat.completion.chunk"
        for key in ("id", "created", "model", "service_tier", "system_fingerprint", "citations"):
            assert part[key] == body[key]


def test_usage_comes_last_only_when_asked_for() -> None:
    body = fill({"content": "hi"}, chat_call())
    parts = chunks(body, **USAGE)
    assert [part["usage"] for part in parts[:-1]] == [None] * (len(parts) - 1)
    assert (parts[-1]["choices"], parts[-1]["usage"]) == ([], body["usage"])
    assert all("usage" not in part for part in chunks(body))


def test_usage_is_counted_when_the_body_has_none() -> None:
    body = fill({"content": "hi"}, chat_call())
    usage = body.pop("usage")
    assert chunks(body, **USAGE)[-1]["usage"] == usage


def test_obfuscation_is_beside_choices_unless_declined() -> None:
    body = fill({"content": "hi"}, chat_call())
    assert all(list(part)[-1] == "obfuscation" and part["obfuscation"] for part in chunks(body, **USAGE))
    plain = {"stream_options": {"include_obfuscation": False, "include_usage": True}}
    assert not any("obfuscation" in part for part in chunks(body, **plain))


def test_one_tool_call_starts_in_the_first_chunk() -> None:
    body = fill({"tool_calls": [{"id": "call_1", "name": "f", "arguments": {"city": "Oslo"}}]}, chat_call())
    found = deltas(chunks(body))
    start = {"index": 0, "id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
    assert found[0] == {"role": "assistant", "content": None, "tool_calls": [start], "refusal": None}
    assert list(found[0]) == ["role", "content", "tool_calls", "refusal"]
    for delta in found[1:-1]:
        (call,) = delta["tool_calls"]
        assert call.keys() == {"index", "function"}
        assert call["function"].keys() == {"arguments"}
    assert arguments(found, 0) == '{"city":"Oslo"}'


def arguments(found: list[Any], index: int) -> str:
    calls = [call for delta in found for call in delta.get("tool_calls", ()) if call["index"] == index]
    return "".join(call["function"]["arguments"] for call in calls)


def test_several_tool_calls_start_one_after_the_other() -> None:
    body = fill({"tool_calls": [{"name": "f", "arguments": {"a": 1}}, {"name": "g"}]}, chat_call())
    parts = chunks(body)
    found = deltas(parts)
    assert found[0] == {"role": "assistant", "content": None}
    starts = [delta["tool_calls"][0] for delta in found if "id" in delta.get("tool_calls", [{}])[0]]
    assert [(start["index"], start["function"]) for start in starts] == [
        (0, {"name": "f", "arguments": ""}),
        (1, {"name": "g", "arguments": ""}),
    ]
    assert (arguments(found, 0), arguments(found, 1)) == ('{"a":1}', "{}")
    assert parts[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_text_and_a_tool_call_come_in_that_order() -> None:
    parts = chunks(fill({"content": "Wait", "tool_calls": ["f"]}, chat_call()))
    found = deltas(parts)
    assert found[0] == {"role": "assistant", "content": "", "refusal": None}
    assert joined(parts, "content") == "Wait"
    assert arguments(found, 0) == "{}"


def test_a_refusal_is_streamed_as_one() -> None:
    parts = chunks(fill({"refusal": "I cannot."}, chat_call()))
    assert deltas(parts)[0] == {"role": "assistant", "content": None, "refusal": ""}
    assert joined(parts, "refusal") == "I cannot."
    assert parts[-1]["choices"][0]["finish_reason"] == "stop"


def test_a_legacy_function_call_is_streamed() -> None:
    parts = chunks(fill({"function_call": {"name": "f", "arguments": {"a": 1}}}, chat_call()))
    found = deltas(parts)
    assert found[0]["function_call"] == {"name": "f", "arguments": ""}
    assert "".join(d["function_call"]["arguments"] for d in found if "function_call" in d) == '{"a":1}'
    assert parts[-1]["choices"][0]["finish_reason"] == "function_call"


def test_logprobs_come_a_token_a_chunk() -> None:
    data = {"logprobs": True, "top_logprobs": 1}
    parts = chunks(fill({"content": "Foo bar"}, chat_call(**data)), **data)
    found = [part["choices"][0]["logprobs"] for part in parts]
    assert found[0] == {"content": [], "refusal": None}
    assert [logprobs["content"][0]["token"] for logprobs in found[1:-1]] == pieces("Foo bar")
    assert found[-1] is None


def test_logprobs_that_spell_something_else_come_whole_in_the_first_chunk() -> None:
    token = {"token": "x", "logprob": -1.0, "bytes": [120], "top_logprobs": []}
    draft = {"choices": [{"text": "hi", "logprobs": {"content": [token], "refusal": None}}]}
    parts = chunks(fill(draft, chat_call()))
    assert parts[0]["choices"][0]["logprobs"] == {"content": [token], "refusal": None}
    assert joined(parts, "content") == "hi"


def test_what_the_author_added_to_a_message_is_streamed_too() -> None:
    draft = {"reasoning_content": "Let me think", "content": "4", "annotations": [{"type": "x"}]}
    parts = chunks(fill(draft, chat_call()))
    assert joined(parts, "reasoning_content") == "Let me think"
    assert {"annotations": [{"type": "x"}]} in deltas(parts)


def test_choices_take_turns() -> None:
    parts = chunks(fill({"content": "Hello, World"}, chat_call(n=2)))
    assert [part["choices"][0]["index"] for part in parts] == [0, 0, 1, 1, 0, 1, 0, 1, 0, 1]
    assert joined(parts, "content", 0) == joined(parts, "content", 1) == "Hello, World"


def test_choices_of_unlike_length_all_finish() -> None:
    draft = {"choices": [{"text": "a b c d e"}, {"text": ""}]}
    parts = chunks(fill(draft, chat_call()))
    finished = [part["choices"][0]["index"] for part in parts if part["choices"][0]["finish_reason"]]
    assert sorted(finished) == [0, 1]
    assert joined(parts, "content", 0) == "a b c d e"


def test_no_choices_is_no_chunk() -> None:
    body = fill({"content": "x"}, chat_call()) | {"choices": []}
    assert list(CHAT.frames(body, chat_call())) == [b"data: [DONE]\n\n"]  # type: ignore[misc]


def test_a_body_that_is_not_whole_is_completed_first() -> None:
    assert joined(chunks({"content": "hi"}), "content") == "hi"


def test_texts_that_look_like_json_stay_what_they_are() -> None:
    text = '","\n  "\\",\n  "],["\\u0022 {"content":"x"}' + '",' * 20
    assert joined(chunks(fill({"content": text}, chat_call())), "content") == text


def test_a_long_text_has_padding_to_its_end() -> None:
    parts = chunks(fill({"content": "word " * 1500}, chat_call()))
    assert joined(parts, "content") == "word " * 1500
    assert all(1 <= len(part["obfuscation"]) <= 16 for part in parts)
    assert len({part["obfuscation"] for part in parts}) > 100


@given(st.text(), st.booleans())
def test_the_deltas_of_any_text_add_up_to_it(text: str, scored: bool) -> None:
    parts = chunks(fill({"content": text}, chat_call(logprobs=scored)))
    assert joined(parts, "content") == text


@given(st.dictionaries(st.sampled_from(
    ["choices", "content", "message", "tool_calls", "refusal", "usage", "id", "created", "model", "logprobs",
     "finish_reason", "function_call", "role", "annotations", "audio", "other"]), json_values), json_values)  # fmt: skip
def test_any_draft_streams_as_parsable_events(draft: dict[str, Any], odd: Any) -> None:
    for data in (
        {"stream_options": odd, "n": 2},
        {"stream_options": {"include_usage": odd}, "logprobs": True},
    ):
        body = orjson.loads(orjson.dumps(fill(draft, chat_call(**data))))
        chunks(body, **data)
        chunks(draft, **data)
    chunks(
        {
            "choices": [
                {"message": {"content": odd, "tool_calls": [odd], "x": odd}, "logprobs": {"content": odd}}
            ]
        }
    )
