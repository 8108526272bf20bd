"""The batches endpoints. `gateway.batches` runs what they create; its lines are in `batch_lines`."""

from typing import Any

from apps.wire import files
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.errors import WireError
from apps.wire.ids import object_id
from apps.wire.kept_object import found
from apps.wire.kept_resource import Resource
from apps.wire.row import essential, row
from apps.wire.shelf import TO_DO, Shelf

CANCELS = "batches.cancel"  # kind: that a batch is to be cancelled, under its id
ENDED = ("failed", "completed", "expired", "cancelled")

_WINDOW_S = 86_400
_TIMES = (
    *("in_progress_at", "finalizing_at", "completed_at", "failed_at"),
    *("expired_at", "cancelling_at", "cancelled_at"),
)


def _fill(draft: Body, call: Call) -> Body:
    """A batch from what the request says; {} is enough."""
    now, data = int(call.received_at), call.data
    return {
        "id": call.params.get("batch_id") or object_id("batch_"),
        "object": "batch",
        "endpoint": data.get("endpoint", "/v1/chat/completions"),
        "model": None,
        "errors": None,
        "input_file_id": data.get("input_file_id", "file-unknown"),
        "completion_window": data.get("completion_window", "24h"),
        "status": "validating",
        "output_file_id": None,
        "error_file_id": None,
        "created_at": now,
        "expires_at": now + _WINDOW_S,
        **dict.fromkeys(_TIMES),
        "request_counts": {"total": 0, "completed": 0, "failed": 0},
        "usage": _no_usage(),
        "metadata": data.get("metadata"),
    } | draft


def _no_usage() -> dict[str, Any]:
    return {
        "input_tokens": 0,
        "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 0,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 0,
    }


def _create(call: Call, shelf: Shelf) -> Body:
    file_id = str(call.data.get("input_file_id"))
    kept = found(shelf, files.KIND, file_id, label="File", sample=lambda: {"purpose": "batch"})
    if kept.get("purpose") != "batch":
        message = f"Invalid file purpose: '{kept.get('purpose')}'. Expected a file of the purpose 'batch'."
        raise WireError(400, message, param="input_file_id", code="invalid_value")
    return {}


def _keep(call: Call, body: Body, shelf: Shelf) -> None:
    """A new batch begins to run, also one that an author has answered, unless it says how it ended."""
    after = call.data.get("output_expires_after")
    seconds = after.get("seconds") if isinstance(after, dict) else None
    if BATCHES.put(call, body, shelf) and body.get("status") == "validating":
        work = {"of": BATCHES.name, "owner": "", "output_kept_s": seconds}
        shelf.put(TO_DO, body["id"], work, parent=body["id"])


def _cancel(call: Call, shelf: Shelf) -> Body:
    kept = BATCHES.now(call, shelf)
    if kept["status"] in ENDED:
        message = f"Cannot cancel a batch with status '{kept['status']}'."
        raise WireError(409, message, x_should_retry=False)
    return kept | {"status": "cancelling", "cancelling_at": kept["cancelling_at"] or int(call.received_at)}


def _keep_cancel(call: Call, body: Body, shelf: Shelf) -> None:
    batch_id = call.params["batch_id"]
    if shelf.update(BATCHES.name, batch_id, body) and body.get("status") == "cancelling":
        shelf.put(CANCELS, batch_id, {}, parent=batch_id)


def _asked(call: Call) -> str:
    return f"batch of {call.data.get('endpoint')}: {call.data.get('input_file_id')}"


BATCHES = Resource(
    name="batches", label="No batch found with id '{id}'.", path="/batches", param="batch_id", fill=_fill
)
ENDPOINTS = (
    BATCHES.create(
        check=essential("batches.create", "endpoint|input_file_id|completion_window"),
        auto=_create,
        keep=_keep,
        summary=_asked,
    ),
    BATCHES.list(),
    BATCHES.retrieve(),
    row(
        "batches.cancel",
        "POST",
        "/batches/{batch_id}/cancel",
        fill=_fill,
        auto=_cancel,
        keep=_keep_cancel,
        bodiless=True,
    ),
)
