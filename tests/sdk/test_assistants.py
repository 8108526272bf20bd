"""Assistants, threads and runs as the real SDK and its helpers use them."""

import threading
from collections.abc import Callable
from typing import Any

import openai
import pytest
from openai.lib.streaming import AssistantEventHandler

from tests.conftest import Server

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather in a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
CALL = {"tool_calls": [{"name": "get_weather", "arguments": {"city": "Oslo"}}]}


@pytest.fixture
def client(connect: Callable[..., openai.OpenAI], request: pytest.FixtureRequest) -> openai.OpenAI:
    """Each test has a shelf and a queue of its own."""
    return connect(caller=request.node.name[:80])


@pytest.fixture
def assistant(client: openai.OpenAI) -> str:
    made = client.beta.assistants.create(model="gpt-4o-mini", instructions="Be brief.", tools=[WEATHER])
    assert (made.object, made.model, made.instructions) == ("assistant", "gpt-4o-mini", "Be brief.")
    return made.id


def thread_of(client: openai.OpenAI, text: str = "How is the weather in Oslo?") -> str:
    return client.beta.threads.create(messages=[{"role": "user", "content": text}]).id


def text_of(message: Any) -> str:
    return str(message.content[0].text.value)


def test_a_run_is_answered_by_a_preset(server: Server, client: openai.OpenAI, assistant: str) -> None:
    server.queue(client.api_key[8:], {"content": "Cold."})
    thread_id = thread_of(client)
    run = client.beta.threads.runs.create_and_poll(thread_id=thread_id, assistant_id=assistant)
    assert (run.status, run.model, run.instructions) == ("completed", "gpt-4o-mini", "Be brief.")
    assert run.usage and run.usage.completion_tokens > 0 and run.completed_at
    newest, first = client.beta.threads.messages.list(thread_id).data
    assert (newest.role, text_of(newest), newest.run_id) == ("assistant", "Cold.", run.id)
    assert newest.assistant_id == assistant and first.role == "user"
    assert [one.id for one in client.beta.threads.messages.list(thread_id, run_id=run.id)] == [newest.id]
    (step,) = client.beta.threads.runs.steps.list(run.id, thread_id=thread_id).data
    assert step.type == "message_creation" and step.status == "completed"
    assert step.step_details.message_creation.message_id == newest.id  # type: ignore[union-attr]
    assert client.beta.threads.runs.steps.retrieve(step.id, thread_id=thread_id, run_id=run.id) == step
    assert [one.id for one in client.beta.threads.runs.list(thread_id)] == [run.id]
    client.beta.threads.runs.update(run.id, thread_id=thread_id, metadata={"k": "v"})
    assert client.beta.threads.runs.retrieve(run.id, thread_id=thread_id).metadata == {"k": "v"}


def test_a_run_says_that_it_is_queued_and_nothing_more(
    server: Server, client: openai.OpenAI, assistant: str
) -> None:
    server.queue(client.api_key[8:], {"content": "Cold."})
    run = client.beta.threads.runs.create(thread_of(client), assistant_id=assistant)
    assert run.status == "queued" and not run.model_extra
    row = server.api.get(f"/api/exchanges?caller={client.api_key[8:]}").json()["items"][0]
    assert row["endpoint"] == "beta.threads.runs.create"


def test_a_run_waits_on_the_desk(server: Server, client: openai.OpenAI, assistant: str) -> None:
    thread_id = thread_of(client)

    def answer() -> None:
        (held,) = server.waiting(1)
        server.answer(held["id"], "a person")

    person = threading.Thread(target=answer)
    person.start()
    run = client.beta.threads.runs.create_and_poll(thread_id=thread_id, assistant_id=assistant)
    person.join()
    assert run.status == "completed"
    assert text_of(client.beta.threads.messages.list(thread_id).data[0]) == "a person"


def test_tools_are_called_and_their_outputs_taken(
    server: Server, client: openai.OpenAI, assistant: str
) -> None:
    server.queue(client.api_key[8:], CALL, {"content": "3 degrees."})
    thread_id = thread_of(client)
    run = client.beta.threads.runs.create_and_poll(thread_id=thread_id, assistant_id=assistant)
    assert run.status == "requires_action" and run.required_action
    (wanted,) = run.required_action.submit_tool_outputs.tool_calls
    assert (wanted.function.name, wanted.function.arguments) == ("get_weather", '{"city":"Oslo"}')
    with pytest.raises(openai.BadRequestError, match="Can't add messages to thread_"):
        client.beta.threads.messages.create(thread_id, role="user", content="hurry")
    done = client.beta.threads.runs.submit_tool_outputs_and_poll(
        run_id=run.id, thread_id=thread_id, tool_outputs=[{"tool_call_id": wanted.id, "output": "3"}]
    )
    assert (done.status, done.id, done.assistant_id) == ("completed", run.id, assistant)
    assert text_of(client.beta.threads.messages.list(thread_id).data[0]) == "3 degrees."
    last, first = client.beta.threads.runs.steps.list(run.id, thread_id=thread_id).data
    assert (first.type, first.status, last.type) == ("tool_calls", "completed", "message_creation")
    assert first.step_details.tool_calls[0].function.output == "3"  # type: ignore[union-attr]
    with pytest.raises(openai.BadRequestError, match="do not accept tool outputs"):
        server.api.put("/api/fallback", json={"text": "auto"})
        client.beta.threads.runs.submit_tool_outputs(
            run.id, thread_id=thread_id, tool_outputs=[{"tool_call_id": wanted.id, "output": "3"}]
        )


