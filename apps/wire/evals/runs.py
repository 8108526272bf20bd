"""The endpoints of runs of evals."""

from collections.abc import Iterator

import orjson

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.errors import WireError
from apps.wire.evals.objects import EVALS
from apps.wire.evals.outcome import WAITING, outcome, seen
from apps.wire.evals.sampling import no_error
from apps.wire.evals.sources import must_be_there
from apps.wire.ids import hexadecimal
from apps.wire.kept_resource import Resource
from apps.wire.pages import LIMIT_MAX, asked_order, cursor_page, part_of
from apps.wire.row import essential, row
from apps.wire.shelf import Shelf


def _fill(draft: Body, call: Call) -> Body:
    data, eval_id = call.data, call.params.get("eval_id", "eval_unknown")
    source = data.get("data_source") if isinstance(data.get("data_source"), dict) else None
    made: Body = {
        "object": "eval.run",
        "id": call.params.get("run_id") or f"evalrun_{hexadecimal(32)}",
        "eval_id": eval_id,
        "report_url": "",
        "status": "queued",
        "model": (source or {}).get("model") or "",
        "name": data.get("name") or "Run",
        "created_at": int(call.received_at),
        "result_counts": {"total": 0, "errored": 0, "failed": 0, "passed": 0},
        "per_model_usage": [],
        "per_testing_criteria_results": [],
        "data_source": source or {"type": "jsonl", "source": {"type": "file_content", "content": []}},
        "error": no_error(),
        "metadata": data.get("metadata") or {},
    } | draft
    if "report_url" not in draft:
        made["report_url"] = f"https://platform.openai.com/evaluations/{eval_id}?run_id={made['id']}"
    return made


RUNS = Resource(
    name="evals.runs",
    label="Run with id '{id}' not found.",
    path="/evals/{eval_id}/runs",
    param="run_id",
    fill=_fill,
    seen=seen,
    above=EVALS,
)
_ONE = f"{RUNS.path}/{{run_id}}"


def _keep(call: Call, body: Body, shelf: Shelf) -> None:
    """A new run has its results at once, and shows them by its clock, unless its author says how it ended."""
    body = body | {"_since": call.received_at}
    if not RUNS.put(call, body, shelf):
        return
    criteria = (shelf.get(EVALS.name, EVALS.key(call)) or {}).get("testing_criteria") or []
    told, items = outcome(body, criteria, call, shelf)
    shelf.update(RUNS.name, RUNS.key(call, body["id"]), body | {"_outcome": told})
    shelf.put_content(RUNS.key(call, body["id"]), orjson.dumps(items))


def _create(call: Call, shelf: Shelf) -> Body:
    EVALS.kept(call, shelf)
    must_be_there(call.data["data_source"].get("source"), shelf)
    return {}


def _cancel(call: Call, shelf: Shelf) -> Body:
    run = RUNS.now(call, shelf)
    if run["status"] not in WAITING and shelf.get(RUNS.name, RUNS.key(call)) is not None:
        raise WireError(400, f"Run {run['id']} has status '{run['status']}' and cannot be canceled.")
    return run | {"status": "canceled"}


def _keep_canceled(call: Call, body: Body, shelf: Shelf) -> None:
    kept = shelf.get(RUNS.name, RUNS.key(call))
    if kept is not None:
        shelf.update(RUNS.name, RUNS.key(call), kept | {"status": body.get("status", "canceled")})


def _list(call: Call, shelf: Shelf) -> Body:
    EVALS.kept(call, shelf)
    wanted = call.asked("status")
    if not wanted:
        return RUNS.page(call, shelf, order="asc")
    runs = [run for run in _all(call, shelf) if run["status"] == wanted]  # a state is a matter of time
    return cursor_page(part_of(runs, call))


def _all(call: Call, shelf: Shelf) -> Iterator[Body]:
    order, after, has_more = asked_order(call, "asc"), "", True
    while has_more:
        page = shelf.page(RUNS.name, parent=RUNS.parent(call), after=after, limit=LIMIT_MAX, order=order)
        for kept in page.items:
            after = RUNS.key(call, kept["id"])
            yield RUNS.shown(kept, call, shelf)
        has_more = page.has_more


ENDPOINTS = (
    RUNS.create(
        check=essential("evals.runs.create", r"data_source.*"),
        auto=_create,
        keep=_keep,
        summary=lambda call: f"run {call.data.get('name') or ''} of {call.params['eval_id']}",
    ),
    RUNS.list(auto=_list),
    RUNS.retrieve(),
    RUNS.delete("eval.run.deleted", named="run_id", is_whole=lambda body: "run_id" in body),
    row(
        "evals.runs.cancel",
        "POST",
        f"{_ONE}/cancel",
        fill=lambda draft, call: _fill({"status": "canceled"} | draft, call),
        auto=_cancel,
        keep=_keep_canceled,
        bodiless=True,
    ),
)
