"""The endpoints of runs: those that are answered like a chat completion, and those that look at them."""

from collections.abc import Callable

from apps.wire.assistants import runs
from apps.wire.assistants.frames import frames
from apps.wire.assistants.messages import put_thread
from apps.wire.assistants.objects import RUNS, STEPS, fill_thread
from apps.wire.assistants.run_auto import (
    asked_by_both,
    asked_by_create,
    asked_by_submit,
    create,
    create_both,
    given_messages,
    outputs_of,
    plain,
    submit,
)
from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint
from apps.wire.errors import WireError
from apps.wire.row import Act, Keep, essential, row
from apps.wire.shelf import Shelf

_ONE = f"{RUNS.path}/{{run_id}}"


# --- what is kept ----------------------------------------------------------------------------------


def _keep_both(call: Call, body: Body, shelf: Shelf) -> None:
    put_thread(call, fill_thread({"id": body["thread_id"]}, call), shelf, call.data.get("thread"))
    runs.keep(call, body, shelf)


def _keep_submitted(call: Call, body: Body, shelf: Shelf) -> None:
    """The outputs stand in the step that asked for them; the run goes on as itself."""
    kept = shelf.get(RUNS.name, RUNS.key(call))
    if kept is None:
        return
    outputs, now = outputs_of(call), int(call.received_at)
    for step in shelf.page(STEPS.name, parent=RUNS.key(call), limit=1).items:
        for one in step["step_details"].get("tool_calls", ()):
            one["function"]["output"] = outputs.get(one["id"])
        step |= {"status": "completed", "completed_at": now}
        shelf.update(STEPS.name, STEPS.key(call, step["id"]), step)
    same = {name: kept[name] for name in ("assistant_id", "created_at", "metadata", "tools", "instructions")}
    runs.keep(call, {**body, **same, "id": kept["id"]}, shelf)


def _cancel(call: Call, shelf: Shelf) -> Body:
    run = RUNS.now(call, shelf)
    if run["status"] not in ("queued", "in_progress", "requires_action"):
        raise WireError(400, f"Cannot cancel run with status '{run['status']}'.")
    now = int(call.received_at)
    return run | {"status": "cancelling", "cancelled_at": now, "required_action": None}


# --- rows ------------------------------------------------------------------------------------------


def _answered(
    name: str, path: str, *, auto: Act, asked: Act, keep: Keep, check: Callable[[Call], None]
) -> Endpoint:
    """A row that is answered like a chat completion."""
    return row(
        f"beta.threads.{name}",
        "POST",
        path,
        fill=runs.fill,
        auto=auto,
        asked=asked,
        keep=keep,
        check=check,
        summary=_summary,
        frames=frames,
        raw=runs.raw,
        is_whole=runs.is_whole,
    )


def _summary(call: Call) -> str:
    said = plain(call.data.get("additional_messages"))[-1:] or given_messages(call)[-1:]
    if said:
        return str(said[0]["content"])
    if outputs := outputs_of(call):
        return f"[tool result] {' '.join(outputs.values())}"
    return f"run of {call.params.get('thread_id')} by {call.data.get('assistant_id')}"


ENDPOINTS = (
    _answered(
        "runs.create",
        RUNS.path,
        auto=create,
        asked=asked_by_create,
        keep=runs.keep,
        check=essential("beta.threads.runs.create", "assistant_id|stream"),
    ),
    _answered(
        "create_and_run",
        "/threads/runs",
        auto=create_both,
        asked=asked_by_both,
        keep=_keep_both,
        check=essential("beta.threads.create_and_run", "assistant_id|stream"),
    ),
    _answered(
        "runs.submit_tool_outputs",
        f"{_ONE}/submit_tool_outputs",
        auto=submit,
        asked=asked_by_submit,
        keep=_keep_submitted,
        check=essential("beta.threads.runs.submit_tool_outputs", "tool_outputs|stream"),
    ),
    RUNS.list(),
    RUNS.retrieve(),
    RUNS.update("metadata"),
    row(
        "beta.threads.runs.cancel",
        "POST",
        f"{_ONE}/cancel",
        fill=RUNS.fill,
        auto=_cancel,
        keep=RUNS.change,
        bodiless=True,
    ),
)
