"""A training that never takes place: what a job is, has told and has made, by the seconds it has run.

A kept job has `_ran_s`, the seconds until `_since` (unix), from when on it runs; None while it is paused.
"""

from collections.abc import Iterator
from hashlib import blake2b
from typing import Any

from apps.wire.endpoint import Body
from apps.wire.fine_tuning.hyperparameters import epochs_of

QUEUED_S, RUNNING_S, DONE_S = 1.0, 2.0, 5.0  # seconds from its creation
STEPS = 30  # at least
OVER = ("succeeded", "failed", "cancelled")


def ran_s(job: Body, now: float) -> float:
    """How long the job has run, without its pauses."""
    since = job.get("_since")
    before = job.get("_ran_s", 0.0)
    return float(before if since is None else before + max(0.0, now - since))


def _steps(job: Body) -> int:
    return max(STEPS, epochs_of(job))


def seen(job: Body, now: float) -> Body:
    """The job at that moment."""
    if job["status"] in OVER or job["status"] == "paused" or "_since" not in job:
        return job
    seconds = ran_s(job, now)
    if job.get("_error") and seconds >= QUEUED_S:
        return job | {"status": "failed", "error": job["_error"], "finished_at": _at(job, QUEUED_S)}
    if seconds < QUEUED_S:
        return job
    if seconds < DONE_S:
        left = int(DONE_S - seconds) + 1
        status = "queued" if seconds < RUNNING_S else "running"
        return job | {"status": status, "estimated_finish": int(now) + left}
    return job | {
        "status": "succeeded",
        "finished_at": _at(job, DONE_S),
        "fine_tuned_model": job["_model"],
        "trained_tokens": job["_tokens"],
        "result_files": [job["_results"]],
    }


def _at(job: Body, seconds: float) -> int:
    """When it had run so long, as if it had not been paused before that."""
    return int((job.get("_since") or job["created_at"]) - job.get("_ran_s", 0.0) + seconds)


def metrics(job: Body, step: int) -> Body:
    """Losses that fall, each job its own."""
    noise = int.from_bytes(blake2b(f"{job['id']}{step}".encode(), digest_size=2).digest()) / 65535
    loss = round(2.0 * 0.93**step + 0.2 + 0.1 * noise, 4)
    accuracy = round(min(0.99, 0.5 + 0.45 * step / _steps(job) + 0.02 * noise), 4)
    return {"step": step, "train_loss": loss, "train_mean_token_accuracy": accuracy}


def csv_of(job: Body) -> bytes:
    """The file of results."""
    rows = [metrics(job, step) for step in range(1, _steps(job) + 1)]
    lines = [f"{row['step']},{row['train_loss']},{row['train_mean_token_accuracy']}" for row in rows]
    return "\n".join(["step,train_loss,train_accuracy", *lines, ""]).encode()


def events(job: Body, now: float) -> list[Body]:
    """What the job has told until then, the newest first."""
    seconds = ran_s(job, now)
    told = [event for event in _story(job) if event[0] <= seconds]
    if seen(job, now)["status"] == "cancelled":
        told = [*told, (seconds, "The job has been cancelled.", None)]
    return [_event(job, number, *event) for number, event in enumerate(told)][::-1]


def _story(job: Body) -> Iterator[tuple[float, str, Any]]:
    yield 0.0, f"Created fine-tuning job: {job['id']}", None
    yield 0.0, f"Validating training file: {job['training_file']}", None
    if error := job.get("_error"):
        yield QUEUED_S, f"The job failed: {error['message']}", None
        return
    yield QUEUED_S, "Files validated, moving job to queued state", None
    yield RUNNING_S, "Fine-tuning job started", None
    for step in range(1, _steps(job) + 1):
        figures = metrics(job, step)
        message = f"Step {step}/{_steps(job)}: training loss={figures['train_loss']:.2f}"
        yield RUNNING_S + (DONE_S - RUNNING_S) * step / _steps(job), message, figures
    yield DONE_S, f"New fine-tuned model created: {job['_model']}", None
    yield DONE_S, "The job has successfully completed", None


def _event(job: Body, number: int, seconds: float, message: str, figures: Any) -> Body:
    return {
        "object": "fine_tuning.job.event",
        "id": f"ftevent-{job['id'].rpartition('-')[2]}{number:03}",
        "created_at": _at(job, seconds),
        "level": "error" if job.get("_error") and number > 1 else "info",
        "message": message,
        "type": "metrics" if figures else "message",
        "data": figures or {},
    }


def checkpoints(job: Body, now: float) -> list[Body]:
    """One for each epoch that has ended, the newest first."""
    if job.get("_error"):
        return []
    seconds, made = ran_s(job, now), []
    epochs, steps = epochs_of(job), _steps(job)
    for epoch in range(1, epochs + 1):
        step = steps * epoch // epochs
        at_s = RUNNING_S + (DONE_S - RUNNING_S) * step / _steps(job)
        if at_s > seconds:
            break
        name = job["_model"] if epoch == epochs else f"{job['_model']}:ckpt-step-{step}"
        made.append(
            {
                "object": "fine_tuning.job.checkpoint",
                "id": f"ftckpt_{job['id'].rpartition('-')[2]}{epoch}",
                "created_at": _at(job, at_s),
                "fine_tuned_model_checkpoint": name,
                "fine_tuning_job_id": job["id"],
                "metrics": metrics(job, step),
                "step_number": step,
            }
        )
    return made[::-1]
