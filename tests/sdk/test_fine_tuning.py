"""Fine-tuning jobs as the real SDK starts and follows them."""

import json
from collections.abc import Callable
from typing import Any

import openai
import pytest

from tests.conftest import wait_for

EXAMPLE = json.dumps({"messages": [{"role": "user", "content": "?"}, {"role": "assistant", "content": "!"}]})


@pytest.fixture
def client(connect: Callable[..., openai.OpenAI], request: pytest.FixtureRequest) -> openai.OpenAI:
    """Each test has a shelf of its own."""
    return connect(caller=request.node.name[:80].translate({ord("["): "-", ord("]"): None}))


def start(client: openai.OpenAI, text: str = f"{EXAMPLE}\n" * 12, **fields: Any) -> Any:
    file = client.files.create(file=("train.jsonl", text.encode()), purpose="fine-tune")
    return client.fine_tuning.jobs.create(model="gpt-4o-mini-2024-07-18", training_file=file.id, **fields)


def reached(client: openai.OpenAI, job: Any, status: str) -> Any:
    def look() -> Any:
        now = client.fine_tuning.jobs.retrieve(job.id)
        return now if now.status == status else None

    return wait_for(look, pause_s=0.1)


def test_a_job_succeeds_and_its_model_works(server: Any, client: openai.OpenAI) -> None:
    job = start(client, suffix="my-run", metadata={"k": "v"})
    assert (job.object, job.status, job.fine_tuned_model) == ("fine_tuning.job", "validating_files", None)
    assert job.id.startswith("ftjob-") and job.hyperparameters.n_epochs == 3
    running = reached(client, job, "running")
    assert running.estimated_finish and running.finished_at is None
    done = reached(client, job, "succeeded")
    assert done.fine_tuned_model.startswith("ft:gpt-4o-mini-2024-07-18:mockopenai:my-run:")
    assert done.trained_tokens > 0 and done.finished_at >= done.created_at and done.error is None
    assert client.files.content(done.result_files[0]).text.startswith("step,train_loss")
    events = list(client.fine_tuning.jobs.list_events(job.id, limit=10))  # the SDK turns the pages
    assert events[0].message == "The job has successfully completed"
    assert events[-1].message == f"Created fine-tuning job: {job.id}"
    assert len({event.id for event in events}) == len(events) > 30
    points = list(client.fine_tuning.jobs.checkpoints.list(job.id, limit=1))
    assert [one.step_number for one in points] == [30, 20, 10]
    assert points[0].fine_tuned_model_checkpoint == done.fine_tuned_model
    assert points[0].metrics.train_loss < points[-1].metrics.train_loss  # type: ignore[operator]
    assert done.fine_tuned_model in [one.id for one in client.models.list()]
    assert client.models.retrieve(done.fine_tuned_model).owned_by == "org-mockopenai"
    server.queue(client.api_key[8:], {"content": "tuned"})
    answer = client.chat.completions.create(
        model=done.fine_tuned_model, messages=[{"role": "user", "content": "?"}]
    )
    assert (answer.model, answer.choices[0].message.content) == (done.fine_tuned_model, "tuned")
    assert client.models.delete(done.fine_tuned_model).deleted
    for ask in (client.models.retrieve, client.models.delete):
        with pytest.raises(openai.NotFoundError):
            ask(done.fine_tuned_model)
    with pytest.raises(openai.PermissionDeniedError, match="Only models of your own"):
        client.models.delete("gpt-4o")


@pytest.mark.parametrize("way", ["supervised", "dpo", "older"])
def test_a_job_has_the_hyperparameters_that_were_chosen(client: openai.OpenAI, way: Any) -> None:
    asked: Any = {"n_epochs": 2, "learning_rate_multiplier": 0.5, "batch_size": "auto"}
    asked |= {"beta": 0.1} if way == "dpo" else {}
    method = {"type": way, way: {"hyperparameters": asked}}
    job = start(client, **({"hyperparameters": asked} if way == "older" else {"method": method}))
    chosen = job.hyperparameters
    assert (chosen.n_epochs, chosen.batch_size, chosen.learning_rate_multiplier) == (2, 1, 0.5)
    told = getattr(job.method, "supervised" if way == "older" else way).hyperparameters
    assert (told.n_epochs, told.batch_size, told.learning_rate_multiplier) == (2, 1, 0.5)
    assert way != "dpo" or told.beta == 0.1
    done = reached(client, job, "succeeded")
    assert done.trained_tokens == len(f"{EXAMPLE}\n" * 12) // 4 * 2
    points = list(client.fine_tuning.jobs.checkpoints.list(job.id))
    assert [one.step_number for one in points] == [30, 15]


def test_more_epochs_take_more_steps(client: openai.OpenAI) -> None:
    job = start(client, method={"type": "supervised", "supervised": {"hyperparameters": {"n_epochs": 50}}})
    reached(client, job, "succeeded")
    points = list(client.fine_tuning.jobs.checkpoints.list(job.id, limit=30))
    assert [one.step_number for one in points] == list(range(50, 0, -1))
    assert len({one.id for one in points}) == len(points)


def test_a_job_is_paused_resumed_and_cancelled(client: openai.OpenAI) -> None:
    job = start(client)
    assert str(client.fine_tuning.jobs.pause(job.id).status) == "paused"
    assert str(client.fine_tuning.jobs.retrieve(job.id).status) == "paused"
    with pytest.raises(openai.BadRequestError, match="cannot be paused"):
        client.fine_tuning.jobs.pause(job.id)
    assert client.fine_tuning.jobs.resume(job.id).status == "running"
    assert client.fine_tuning.jobs.cancel(job.id).status == "cancelled"
    gone = client.fine_tuning.jobs.retrieve(job.id)
    assert gone.status == "cancelled" and gone.finished_at
    assert client.fine_tuning.jobs.list_events(job.id).data[0].message == "The job has been cancelled."
    with pytest.raises(openai.BadRequestError, match="cannot be cancelled"):
        client.fine_tuning.jobs.cancel(job.id)
    assert [one.id for one in client.fine_tuning.jobs.list()] == [job.id]


def test_a_job_fails_by_its_training_file(client: openai.OpenAI) -> None:
    failed = reached(client, start(client, "{nonsense\n"), "failed")
    assert failed.error.code == "invalid_training_file" and "Line 1" in failed.error.message
    other = client.files.create(file=("a.txt", b"x"), purpose="assistants")
    with pytest.raises(openai.BadRequestError, match="Invalid file purpose"):
        client.fine_tuning.jobs.create(model="gpt-4o-mini", training_file=other.id)
    with pytest.raises(openai.NotFoundError, match="No such File object: file-none"):
        client.fine_tuning.jobs.create(model="gpt-4o-mini", training_file="file-none")
    with pytest.raises(openai.NotFoundError, match="Could not find fine tune: ftjob-none"):
        client.fine_tuning.jobs.retrieve("ftjob-none")
