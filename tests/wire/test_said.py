"""One draft answers whichever text endpoint is called: bodies are translated from form to form."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types import Completion
from openai.types.chat import ChatCompletion
from openai.types.responses import Response

from apps.wire.call import Call
from apps.wire.endpoint import Endpoint
from apps.wire.table import BY_NAME

from .samples import json_values

NAMES = ("chat.completions", "responses", "completions")
TYPES: dict[str, Any] = {
    "chat.completions": ChatCompletion,
    "responses": Response,
    "completions": Completion,
}
HELLO: dict[str, Any] = {
    "chat.completions": {"messages": [{"role": "user", "content": "Hello?"}]},
    "responses": {"input": "Hello?"},
    "completions": {"prompt": "Hello?"},
}
TOOL = {"name": "get_weather", "arguments": {"city": "Oslo"}}


def call_of(name: str, **data: Any) -> Call:
    data = {"model": "gpt-4o", **HELLO[name], **data}
    return Call(
        id="01", caller="ci", method="POST", path="/v1", endpoint=name, data=data, received_at=1772295217
    )


def filled(name: str, draft: Any, **data: Any) -> Any:
    endpoint: Endpoint = BY_NAME[name]
    body = endpoint.fill(draft, call_of(name, **data))
    TYPES[name].model_validate(body, strict=True)
    assert endpoint.is_whole(body)
    return TYPES[name].model_validate(body)


def text_of(answer: Any) -> str:
    if isinstance(answer, Response):
        return answer.output_text
    choice = answer.choices[0]
    return str(choice.text if isinstance(answer, Completion) else choice.message.content)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("source", ["short", *NAMES])
def test_a_text_is_the_same_text_at_every_endpoint(name: str, source: str) -> None:
    draft = {"content": "hi"}
    if source != "short":
        draft = BY_NAME[source].fill(draft, call_of(source))
    answer = filled(name, draft)
    assert text_of(answer) == "hi"
    prefix = {"chat.completions": "chatcmpl-", "responses": "resp_", "completions": "cmpl-"}[name]
    assert answer.id.startswith(prefix) and answer.model == "gpt-4o"


@pytest.mark.parametrize("source", ["short", "chat.completions"])
def test_calls_of_tools_become_items_of_a_response(source: str) -> None:
    draft: Any = {"content": "Let me see.", "tool_calls": [TOOL, "get_time"]}
    if source != "short":
        draft = BY_NAME[source].fill(draft, call_of(source))
    message, first, second = filled("responses", draft).output
    assert (message.type, message.content[0].text) == ("message", "Let me see.")
    assert (first.type, first.name, first.arguments) == ("function_call", "get_weather", '{"city":"Oslo"}')
    assert (second.name, second.arguments, second.call_id[:5]) == ("get_time", "{}", "call_")


def test_items_of_a_response_become_calls_of_tools() -> None:
    draft = {"output": [{"type": "function_call", "call_id": "call_7", **TOOL}]}
    choice = filled("chat.completions", draft).choices[0]
    [called] = choice.message.tool_calls
    assert (called.id, called.function.name, choice.finish_reason) == ("call_7", "get_weather", "tool_calls")
    assert choice.message.content is None


def test_a_refusal_stays_one() -> None:
    part = filled("responses", {"refusal": "No."}).output[0].content[0]
    assert (part.type, part.refusal) == ("refusal", "No.")
    body = BY_NAME["responses"].fill({"refusal": "No."}, call_of("responses"))
    assert filled("chat.completions", body).choices[0].message.refusal == "No."
    assert text_of(filled("completions", body)) == "No."


def test_what_is_cut_short_is_so_in_each_form() -> None:
    draft = {"content": "Once upon", "finish_reason": "length"}
    response = filled("responses", draft)
    assert (response.status, response.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert (response.output[0].status, response.completed_at) == ("incomplete", None)
    body = BY_NAME["responses"].fill(draft, call_of("responses"))
    assert filled("chat.completions", body).choices[0].finish_reason == "length"
    assert filled("completions", body).choices[0].finish_reason == "length"


def test_the_authors_numbers_stay_under_the_other_name() -> None:
    usage = {"prompt_tokens": 7, "completion_tokens": 3}
    response = filled("responses", {"content": "hi", "usage": usage})
    assert (response.usage.input_tokens, response.usage.output_tokens, response.usage.total_tokens) == (
        7,
        3,
        10,
    )
    draft = {"output_text": "hi", "usage": {"input_tokens": 7, "output_tokens": 3}}
    chat = filled("chat.completions", draft)
    assert (chat.usage.prompt_tokens, chat.usage.completion_tokens, chat.usage.total_tokens) == (7, 3, 10)


def test_reasoning_comes_before_the_answer() -> None:
    thought, message = filled("responses", {"reasoning_content": "Hm.", "content": "Yes."}).output
    assert (thought.type, thought.summary[0].text, message.content[0].text) == ("reasoning", "Hm.", "Yes.")


@pytest.mark.parametrize("name", NAMES)
@given(draft=st.dictionaries(st.sampled_from(
    ["content", "choices", "output", "output_text", "tool_calls", "refusal", "usage", "object", "text", "status", "id"]
), json_values, max_size=4))  # fmt: skip
def test_whatever_a_draft_holds_it_is_completed_and_streamed(name: str, draft: dict[str, Any]) -> None:
    endpoint, call = BY_NAME[name], call_of(name, stream=True)
    assert endpoint.frames is not None
    list(endpoint.frames(endpoint.fill(draft, call), call))
