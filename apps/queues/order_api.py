"""The order of queues over REST."""

from typing import Any

from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError
from apps.queues.api import CallerView, no_entry, read_id
from apps.queues.order import Moved, move, reorder


class ReorderView(CallerView):
    """The order of one caller's queue."""

    def post(self, request: Request, ip: str) -> Response:
        ids = _read_ids(self.json_object(request))
        outcome = reorder(caller=ip, ids=ids)
        if not outcome.done:
            errors = [
                *({"id": str(preset_id), "error": "is in the queue"} for preset_id in outcome.missing),
                *({"id": str(preset_id), "error": "is not in the queue"} for preset_id in outcome.unknown),
            ]
            raise RestError(409, "ids must name exactly the presets of the queue: read it again.", errors)
        return Response({"success": True, "queue_length": len(ids)})


class MoveView(CallerView):
    """The place of one entry."""

    def post(self, request: Request, ip: str, response_id: str) -> Response:
        before = _read_before(self.json_object(request))
        moved = move(caller=ip, preset_id=read_id(response_id), before=before)
        if moved is Moved.NO_ENTRY:
            raise no_entry(ip, response_id)
        if moved is Moved.NO_PLACE:
            raise RestError(
                409, f"The queue of {ip} holds no preset {before} to stand before; it may have been taken."
            )
        return Response({"success": True})


def _read_before(body: dict[str, Any]) -> int | None:
    if "before" not in body or len(body) > 1:
        raise ParseError('The body must be {"before": ID}, or {"before": null} for the end of the queue.')
    before = body["before"]
    return None if before is None else _read_one(before, "before")


def _read_ids(body: dict[str, Any]) -> list[int]:
    ids = body.get("ids")
    if not isinstance(ids, list):
        raise ParseError('The body must be {"ids": […]}, the ids of the presets in their new order.')
    numbers = [_read_one(one, "ids") for one in ids]
    if len(set(numbers)) < len(numbers):
        raise ParseError("ids names a preset twice.")
    return numbers


def _read_one(value: Any, field: str) -> int:
    number = read_id(str(value)) if isinstance(value, str | int) else 0
    if not number:
        raise ParseError(f"{field}: {value!r} is not the id of a preset.")
    return number
