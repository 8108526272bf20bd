"""The queues over REST: the public contract, one view for each URL."""

import re
from typing import Any

from django.conf import settings
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError, RestView
from apps.library.content import content_text
from apps.queues import fallback, storage
from apps.queues.changed import read_change
from apps.queues.entry import FIELDS, Entry, EntryError, entry_doubts, read_entry, written
from apps.queues.models import Preset
from apps.queues.pause import is_paused, pause, paused
from apps.queues.queue_name import queue_name

WARNINGS_MAX = 100  # in one answer; the first ones say it all


def item(preset: Preset) -> dict[str, Any]:
    """A preset as lists show it."""
    return {"id": str(preset.pk), "created_at": preset.created_at.timestamp(), **written(preset)}


def refuse_entry(error: EntryError) -> RestError:
    return RestError(400, str(error), error.errors)


def warned(warnings: list[Any]) -> dict[str, Any]:
    """What an answer says of entries that are accepted though doubtful; nothing when none is."""
    if not warnings:
        return {}
    return {"warning_count": len(warnings), "warnings": warnings[:WARNINGS_MAX]}


def append(caller: str, entries: list[Entry]) -> storage.Added:
    """Adds the entries, or answers 409 when the queue has no room for all of them."""
    added = storage.add(caller=caller, entries=entries)
    if entries and not added.count:
        raise no_room(caller, added.queue_length, entries)
    return added


def no_room(caller: str, queue_length: int, entries: list[Entry]) -> RestError:
    """The refusal of more entries than a queue may hold."""
    held = f"{queue_length:,} of at most {settings.MOCKOPENAI_QUEUE_MAX:,} presets"
    text = f"The queue of {caller} holds {held}: no room for {len(entries):,} more, so none was added."
    return RestError(409, text)


class CallerView(RestView):
    """A view of one caller's queue; its name gets its one spelling before anything else happens."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        try:
            # The handler is called with these keyword arguments.
            self.kwargs["ip"] = queue_name(kwargs["ip"])
        except ValueError as error:
            raise ParseError(str(error)) from None


class QueuesView(RestView):
    """All queues."""

    def get(self, request: Request) -> Response:
        stopped = paused()
        queues = {
            caller: {
                "count": len(presets),
                "paused": caller in stopped,
                "items": [item(preset) for preset in presets],
            }
            for caller, presets in storage.queues()
        }
        return Response({"queues": queues})

    def delete(self, request: Request) -> Response:
        storage.clear_all()
        return Response({"success": True})


class QueueView(CallerView):
    """The queue of one caller."""

    def get(self, request: Request, ip: str) -> Response:
        items = [item(preset) for preset in storage.queue(ip)]
        return Response({"ip": ip, "count": len(items), "paused": is_paused(ip), "items": items})

    def post(self, request: Request, ip: str) -> Response:
        fields = self.json_object(request)
        try:
            entry = read_entry(fields, raw=content_text(self.raw_body, fields))
        except EntryError as error:
            raise refuse_entry(error) from None
        added = append(ip, [entry])
        told = {"response_id": str(added.first_id), "queue_length": added.queue_length}
        return Response({"success": True, **told, **warned(entry_doubts(entry))})

    def delete(self, request: Request, ip: str) -> Response:
        if not storage.clear(caller=ip):
            raise NotFound(f"The queue of {ip} is empty.")
        return Response({"success": True})


class PresetView(CallerView):
    """One entry of a queue."""

    def patch(self, request: Request, ip: str, response_id: str) -> Response:
        """Changes the fields that are named; the place in the queue stays."""
        changes = self.json_object(request)
        if not changes:
            raise ParseError(f"Name at least one field to change: {', '.join(FIELDS)}.")
        try:
            changed = storage.change(
                caller=ip,
                preset_id=read_id(response_id),
                read=lambda preset: read_change(preset, changes, self.raw_body),
            )
        except EntryError as error:
            raise refuse_entry(error) from None
        except storage.Busy:
            raise RestError(409, "Others change that preset all the time: try again.") from None
        if changed is None:
            raise no_entry(ip, response_id)
        entry, preset = changed
        return Response({"success": True, "item": item(preset), **warned(entry_doubts(entry))})

    def delete(self, request: Request, ip: str, response_id: str) -> Response:
        if not storage.remove(caller=ip, preset_id=read_id(response_id)):
            raise no_entry(ip, response_id)
        return Response({"success": True})


class PauseView(CallerView):
    """Whether a queue gives presets."""

    def post(self, request: Request, ip: str) -> Response:
        body = self.json_object(request)
        wanted = body.get("paused")
        if not isinstance(wanted, bool) or len(body) > 1:
            raise ParseError('The body must be {"paused": true} or {"paused": false}.')
        pause(caller=ip, paused=wanted)
        return Response({"success": True, "paused": wanted})


class FallbackView(RestView):
    """What happens to calls that no preset accepts."""

    def get(self, request: Request) -> Response:
        return Response(fallback.modes())

    def put(self, request: Request) -> Response:
        changes = self.json_object(request)
        errors = fallback.find_errors(changes)
        if errors:
            raise RestError(400, "; ".join(f"{error['field']} {error['error']}" for error in errors), errors)
        fallback.switch(changes=changes)
        return Response(fallback.modes())

    patch = put


def read_id(text: str) -> int:
    """The number of an entry; 0, which no entry has, for what cannot be one."""
    return int(text) if re.fullmatch(r"[0-9]{1,18}", text) else 0


def no_entry(ip: str, response_id: str) -> NotFound:
    """The answer to a change of an entry that the queue does not hold."""
    return NotFound(f"The queue of {ip} holds no preset {response_id}; it may have been taken.")
