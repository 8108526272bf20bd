"""A streamed response is the service's sequence of events."""

from itertools import groupby
from typing import Any

import orjson
import pytest
from openai import NOT_GIVEN
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from apps.wire.call import Call
from apps.wire.response import CREATE
from apps.wire.response_typed import TypedEvents, whole

from .test_recorded import RECORDED, shape

EVENT: Any = TypeAdapter(ResponseStreamEvent)


def response_call(**data: Any) -> Call:
    data = {"model": "gpt-4o-mini-2024-07-18", "input": "Say hello", **data}
    return Call(
        id="01", caller="ci", method="POST", path="/v1/responses", data=data, received_at=1772295219.0
    )


def parsed(text: bytes) -> list[dict[str, Any]]:
    events = []
    for event in text.decode().split("\n\n"):
        if event:
            name, data = event.split("\n")
            events.append(orjson.loads(data.removeprefix("data: ")))
            assert name == f"event: {events[-1]['type']}"
    return events


def streamed(draft: dict[str, Any], **data: Any) -> list[dict[str, Any]]:
    call = response_call(stream=True, **data)
    assert CREATE.frames is not None
    events = parsed(b"".join(CREATE.frames(CREATE.fill(draft, call), call)))
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    for event in events:
        EVENT.validate_python(event, strict=True)
    return events


def kinds(events: list[dict[str, Any]]) -> list[str]:
    return [kind.removeprefix("response.") for kind, _ in groupby(event["type"] for event in events)]


@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded traffic in {RECORDED}")
def test_a_text_has_the_recorded_events() -> None:
    recorded = parsed((RECORDED / "responses-text-2026.sse").read_bytes())
    ours = streamed({"content": "Hello, World!"})
    assert [list(event) for event in ours] == [list(event) for event in recorded]
    for mine, theirs in zip(ours, recorded, strict=True):
        if mine.get("response", {}).get("usage"):
            for one in (mine, theirs):
                one["response"]["usage"].pop("input_tokens_details")
        assert shape(mine) == shape(theirs)
    assert (
        ours[-1]["response"]["usage"]["output_tokens"] == recorded[-1]["response"]["usage"]["output_tokens"]
    )
    assert len(ours[-1]["response"]["id"]) == len(recorded[-1]["response"]["id"])


@pytest.mark.skipif(not RECORDED.is_dir(), reason=f"no recorded traffic in {RECORDED}")
def test_a_whole_response_has_the_recorded_keys() -> None:
    recorded = orjson.loads((RECORDED / "responses-2026.json").read_bytes())
    assert CREATE.is_whole(recorded)
    ours = CREATE.fill({"content": "Hello, World!"}, response_call())
    Response.model_validate(ours, strict=True)
    assert list(ours) == list(recorded)


def test_a_call_of_a_tool_is_streamed_by_its_arguments() -> None:
    events = streamed({"tool_calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]})
    assert kinds(events) == [
        *("created", "in_progress", "output_item.added", "function_call_arguments.delta"),
        *("function_call_arguments.done", "output_item.done", "completed"),
    ]
    added = next(event for event in events if event["type"] == "response.output_item.added")
    assert (added["item"]["arguments"], added["item"]["status"]) == ("", "in_progress")
    deltas = [e["delta"] for e in events if e["type"] == "response.function_call_arguments.delta"]
    assert "".join(deltas) == '{"city":"Oslo"}'


def test_reasoning_a_refusal_and_an_early_end_have_events_of_their_own() -> None:
    draft = {"reasoning_content": "Hm.", "refusal": "No.", "finish_reason": "length"}
    assert kinds(streamed(draft)) == [
        *("created", "in_progress", "output_item.added", "reasoning_summary_part.added"),
        *("reasoning_summary_text.delta", "reasoning_summary_text.done", "reasoning_summary_part.done"),
        *("output_item.done", "output_item.added", "content_part.added", "refusal.delta", "refusal.done"),
        *("content_part.done", "output_item.done", "incomplete"),
    ]


def test_a_failed_response_ends_as_failed() -> None:
    error = {"code": "server_error", "message": "It broke."}
    events = streamed({"status": "failed", "output": [], "error": error})
    assert kinds(events) == ["created", "in_progress", "failed"]
    assert events[0]["response"]["error"] is None and events[-1]["response"]["error"] == error


def test_hosted_tools_go_through_their_stages() -> None:
    action = {"type": "search", "query": "oslo"}
    events = streamed({"output": [{"type": "web_search_call", "action": action}, "Found."]})
    assert kinds(events)[2:7] == [
        *("output_item.added", "web_search_call.in_progress", "web_search_call.searching"),
        *("web_search_call.completed", "output_item.done"),
    ]


def test_padding_is_left_out_where_the_request_says_so() -> None:
    assert any("obfuscation" in event for event in streamed({"content": "Hello"}))
    off = {"stream_options": {"include_obfuscation": False}}
    assert not any("obfuscation" in event for event in streamed({"content": "Hello"}, **off))


def test_logprobs_come_with_the_deltas_when_they_are_included() -> None:
    asked = {"include": ["message.output_text.logprobs"], "top_logprobs": 2}
    events = streamed({"content": "Hello, World!"}, **asked)
    deltas = [event for event in events if event["type"] == "response.output_text.delta"]
    assert [event["logprobs"][0]["token"] for event in deltas] == [event["delta"] for event in deltas]
    assert all(len(event["logprobs"][0]["top_logprobs"]) == 2 for event in deltas)


def test_the_sdk_puts_the_events_together() -> None:
    state: Any = ResponseStreamState(input_tools=[], text_format=NOT_GIVEN)
    draft = {"content": "It rains.", "tool_calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]}
    for event in streamed(draft):
        state.handle_event(EVENT.validate_python(event))
    response = state._completed_response
    assert response.output_text == "It rains."
    assert response.output[1].arguments == '{"city":"Oslo"}'


@pytest.mark.parametrize("fields", [{}, {"include": ["message.output_text.logprobs"]}])
def test_a_typed_response_streams_as_one_that_was_whole(fields: dict[str, Any]) -> None:
    call = response_call(stream=True, **fields)
    opening = CREATE.fill({"content": ""}, call)
    typed = TypedEvents(opening, call)
    body = whole(opening, "Hello, World!", "stop", None, call)
    assert CREATE.is_whole(body) and CREATE.frames is not None
    text = b"".join([typed.start(), typed.text("Hello,"), typed.text(" World!"), typed.end(body)])
    wanted = parsed(b"".join(CREATE.frames(body, call)))
    for event in (ours := parsed(text)):
        event.pop("obfuscation", None)
    for event in wanted:
        event.pop("obfuscation", None)
    assert ours == wanted


def test_a_typed_response_can_end_early() -> None:
    call = response_call(stream=True)
    opening = CREATE.fill({"content": ""}, call)
    body = whole(opening, "Hel", "length", None, call)
    Response.model_validate(body, strict=True)
    assert (body["status"], body["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})
