"""Batches as the real SDK creates them, waits for them and reads what came of them."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openai
import pytest

from tests.conftest import Server, wait_for
from tests.databases import shared_redis

CHAT: Any = "/v1/chat/completions"


@pytest.fixture
def client(connect: Callable[..., openai.OpenAI], request: pytest.FixtureRequest) -> openai.OpenAI:
    """Each test has a shelf and a queue of its own."""
    return connect(caller=request.node.name[:80])


def line(custom_id: str, text: str = "hi", *, url: str = CHAT, **fields: Any) -> dict[str, Any]:
    body = {"model": "gpt-4o", "messages": [{"role": "user", "content": text}]}
    return {"custom_id": custom_id, "method": "POST", "url": url, "body": body} | fields


def create(
    client: openai.OpenAI, *lines: dict[str, Any] | str, endpoint: Any = CHAT, **fields: Any
) -> openai.types.Batch:
    text = "\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines)
    made = client.files.create(file=("in.jsonl", text.encode()), purpose="batch")
    return client.batches.create(input_file_id=made.id, endpoint=endpoint, completion_window="24h", **fields)


def ended(client: openai.OpenAI, batch: openai.types.Batch, *statuses: str) -> openai.types.Batch:
    wanted = statuses or ("completed", "failed", "expired", "cancelled")

    def look() -> openai.types.Batch | None:
        now = client.batches.retrieve(batch.id)
        return now if now.status in wanted else None

    found: openai.types.Batch = wait_for(look, pause_s=0.1)
    return found


def lines_of(client: openai.OpenAI, file_id: str | None) -> list[dict[str, Any]]:
    assert file_id
    return [json.loads(one) for one in client.files.content(file_id).text.splitlines()]


def test_a_batch_is_answered_by_this_server(server: Server, client: openai.OpenAI) -> None:
    server.queue(client.api_key[8:], {"content": "from a preset"})
    server.queue(client.api_key[8:], {"error": {"message": "Slow down", "code": "rate_limit_exceeded"}})
    batch = create(client, line("a"), line("b"), metadata={"job": "nightly"})
    assert (batch.object, batch.status, batch.endpoint) == ("batch", "validating", CHAT)
    assert batch.expires_at == batch.created_at + 86_400
    done = ended(client, batch)
    assert (done.status, done.metadata, done.model) == ("completed", {"job": "nightly"}, "gpt-4o")
    assert done.request_counts and done.request_counts.to_dict() == {"total": 2, "completed": 1, "failed": 1}
    assert done.in_progress_at and done.finalizing_at and done.completed_at
    assert done.usage and done.usage.total_tokens > 0
    (good,) = lines_of(client, done.output_file_id)
    (bad,) = lines_of(client, done.error_file_id)
    assert {good["custom_id"], bad["custom_id"]} == {"a", "b"}
    assert good["id"].startswith("batch_req_") and good["error"] is None
    assert good["response"]["status_code"] == 200 and good["response"]["request_id"].startswith("req_")
    assert good["response"]["body"]["choices"][0]["message"]["content"] == "from a preset"
    assert good["response"]["body"]["object"] == "chat.completion"
    assert bad["response"]["status_code"] == 429
    assert bad["response"]["body"]["error"]["message"] == "Slow down"
    output = client.files.retrieve(done.output_file_id or "")
    assert (output.purpose, output.filename) == ("batch_output", f"{batch.id}_output.jsonl")
    assert [one.id for one in client.batches.list()] == [batch.id]


def test_a_line_whose_answer_breaks_off_has_failed(server: Server, client: openai.OpenAI) -> None:
    faults = {"cut": "connection_error", "reset": "connection_error", "stall": "request_timeout"}
    for fault in faults:
        server.queue(client.api_key[8:], {"response": {"content": "x"}, "fault": fault})
    server.queue(client.api_key[8:], {"content": "whole"})
    done = ended(client, create(client, *[line(str(number)) for number in range(4)]))
    assert done.request_counts and done.request_counts.to_dict() == {"total": 4, "completed": 1, "failed": 3}
    bad = lines_of(client, done.error_file_id)
    assert sorted(one["error"]["code"] for one in bad) == sorted(faults.values())
    assert [one["response"] for one in bad] == [None] * 3


def test_a_held_line_waits_on_the_desk(server: Server, client: openai.OpenAI) -> None:
    batch = create(client, line("a", "who answers?"))
    (held,) = server.waiting(1)
    assert held["summary"] == "who answers?"
    assert client.batches.retrieve(batch.id).status == "in_progress"
    server.answer(held["id"], "a person")
    (good,) = lines_of(client, ended(client, batch).output_file_id)
    assert good["response"]["body"]["choices"][0]["message"]["content"] == "a person"


def test_a_cancelled_batch_keeps_what_it_has(server: Server, client: openai.OpenAI) -> None:
    server.queue(client.api_key[8:], {"content": "one"})
    batch = create(client, line("a"), line("b"))
    server.waiting(1)
    wait_for(lambda: client.batches.retrieve(batch.id).request_counts.completed)  # type: ignore[union-attr]
    assert client.batches.cancel(batch.id).status in ("cancelling", "cancelled")
    done = ended(client, batch)
    assert (done.status, done.error_file_id) == ("cancelled", None)
    assert done.cancelling_at and done.cancelled_at
    assert len(lines_of(client, done.output_file_id)) == 1
    server.waiting(0)
    with pytest.raises(openai.ConflictError, match="Cannot cancel a batch with status 'cancelled'"):
        client.batches.cancel(batch.id)


def test_a_batch_expires(server: Server, client: openai.OpenAI) -> None:
    server.queue(client.api_key[8:], {"expires_at": 1}, endpoint="batches.create")
    done = ended(client, create(client, line("a")))
    assert (done.status, done.output_file_id) == ("expired", None)
    (bad,) = lines_of(client, done.error_file_id)
    assert bad["response"] is None and bad["error"]["code"] == "batch_expired"


def test_an_input_file_with_errors_fails_the_batch(client: openai.OpenAI) -> None:
    lines: list[Any] = [
        line("a"),
        "{nonsense",
        line("a"),
        line("b", url="/v1/embeddings"),
        {"custom_id": "c"},
    ]
    done = ended(client, create(client, *lines))
    assert done.status == "failed" and done.failed_at and done.errors and done.errors.data
    told = [(one.line, one.code) for one in done.errors.data]
    assert told[:3] == [(2, "invalid_json_line"), (3, "duplicate_custom_id"), (4, "url_mismatch")]
    assert (5, "missing_required_parameter") in told
    assert done.errors.data[0].message == "This line is not parseable as valid JSON."
    empty = ended(client, create(client, ""))
    assert empty.errors and empty.errors.data and empty.errors.data[0].code == "empty_file"


def test_a_batch_that_cannot_begin_is_refused(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="No such File object: file-none"):
        client.batches.create(input_file_id="file-none", endpoint=CHAT, completion_window="24h")
    with pytest.raises(openai.BadRequestError, match="Invalid value: '/v1/nothing'"):
        create(client, line("a"), endpoint="/v1/nothing")
    other = client.files.create(file=("a.jsonl", b"{}"), purpose="assistants")
    with pytest.raises(openai.BadRequestError, match="Invalid file purpose"):
        client.batches.create(input_file_id=other.id, endpoint=CHAT, completion_window="24h")
    with pytest.raises(openai.NotFoundError, match="No batch found with id 'batch_none'"):
        client.batches.retrieve("batch_none")


def test_another_process_goes_on_with_a_batch(start: Callable[..., Server], tmp_path: Path) -> None:
    """Every line has one answer, no preset was used twice, and nothing was asked again but what waited."""
    first = start(data_dir=tmp_path, **shared_redis())
    count = 40
    for number in range(count):  # each fourth answer is decided, and on its way, when the process is killed
        first.queue("night", {"content": f"answer {number}"}, delay_ms=0 if number % 4 else 60_000)
    with openai.OpenAI(base_url=first.base_url, api_key="sk-mock-night", max_retries=0) as client:
        batch = create(client, *(line(f"line {number}") for number in range(count + 1)))
        [waited] = first.waiting(1)
        wait_for(lambda: client.batches.retrieve(batch.id).request_counts.completed == 30)  # type: ignore[union-attr]
    second = start(data_dir=tmp_path, **shared_redis())
    first.stop(how=signal.SIGKILL)
    wait_for(lambda: [row for row in second.waiting(1) if row["id"] != waited["id"]] or None)
    (held,) = second.waiting(1)
    second.answer(held["id"], "answer 40")
    with openai.OpenAI(base_url=second.base_url, api_key="sk-mock-night", max_retries=0) as client:
        done = ended(client, batch)
        assert done.request_counts and done.request_counts.completed == count + 1
        results = lines_of(client, done.output_file_id)
    assert sorted(one["custom_id"] for one in results) == sorted(f"line {n}" for n in range(count + 1))
    said = [one["response"]["body"]["choices"][0]["message"]["content"] for one in results]
    assert sorted(said) == sorted(f"answer {n}" for n in range(count + 1))
    rows = second.api.get("/api/exchanges?caller=night&limit=100").json()["items"]
    assert len([row for row in rows if row["endpoint"] == "chat.completions"]) == count + 2
