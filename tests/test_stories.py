"""The stories that the README tells, from end to end: a real server, the real SDK, plain REST."""

import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any

import openai

from tests.conftest import PATIENCE_S
from tests.dashboards import dashboard

Messages = Any


def client_of(server: Any, caller: str, **options: Any) -> openai.OpenAI:
    return openai.OpenAI(base_url=server.base_url, api_key=f"sk-mock-{caller}", timeout=PATIENCE_S, **options)


def question(text: str) -> Messages:
    return [{"role": "user", "content": text}]


def ask(client: openai.OpenAI, text: str, **options: Any) -> Any:
    return client.chat.completions.create(model="gpt-4o", messages=question(text), **options)


@contextmanager
def meanwhile(work: Callable[[], Any]) -> Iterator["Future[Any]"]:
    """Runs `work` beside the test; its outcome is in the future, at the latest when the block ends."""
    outcome: Future[Any] = Future()

    def working() -> None:
        try:
            outcome.set_result(work())
        except Exception as error:
            outcome.set_exception(error)

    thread = threading.Thread(target=working)
    thread.start()
    yield outcome
    thread.join(timeout=PATIENCE_S)


def test_a_test_queues_an_answer_asks_and_asserts_on_the_journal(server: Any) -> None:
    queued = server.api.post("/api/preset-queue/ci-42", json={"response": {"content": "Paris."}}).json()
    assert queued["queue_length"] == 1
    with client_of(server, "ci-42") as client:
        assert ask(client, "What is the capital of France?").choices[0].message.content == "Paris."
    match = {"caller": "ci-42", "text": "capital", "state": "delivered"}
    waited = server.api.post(
        "/api/exchanges/wait", json={"match": match, "count": 1, "timeout_s": PATIENCE_S}
    ).json()
    assert waited["reached"]
    kept = server.exchange(waited["items"][0]["id"])
    assert kept["body"]["messages"] == question("What is the capital of France?")
    assert (kept["source"], kept["state"], kept["status_code"]) == ("preset", "delivered", 200)
    assert str(kept["preset_id"]) == queued["response_id"]
    assert kept["summary"] == "What is the capital of France?"
    assert "sk-mock-ci-42" not in json.dumps(kept["headers"])


def test_answers_leave_in_the_order_in_which_they_were_queued(server: Any) -> None:
    server.queue("ci-1", *({"content": str(number)} for number in range(5)))
    server.queue("ci-2", {"content": "another caller's"})
    with client_of(server, "ci-1") as client:
        texts = [ask(client, "next").choices[0].message.content for _ in range(5)]
    assert texts == ["0", "1", "2", "3", "4"]
    queues = server.api.get("/api/preset-queue").json()["queues"]
    assert {caller: queue["count"] for caller, queue in queues.items() if queue["count"]} == {"ci-2": 1}


def test_what_nobody_prepared_is_answered_from_the_shared_queue_or_by_the_generator(server: Any) -> None:
    server.queue("*", {"content": "shared"})
    server.api.put("/api/fallback", json={"text": "auto"})
    with client_of(server, "ci-7") as client:
        assert ask(client, "first").choices[0].message.content == "shared"
        generated = [ask(client, "second").choices[0].message.content for _ in range(2)]
    assert generated[0] and generated[0] == generated[1]
    assert "second" in generated[0]


def test_a_person_answers_over_rest_while_the_sdk_waits(server: Any) -> None:
    with client_of(server, "ci-42") as client, meanwhile(lambda: ask(client, "Are you there?")) as outcome:
        [item] = server.waiting(1)
        assert (item["caller"], item["summary"]) == ("ci-42", "Are you there?")
        answered = server.answer(item["id"], "Yes, a person.", by="alice")
        assert (answered.status_code, answered.json()["state"]) == (200, "delivered")
    assert outcome.result(timeout=PATIENCE_S).choices[0].message.content == "Yes, a person."
    kept = server.exchange(item["id"])
    assert (kept["source"], kept["answered_by"], kept["state"]) == ("person", "alice", "delivered")
    late = server.api.post(f"/api/desk/{item['id']}/answer", json={"response": {"content": "too late"}})
    assert (late.status_code, late.json()["by"]) == (409, "alice")


def test_a_person_answers_over_the_socket_while_a_streaming_sdk_waits(server: Any) -> None:
    def streamed(client: openai.OpenAI) -> str:
        return "".join(chunk.choices[0].delta.content or "" for chunk in ask(client, "Hm?", stream=True))

    with (
        dashboard(server, "bob") as page,
        client_of(server, "ci-42") as client,
        meanwhile(lambda: streamed(client)) as outcome,
    ):
        request = page.until("new_request", ip="ci-42")["data"]
        assert (request["ip"], request["stream"]) == ("ci-42", True)
        assert request["body"]["messages"] == question("Hm?")
        page.say(type="send_response", id=request["id"], response={"content": "From the socket."})
        assert page.until("answer_result", id=request["id"])["data"]["code"] in (200, 202)
    assert outcome.result(timeout=PATIENCE_S) == "From the socket."


def test_dashboards_see_a_call_come_and_go(server: Any) -> None:
    server.queue("ci-seen", {"content": "seen"})
    with dashboard(server) as page, client_of(server, "ci-seen") as client:
        ask(client, "Who sees this?")
        seen = page.until("completed_request", ip="ci-seen")["data"]
    assert (seen["status_code"], seen["state"]) == (200, "delivered")
    assert seen["body"]["messages"] == question("Who sees this?")
    assert seen["response"]["choices"][0]["message"]["content"] == "seen"


def test_an_outage_is_rehearsed_and_the_application_recovers(server: Any) -> None:
    overloaded = {"response": {"error": {"message": "Overloaded."}}, "status_code": 503}
    server.queue("ci-42", {**overloaded, "headers": {"retry-after-ms": "1"}}, {"content": "Back again."})
    with client_of(server, "ci-42", max_retries=2) as client:
        assert ask(client, "Are you up?").choices[0].message.content == "Back again."
    found = server.api.get("/api/exchanges?caller=ci-42&status=503").json()["items"]
    assert [one["retry_count"] for one in found[:1]] == [0]


def test_a_queue_is_saved_to_a_file_and_loaded_again(server: Any) -> None:
    server.queue("ci-42", {"content": "one"}, {"content": "two"})
    saved = server.api.get("/api/preset-queue/ci-42/export")
    assert "attachment" in saved.headers["content-disposition"]
    loaded = server.api.post("/api/preset-queue/ci-43/import", files={"file": ("queue.json", saved.content)})
    assert loaded.json()["added_count"] == 2
    with client_of(server, "ci-43") as client:
        assert [ask(client, "next").choices[0].message.content for _ in range(2)] == ["one", "two"]
    assert server.api.get("/api/preset-queue/ci-42").json()["count"] == 2


def test_presets_and_journal_outlive_the_server(start: Callable[..., Any]) -> None:
    first = start()
    first.queue("ci-42", {"content": "before"}, {"content": "after"})
    with client_of(first, "ci-42") as client:
        assert ask(client, "one").choices[0].message.content == "before"
    first.stop()
    second = start(data_dir=first.data_dir)
    with client_of(second, "ci-42") as client:
        assert ask(client, "two").choices[0].message.content == "after"
    match = {"caller": "ci-42", "state": "delivered"}
    kept = second.api.post(
        "/api/exchanges/wait", json={"match": match, "count": 2, "timeout_s": PATIENCE_S}
    ).json()
    assert [one["summary"] for one in kept["items"]] == ["two", "one"]
