"""Evals and their runs, as the real SDK makes and follows them."""

import json
from collections.abc import Callable
from typing import Any

import openai
import pytest

from tests.conftest import wait_for

CHECK = {
    "type": "string_check",
    "name": "Right",
    "input": "{{ sample.output_text }}",
    "reference": "{{ item.answer }}",
    "operation": "eq",
}
JUDGE = {
    "type": "score_model",
    "name": "Judge",
    "model": "gpt-4o",
    "input": [{"role": "user", "content": "{{sample.output_text}}"}],
    "range": [0, 5],
}
ROWS = [
    {"item": {"answer": "Oslo"}, "sample": {"output_text": "Oslo"}},
    {"item": {"answer": "Rome"}, "sample": {"output_text": "rome"}},
    {"item": {"question": "?"}, "sample": {"output_text": "?"}},
]


@pytest.fixture
def client(connect: Callable[..., openai.OpenAI], request: pytest.FixtureRequest) -> openai.OpenAI:
    """Each test has a shelf of its own."""
    return connect(caller=request.node.name[:80])


def make(client: openai.OpenAI, *criteria: Any) -> Any:
    config = {"type": "custom", "item_schema": {"type": "object"}, "include_sample_schema": True}
    return client.evals.create(name="cities", data_source_config=config, testing_criteria=criteria)  # type: ignore[arg-type]


def run(client: openai.OpenAI, made: Any, source: Any, kind: str = "jsonl", **more: Any) -> Any:
    """A run, once it is over."""
    started = client.evals.runs.create(made.id, data_source={"type": kind, "source": source, **more})  # type: ignore[arg-type,misc]
    assert (started.status, started.result_counts.total) == ("queued", 0)
    assert client.evals.runs.output_items.list(started.id, eval_id=made.id).data == []

    def look() -> Any:
        now = client.evals.runs.retrieve(started.id, eval_id=made.id)
        return now if now.status in ("completed", "failed") else None

    return wait_for(look, pause_s=0.1)


def test_a_run_checks_the_strings_of_its_rows(client: openai.OpenAI) -> None:
    made = make(client, CHECK, JUDGE)
    done = run(client, made, {"type": "file_content", "content": ROWS})
    counts = done.result_counts
    assert (counts.total, counts.passed, counts.failed, counts.errored) == (3, 1, 1, 1)
    right, judge = done.per_testing_criteria_results
    assert [right.testing_criteria, judge.testing_criteria] == [one.id for one in made.testing_criteria]
    assert (right.passed, right.failed, judge.passed) == (1, 2, 3)
    assert done.error is None and done.id in done.report_url and done.per_model_usage == []
    items = list(client.evals.runs.output_items.list(done.id, eval_id=made.id, limit=2))  # it turns the page
    assert [one.status for one in items] == ["pass", "fail", "error"]
    assert items[0].datasource_item == {"answer": "Oslo"}
    assert items[2].sample.error.message == "The row has no 'item.answer'."
    assert [result.score for result in items[0].results] == [1.0, 5.0]
    failed = client.evals.runs.output_items.list(done.id, eval_id=made.id, status="fail").data
    assert failed == [items[1]]
    one = client.evals.runs.output_items.retrieve(items[1].id, eval_id=made.id, run_id=done.id)
    assert one.model_dump() == items[1].model_dump()


def test_a_run_samples_a_model_for_the_rows_of_a_file(client: openai.OpenAI) -> None:
    made = make(client, {**CHECK, "operation": "ilike", "reference": "{{item.city}}"})
    lines = "\n".join(json.dumps({"item": {"city": city}}) for city in ("Oslo", "Rome"))
    file = client.files.create(file=("rows.jsonl", lines.encode()), purpose="evals")
    template = [{"role": "user", "content": "Say {{item.city}}"}]
    asked = {"model": "gpt-4o-mini", "input_messages": {"type": "template", "template": template}}
    done = run(client, made, {"type": "file_id", "id": file.id}, "completions", **asked)
    assert (done.model, done.result_counts.passed) == ("gpt-4o-mini", 2)
    usage = done.per_model_usage[0]
    assert (usage.run_model_name, usage.invocation_count) == ("gpt-4o-mini", 2)
    assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens > 0
    item = client.evals.runs.output_items.list(done.id, eval_id=made.id).data[0]
    assert item.sample.input[0].content == "Say Oslo" and "Oslo" in (item.sample.output[0].content or "")


def test_a_source_that_is_no_list_of_rows_fails_its_run(client: openai.OpenAI) -> None:
    made = make(client, CHECK)
    file = client.files.create(file=("rows.jsonl", b"{}"), purpose="evals")
    failed = run(client, made, {"type": "file_id", "id": file.id})
    assert failed.status == "failed" and failed.error.message == "Line 1 has no 'item' that is an object."
    with pytest.raises(openai.NotFoundError, match="No such File object"):
        client.evals.runs.create(
            made.id, data_source={"type": "jsonl", "source": {"type": "file_id", "id": "file-no"}}
        )


def test_evals_are_changed_listed_and_deleted_with_their_runs(client: openai.OpenAI) -> None:
    first, second = make(client, CHECK), make(client, JUDGE)
    assert client.evals.update(first.id, name="towns", metadata={"k": "v"}).name == "towns"
    assert client.evals.retrieve(first.id).metadata == {"k": "v"}
    assert [one.id for one in client.evals.list(limit=1)] == [first.id, second.id]
    source: Any = {"type": "jsonl", "source": {"type": "file_content", "content": ROWS}}
    gone = client.evals.runs.create(first.id, data_source=source)
    assert client.evals.runs.cancel(gone.id, eval_id=first.id).status == "canceled"
    with pytest.raises(openai.BadRequestError, match="cannot be canceled"):
        client.evals.runs.cancel(gone.id, eval_id=first.id)
    other = client.evals.runs.create(first.id, data_source=source)
    assert [one.id for one in client.evals.runs.list(first.id, limit=1)] == [gone.id, other.id]
    assert [one.id for one in client.evals.runs.list(first.id, status="canceled")] == [gone.id]
    deleted = client.evals.runs.delete(other.id, eval_id=first.id)
    assert (deleted.deleted, deleted.run_id) == (True, other.id)
    assert client.evals.delete(first.id).eval_id == first.id
    with pytest.raises(openai.NotFoundError, match=f"Eval with id '{first.id}' not found"):
        client.evals.runs.list(first.id)
    with pytest.raises(openai.NotFoundError, match="not found"):
        client.evals.runs.retrieve(gone.id, eval_id=first.id)
