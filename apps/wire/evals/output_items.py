"""The endpoints of what the rows of a run were graded: there once the run has completed."""

from typing import Any

import orjson

from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint
from apps.wire.evals.runs import RUNS
from apps.wire.evals.sampling import shown
from apps.wire.kept_object import is_sampled, no_such
from apps.wire.pages import asked_order, cursor_page, fill_page, part_of
from apps.wire.row import row
from apps.wire.shelf import Shelf

_PATH = f"{RUNS.path}/{{run_id}}/output_items"


def _fill(draft: Body, call: Call) -> Body:
    return {
        "object": "eval.run.output_item",
        "id": call.params.get("output_item_id", "outputitem_unknown"),
        "created_at": int(call.received_at),
        "run_id": call.params.get("run_id", "evalrun_unknown"),
        "eval_id": call.params.get("eval_id", "eval_unknown"),
        "status": "pass",
        "datasource_item_id": 0,
        "datasource_item": {},
        "results": [],
        "sample": shown({"item": {}}, {}),
    } | draft


def _items(call: Call, shelf: Shelf) -> list[Body]:
    if RUNS.now(call, shelf)["status"] != "completed":
        return []
    items: Any = orjson.loads(shelf.content(RUNS.key(call)) or b"[]")
    return list(items)


def _list(call: Call, shelf: Shelf) -> Body:
    items, wanted = _items(call, shelf), call.asked("status")
    if asked_order(call, "asc") == "desc":
        items.reverse()
    return cursor_page(part_of([one for one in items if not wanted or one["status"] == wanted], call))


def _retrieve(call: Call, shelf: Shelf) -> Body:
    asked = call.params["output_item_id"]
    for item in _items(call, shelf):
        if item["id"] == asked:
            return item
    if is_sampled():
        return _fill({}, call)
    raise no_such("Output item with id '{id}' not found.", asked)


ENDPOINTS: tuple[Endpoint, ...] = (
    row(
        "evals.runs.output_items.list",
        "GET",
        _PATH,
        fill=lambda draft, call: fill_page(draft, call, fill=_fill),
        auto=_list,
    ),
    row(
        "evals.runs.output_items.retrieve",
        "GET",
        f"{_PATH}/{{output_item_id}}",
        fill=_fill,
        auto=_retrieve,
    ),
)
