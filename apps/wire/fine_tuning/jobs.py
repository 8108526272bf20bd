"""The endpoints of fine-tuning jobs."""

from apps.wire import files
from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint
from apps.wire.errors import WireError
from apps.wire.fine_tuning import training
from apps.wire.fine_tuning.hyperparameters import chosen, epochs_of, method
from apps.wire.fine_tuning.tuned import KIND
from apps.wire.ids import object_id
from apps.wire.jsongate import GateError, read_object
from apps.wire.kept_object import found
from apps.wire.kept_resource import Resource
from apps.wire.pages import cursor_page, fill_page, metadata_asked, part_of
from apps.wire.row import Act, essential, row
from apps.wire.shelf import Shelf


def _fill(draft: Body, call: Call) -> Body:
    data = call.data
    return {
        "object": "fine_tuning.job",
        "id": call.params.get("fine_tuning_job_id") or object_id("ftjob-"),
        "model": data.get("model", "gpt-4o-mini-2024-07-18"),
        "created_at": int(call.received_at),
        "finished_at": None,
        "fine_tuned_model": None,
        "organization_id": "org-mockopenai",
        "result_files": [],
        "status": "validating_files",
        "validation_file": data.get("validation_file"),
        "training_file": data.get("training_file", "file-unknown"),
        "hyperparameters": chosen(data),
        "trained_tokens": None,
        "error": None,
        "estimated_finish": None,
        "seed": data.get("seed") if isinstance(data.get("seed"), int) else 42,
        "integrations": data.get("integrations") or [],
        "method": method(data),
        "metadata": data.get("metadata"),
    } | draft


def _create(call: Call, shelf: Shelf) -> Body:
    for name in ("training_file", "validation_file"):
        if file_id := call.data.get(name):
            kept = found(
                shelf, files.KIND, str(file_id), label="File", sample=lambda: {"purpose": "fine-tune"}
            )
            if kept.get("purpose") != "fine-tune":
                message = f"Invalid file purpose: '{kept.get('purpose')}'. Expected 'fine-tune'."
                raise WireError(400, message, param=name, code="invalid_file_purpose")
    return {}


def _keep(call: Call, body: Body, shelf: Shelf) -> None:
    """A new job runs from now on, unless its author says how it ended."""
    suffix = call.data.get("suffix") or ""
    job_id, content = body.get("id"), shelf.content(str(body.get("training_file"))) or b""
    if not isinstance(job_id, str):
        return
    results = f"file-{job_id.rpartition('-')[2]}"
    hidden: Body = {
        "_model": f"ft:{body.get('model')}:mockopenai:{suffix}:{job_id[-8:]}",
        "_results": results,
        "_tokens": len(content) // 4 * epochs_of(body),
    }
    if body.get("status") in ("validating_files", "queued", "running"):
        hidden |= {"_since": call.received_at, "_ran_s": 0.0, "_error": _wrong(content)}
        about = {"id": results, "filename": "step_metrics.csv", "purpose": "fine-tune-results"}
        data = training.csv_of(body)
        shelf.put(
            files.KIND, results, files.CREATE.fill({**about, "bytes": len(data)}, call._replace(data={}))
        )
        shelf.put_content(results, data)
    JOBS.put(call, body | hidden, shelf)


def _wrong(content: bytes) -> Body | None:
    """What is wrong with a training file."""
    lines = [line for line in content.split(b"\n") if line.strip()]
    for number, line in enumerate(lines, 1):
        try:
            read_object(line)
        except GateError:
            message = (
                "The job failed due to an invalid training file. Invalid file format. "
                f"Line {number} is no JSON."
            )
            return {"code": "invalid_training_file", "message": message, "param": "training_file"}
    return None


def _turn(*, to: str) -> Act:
    """Cancels, pauses or resumes; what has ended stays as it is."""

    def act(call: Call, shelf: Shelf) -> Body:
        job = JOBS.now(call, shelf)
        if shelf.get(JOBS.name, job["id"]) is None:  # a sample, and the SDK's types know no "paused"
            return job
        is_over = job["status"] in training.OVER
        if is_over or (to == "running") != (job["status"] == "paused"):
            verb = {"cancelled": "cancelled", "paused": "paused", "running": "resumed"}[to]
            message = f"Job {job['id']} has status '{job['status']}' and cannot be {verb}."
            if to != "cancelled" or is_over:
                raise WireError(400, message, code="invalid_job_status")
        ended = {"finished_at": int(call.received_at)} if to == "cancelled" else {}
        return job | {"status": to, **ended}

    return act


def _keep_turn(call: Call, body: Body, shelf: Shelf) -> None:
    kept = shelf.get(JOBS.name, JOBS.key(call))
    if kept is None:
        return
    is_running = body.get("status") == "running"
    clock = {
        "_ran_s": training.ran_s(kept, call.received_at),
        "_since": call.received_at if is_running else None,
    }
    # Going on, it is what its seconds say, from its first state on.
    status = "validating_files" if is_running else body.get("status")
    shelf.update(JOBS.name, JOBS.key(call), {**kept, **body, **clock, "status": status})


def _listed(name: str) -> Act:
    """A list that is computed from the job."""

    def auto(call: Call, shelf: Shelf) -> Body:
        job = JOBS.kept(call, shelf)
        items = getattr(training, name)(job, call.received_at) if "_model" in job else []
        return cursor_page(part_of(items, call))

    return auto


def _see(kept: Body, call: Call, shelf: Shelf) -> Body:
    return training.seen(kept, call.received_at)


JOBS = Resource(
    name=KIND,
    label="Could not find fine tune: {id}",
    path="/fine_tuning/jobs",
    param="fine_tuning_job_id",
    fill=_fill,
    seen=_see,
)
_ONE = f"{JOBS.path}/{{fine_tuning_job_id}}"


def _turning(name: str, to: str) -> Endpoint:
    return row(
        f"fine_tuning.jobs.{name}",
        "POST",
        f"{_ONE}/{name}",
        fill=lambda draft, call: _fill({"status": to} | draft, call),
        auto=_turn(to=to),
        keep=_keep_turn,
        bodiless=True,
    )


def _list(operation: str, word: str, name: str) -> Endpoint:
    def fill(draft: Body, call: Call) -> Body:
        return fill_page(draft, call)

    return row(operation, "GET", f"{_ONE}/{word}", fill=fill, auto=_listed(name))


ENDPOINTS = (
    JOBS.create(
        check=essential("fine_tuning.jobs.create", "model|training_file|validation_file|suffix"),
        auto=_create,
        keep=_keep,
        summary=lambda call: f"{call.model} with {call.data.get('training_file')}",
    ),
    JOBS.list(page=lambda call: {"where": metadata_asked(call)}),
    JOBS.retrieve(),
    _turning("cancel", "cancelled"),
    _turning("pause", "paused"),
    _turning("resume", "running"),
    _list("fine_tuning.jobs.list_events", "events", "events"),
    _list("fine_tuning.jobs.checkpoints.list", "checkpoints", "checkpoints"),
)
