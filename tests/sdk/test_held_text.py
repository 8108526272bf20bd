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


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_desk_shows_what_a_run_of_an_assistant_is_about(server: Any, client: openai.OpenAI) -> None:
    tool = {"type": "function", "function": {"name": "get_weather", "description": "Looks out."}}
    helper = client.beta.assistants.create(
        model="gpt-4o-mini",
        instructions="You are a sailor.",
        tools=[tool],  # type: ignore[list-item]
    )
    thread = client.beta.threads.create(messages=[{"role": "user", "content": "Will it rain in Oslo?"}])
    held = Held(
        server, lambda: client.beta.threads.runs.create(thread.id, assistant_id=helper.id, instructions=None)
    )
    client.beta.threads.messages.create(thread.id, role="user", content="A later message.")
    page = server.api.get(f"/desk/call/{held.id}").text
    for shown in ("You are a sailor.", "Will it rain in Oslo?", "get_weather", "gpt-4o-mini"):
        assert shown in page
    assert "A later message." not in page
    assert "Looks out." in page
    assert server.api.get(f"/desk/call/{held.id}/compose").json()["tools"] == [tool]
    run = held.answered({"tool_calls": [{"id": "call_9", "name": "get_weather", "arguments": {}}]})
    assert (run.model, run.instructions, run.tools[0].function.name) == (
        "gpt-4o-mini",
        "You are a sailor.",
        "get_weather",
    )
    outputs = [{"tool_call_id": "call_9", "output": "It rains in buckets."}]
    submit = client.beta.threads.runs.submit_tool_outputs
    held = Held(server, lambda: submit(run.id, thread_id=thread.id, tool_outputs=outputs))  # type: ignore[arg-type]
    page = server.api.get(f"/desk/call/{held.id}").text
    for shown in ("You are a sailor.", "A later message.", "call_9", "It rains in buckets."):
        assert shown in page
    held.answered({"content": "Take an umbrella."})
    journal = server.api.get(f"/journal/{held.id}/whole").text
    assert "Will it rain in Oslo?" in journal and "Take an umbrella." in journal


def test_the_desk_shows_what_was_said_before_a_response(server: Any, client: openai.OpenAI) -> None:
    server.queue("sdk", {"content": "Ahoy Anna."}, {"content": "Still here."}, {"content": "Yes, Anna?"})
    create = client.responses.create
    first = create(model="gpt-4o", input="I am Anna.")
    second = create(model="gpt-4o", input="Are you there?", previous_response_id=first.id)
    talk = client.conversations.create(items=[{"type": "message", "role": "user", "content": "Good day."}])
    create(model="gpt-4o", input="Captain?", conversation=talk.id)
    for more, told in (
        ({"previous_response_id": second.id}, ("I am Anna.", "Ahoy Anna.", "Are you there?", "Still here.")),
        ({"conversation": talk.id}, ("Good day.", "Captain?", "Yes, Anna?")),
    ):
        held = Held(server, lambda more=more: create(model="gpt-4o", input="Who am I?", **more))  # type: ignore[misc]
        page = server.api.get(f"/desk/call/{held.id}").text
        places = [page.index(text) for text in (*told, "Who am I?")]
        assert places == sorted(places)
        held.answered({"content": "Anna."})
        page = server.api.get(f"/desk/call/{held.id}").text
        assert page.count("Who am I?") == 1 and all(text in page for text in told)
    held = Held(server, lambda: create(model="gpt-4o", input="Lost.", previous_response_id="resp_no"))
    assert "Lost." in server.api.get(f"/desk/call/{held.id}").text
    held.answered({"content": "Found."})
