"""Held calls of any text endpoint: the desk shows what they ask, and a person's answer reaches the real SDK."""

import threading
from collections.abc import Callable
from typing import Any

import openai
import pytest

TOOL: Any = {"type": "function", "name": "get_weather", "parameters": {"type": "object", "properties": {}}}
SHAPE = {"type": "json_schema", "name": "report", "schema": {"type": "object", "properties": {}}}
ITEMS: Any = [
    {"role": "user", "content": "What is the weather in Oslo?"},
    {"type": "function_call", "call_id": "call_1", "name": "get_weather", "arguments": "{}"},
    {"type": "function_call_output", "call_id": "call_1", "output": "It rains in buckets."},
]


class Held(threading.Thread):
    """A call that waits for a person, asked in a thread."""

    def __init__(self, server: Any, ask: Callable[[], Any]) -> None:
        super().__init__()
        self._ask, self._server = ask, server
        self.answer: Any = None
        self.start()
        [item] = server.waiting(1)
        self.id = item["id"]
        self.summary = item["summary"]

    def run(self) -> None:
        try:
            self.answer = self._ask()
        except openai.APIError as error:
            self.answer = error

    def answered(self, response: Any, **fields: Any) -> Any:
        path = f"/api/desk/{self.id}/answer"
        assert self._server.api.post(path, json={"response": response, **fields}).status_code in (200, 202)
        self.join(30)
        return self.answer


@pytest.fixture
def held(server: Any, client: openai.OpenAI) -> Held:
    ask = {"tools": [TOOL], "text": {"format": SHAPE}, "instructions": "Be brief."}
    return Held(server, lambda: client.responses.create(model="gpt-4o", input=ITEMS, **ask))


def test_the_desk_shows_a_call_for_a_response(server: Any, held: Held) -> None:
    page = server.api.get(f"/desk/call/{held.id}").text
    for shown in (
        "What is the weather in Oslo?",
        "It rains in buckets.",
        "Be brief.",
        "get_weather",
        "report",
    ):
        assert shown in page
    assert held.summary == "[tool result] It rains in buckets."
    asked = server.api.get(f"/desk/call/{held.id}/compose").json()
    assert asked["tools"] == [TOOL]
    assert asked["response_format"]["json_schema"]["schema"] == SHAPE["schema"]
    found = server.api.get("/api/exchanges", params={"q": "tool:get_weather endpoint:responses"}).json()
    assert held.id in [item["id"] for item in found["items"]]
    held.answered({"content": "done"})


def test_every_form_of_answer_reaches_the_caller_of_a_response(held: Held) -> None:
    answer = held.answered({"tool_calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]})
    assert (answer.output[0].type, answer.output[0].arguments) == ("function_call", '{"city":"Oslo"}')


def test_a_refusal_and_an_error_do_so_as_well(server: Any, client: openai.OpenAI) -> None:
    refused = Held(server, lambda: client.responses.create(model="gpt-4o", input="Hi")).answered(
        {"refusal": "No."}
    )
    assert refused.output[0].content[0].refusal == "No."
    error = {"error": {"message": "Slow down", "code": "rate_limit_exceeded"}}
    failed = Held(server, lambda: client.responses.create(model="gpt-4o", input="Hi")).answered(error)
    assert isinstance(failed, openai.RateLimitError)


def test_structure_is_sent_as_json(held: Held) -> None:
    assert held.answered({"content": {"degrees": 12}}).output_text == '{"degrees":12}'


def test_a_prompt_is_shown_and_answered(server: Any, client: openai.OpenAI) -> None:
    held = Held(
        server, lambda: client.completions.create(model="gpt-3.5-turbo-instruct", prompt="Once upon a time")
    )
    assert "Once upon a time" in server.api.get(f"/desk/call/{held.id}").text
    assert held.summary == "Once upon a time"
    assert held.answered({"content": "there was"}).choices[0].text == "there was"
