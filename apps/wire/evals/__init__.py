"""The evals endpoints: evals, their runs that are done in seconds, and what each row of a run was graded."""

from apps.wire.evals import output_items, runs
from apps.wire.evals.objects import EVALS
from apps.wire.row import essential

ENDPOINTS = (
    EVALS.create(
        check=essential("evals.create", r"data_source_config.*|testing_criteria.*"),
        summary=lambda call: f"eval {call.data.get('name') or ''}".strip(),
    ),
    EVALS.list(page=lambda call: {"order": "asc"}),
    EVALS.retrieve(),
    EVALS.update("name", "metadata"),
    EVALS.delete("eval.deleted", named="eval_id"),
    *runs.ENDPOINTS,
    *output_items.ENDPOINTS,
)
