"""What comes of a run: each of its rows graded, the figures over them, and what of it is seen when.

A kept run has `_outcome`, what it will say when it has completed; its graded rows are one content.
"""

from collections import Counter
from typing import Any

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.evals import graders
from apps.wire.evals.sampling import MODEL, no_error, readable, sampled, shown, used
from apps.wire.evals.sources import RowError, rows
from apps.wire.evals.templates import MissingError
from apps.wire.shelf import Shelf

QUEUED_S, DONE_S = 1.0, 2.0  # seconds from its creation
WAITING = ("queued", "in_progress")


def seen(kept: Body, call: Call, shelf: Shelf) -> Body:
    """The run at the moment of the call."""
    if "_outcome" not in kept or kept.get("status") not in WAITING:
        return kept
    age_s = call.received_at - kept["_since"]
    if age_s < DONE_S:
        return kept | {"status": "queued" if age_s < QUEUED_S else "in_progress"}
    done: Body = kept["_outcome"]
    return kept | done


def outcome(run: Body, criteria: list[Body], call: Call, shelf: Shelf) -> tuple[Body, list[Body]]:
    """(what the run will say, its output items)"""
    source: Any = run.get("data_source")
    about: Body = source if isinstance(source, dict) else {}
    try:
        found = rows(about.get("source"), shelf)
    except RowError as error:
        return {"status": "failed", "error": {"code": "invalid_data_source", "message": str(error)}}, []
    answered = [_answered(row, about, call, shelf) for row in found]
    tokens = used(answered, str(about.get("model") or MODEL))
    items = [
        _item(index, row, criteria, run, shown(row, about, tokens[index]))
        for index, row in enumerate(answered)
    ]
    return {"status": "completed", **_figures(items, criteria)}, items


def _answered(row: Body, source: Body, call: Call, shelf: Shelf) -> Body:
    """The row with its answer, or with the `error` that there is none by."""
    try:
        return sampled(row, source, call, shelf)
    except MissingError as missing:
        return row | {"error": _missing(missing)}


def _item(index: int, row: Body, criteria: list[Body], run: Body, sample: Body) -> Body:
    error, results, readable_row = row.get("error"), [], readable(row)
    for criterion in criteria:
        try:
            results.append(graders.graded(criterion, readable_row))
        except MissingError as missing:
            error = error or _missing(missing)
            results.append(graders.failed(criterion))
    is_passed = all(one["passed"] for one in results)
    return {
        "object": "eval.run.output_item",
        "id": f"outputitem_{str(run['id']).rpartition('_')[2]}{index:04}",
        "created_at": int(run["_since"] + DONE_S),
        "run_id": run["id"],
        "eval_id": run["eval_id"],
        "status": "error" if error else "pass" if is_passed else "fail",
        "datasource_item_id": index,
        "datasource_item": row["item"],
        "results": results,
        "sample": sample | {"error": error} if error else sample,
    }


def _missing(missing: MissingError) -> Body:
    return {"code": "invalid_template", "message": f"The row has no '{missing.args[0]}'."}


def _figures(items: list[Body], criteria: list[Body]) -> Body:
    ends = Counter(item["status"] for item in items)
    passed = Counter(one["name"] for item in items for one in item["results"] if one["passed"])
    names = [graders.name_of(criterion) for criterion in criteria]
    return {
        "result_counts": {
            "total": len(items),
            "errored": ends["error"],
            "failed": ends["fail"],
            "passed": ends["pass"],
        },
        "per_testing_criteria_results": [
            {"testing_criteria": name, "passed": passed[name], "failed": len(items) - passed[name]}
            for name in names
        ],
        "per_model_usage": _usage([item["sample"] for item in items if item["sample"]["input"]]),
        "error": no_error(),
    }


def _usage(samples: list[Body]) -> list[Body]:
    """What the answers have cost that were made for the run, by model."""
    figures: dict[str, Counter[str]] = {}
    for sample in samples:
        of_model = figures.setdefault(sample["model"], Counter())
        of_model.update({"invocation_count": 1, **sample["usage"]})
    return [{"model_name": model, **counted} for model, counted in figures.items()]