class Heard(AssistantEventHandler):
    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.events: list[str] = []

    def on_event(self, event: Any) -> None:
        self.events.append(event.event)

    def on_text_delta(self, delta: Any, snapshot: Any) -> None:
        self.text += delta.value


def test_a_run_is_streamed(server: Server, client: openai.OpenAI, assistant: str) -> None:
    server.queue(client.api_key[8:], {"content": "It is rather cold there."})
    thread_id = thread_of(client)
    heard = Heard()
    with client.beta.threads.runs.stream(
        thread_id=thread_id, assistant_id=assistant, event_handler=heard
    ) as stream:
        stream.until_done()
        run, (message,) = stream.get_final_run(), stream.get_final_messages()
    assert heard.text == text_of(message) == "It is rather cold there."
    assert run.status == "completed"
    assert heard.events[:3] == ["thread.run.created", "thread.run.queued", "thread.run.in_progress"]
    assert heard.events[-3:] == [
        "thread.message.completed",
        "thread.run.step.completed",
        "thread.run.completed",
    ]
    kept = client.beta.threads.messages.retrieve(message.id, thread_id=thread_id)
    assert text_of(kept) == heard.text


def test_tool_calls_are_streamed(server: Server, client: openai.OpenAI, assistant: str) -> None:
    server.queue(client.api_key[8:], CALL, {"content": "3 degrees."})
    thread_id = thread_of(client)
    with client.beta.threads.runs.stream(thread_id=thread_id, assistant_id=assistant) as stream:
        stream.until_done()
        run, (step,) = stream.get_final_run(), stream.get_final_run_steps()
    assert run.status == "requires_action"
    wanted: Any = step.step_details.tool_calls[0]  # type: ignore[union-attr]
    assert wanted.function.arguments == '{"city":"Oslo"}'
    with client.beta.threads.runs.submit_tool_outputs_stream(
        run_id=run.id,
        thread_id=thread_id,
        tool_outputs=[{"tool_call_id": wanted.id, "output": "3"}],
        event_handler=(heard := Heard()),
    ) as stream:
        stream.until_done()
    assert heard.text == "3 degrees."


def test_a_thread_is_created_with_its_run(server: Server, client: openai.OpenAI, assistant: str) -> None:
    server.queue(client.api_key[8:], {"content": "Hello."})
    run = client.beta.threads.create_and_run_poll(
        assistant_id=assistant,
        thread={"messages": [{"role": "user", "content": "Hi!"}], "metadata": {"a": "b"}},
    )
    assert run.status == "completed"
    assert client.beta.threads.retrieve(run.thread_id).metadata == {"a": "b"}
    said = [text_of(one) for one in client.beta.threads.messages.list(run.thread_id, order="asc")]
    assert said == ["Hi!", "Hello."]


def test_an_unanswered_action_can_be_cancelled(server: Server, client: openai.OpenAI, assistant: str) -> None:
    server.queue(client.api_key[8:], CALL)
    thread_id = thread_of(client)
    run = client.beta.threads.runs.create_and_poll(thread_id=thread_id, assistant_id=assistant)
    assert client.beta.threads.runs.cancel(run.id, thread_id=thread_id).status == "cancelling"
    assert client.beta.threads.runs.retrieve(run.id, thread_id=thread_id).status == "cancelled"
    with pytest.raises(openai.BadRequestError, match="Cannot cancel run with status 'cancelled'"):
        client.beta.threads.runs.cancel(run.id, thread_id=thread_id)


def test_what_is_deleted_takes_along_what_is_in_it(client: openai.OpenAI, assistant: str) -> None:
    thread_id = thread_of(client)
    message = client.beta.threads.messages.create(thread_id, role="user", content="more")
    assert client.beta.threads.messages.delete(message.id, thread_id=thread_id).deleted
    with pytest.raises(openai.NotFoundError, match="No message found with id 'msg_"):
        client.beta.threads.messages.retrieve(message.id, thread_id=thread_id)
    assert client.beta.threads.delete(thread_id).object == "thread.deleted"
    with pytest.raises(openai.NotFoundError, match=f"No thread found with id '{thread_id}'"):
        client.beta.threads.messages.list(thread_id)
    changed = client.beta.assistants.update(assistant, name="Renamed", tools=[])
    assert (changed.name, changed.tools, changed.instructions) == ("Renamed", [], "Be brief.")
    assert [one.name for one in client.beta.assistants.list()] == ["Renamed"]
    assert client.beta.assistants.delete(assistant).deleted
    with pytest.raises(openai.NotFoundError, match=f"No assistant found with id '{assistant}'"):
        client.beta.assistants.retrieve(assistant)
