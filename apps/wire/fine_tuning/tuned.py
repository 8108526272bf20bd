"""The models that fine-tuning jobs have made, and nobody has deleted."""

from apps.wire.endpoint import Body
from apps.wire.fine_tuning import training
from apps.wire.pages import LIMIT_MAX
from apps.wire.shelf import Shelf

KIND = "fine_tuning.jobs"
DELETED = "models.deleted"


def tuned(shelf: Shelf, now: float) -> list[Body]:
    """The models that the caller's jobs have made."""
    jobs = [training.seen(job, now) for job in shelf.page(KIND, limit=LIMIT_MAX).items]
    return [
        {
            "id": job["fine_tuned_model"],
            "object": "model",
            "created": job.get("finished_at") or job["created_at"],
            "owned_by": "org-mockopenai",
        }
        for job in jobs
        if job.get("status") == "succeeded"
        and job.get("fine_tuned_model")
        and shelf.get(DELETED, job["fine_tuned_model"]) is None
    ]
