"""Batches, imports and exports of queues over REST."""

from collections.abc import Callable, Iterable
from typing import Any

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from rest_framework.exceptions import NotFound, ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from apps.accounts.rest import RestError, RestView
from apps.queues import storage
from apps.queues.api import CallerView, append, no_room, refuse_entry, warned
from apps.queues.entry import EntryError, columns
from apps.queues.models import Preset
from apps.queues.overview import listed
from apps.queues.queue_name import NO_QUEUE
from apps.queues.transfer import Batch, export_bodies, export_entries, file_name, read_batch, read_file
from apps.wire.jsongate import GateError, read_json

PREVIEWED = 50  # entries that a preview shows
ENVELOPE_BYTES = 64 * 1024  # what multipart puts around a file, generously


class BatchView(CallerView):
    """Many entries in one request."""

    def post(self, request: Request, ip: str) -> Response:
        try:
            batch = read_batch(self.json_object(request), self.raw_body)
        except EntryError as error:
            raise refuse_entry(error) from None
        if _is_dry(request):
            return Response(_preview(ip, batch))
        added = append(ip, batch.entries)
        return Response({**_counts(batch), "queue_length": added.queue_length})


class ImportView(CallerView):
    """Many entries in one file."""

    parser_classes = [MultiPartParser]

    @property
    def max_bytes(self) -> int:
        return int(settings.IMPORT_MAX_BYTES) + ENVELOPE_BYTES

    def post(self, request: Request, ip: str) -> Response:
        raw = _read_upload(request)
        try:
            batch = read_file(read_json(raw), raw)
        except GateError as error:
            raise ParseError(f"The file is not JSON that can be read: {error}") from None
        except EntryError as error:
            raise refuse_entry(error) from None
        if _is_dry(request):
            return Response({**_preview(ip, batch), "total": batch.total})
        append(ip, batch.entries)
        return Response({**_counts(batch), "total": batch.total})


class ExportView(CallerView):
    """One queue as a file."""

    def get(self, request: Request, ip: str) -> HttpResponse:
        presets = list(storage.queue(ip))
        if not presets:
            raise NotFound(f"The queue of {ip} is empty: there is nothing to export.")
        return _attachment(ip, _exporter(request)(presets))


class ExportAllView(RestView):
    """All queues as one file."""

    def get(self, request: Request) -> HttpResponse:
        export = _exporter(request)
        queues = {caller: export(presets) for caller, presets in storage.queues()}
        if not queues:
            raise NotFound("All queues are empty: there is nothing to export.")
        return _attachment("all", queues)

    def http_method_not_allowed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """Whoever writes here means a queue of that name."""
        raise ParseError(NO_QUEUE)


def _counts(batch: Batch) -> dict[str, Any]:
    return {
        "success": True,
        "added_count": len(batch.entries),
        "failed_count": len(batch.errors),
        "errors": batch.errors,
        **warned(batch.warnings),
    }


def _is_dry(request: Request) -> bool:
    """Whether to say what would be added, and add nothing."""
    text = request.query_params.get("dry_run", "false").lower()
    if text not in ("true", "1", "false", "0"):
        raise ParseError("dry_run must be true, or left out.")
    return text in ("true", "1")


def _preview(ip: str, batch: Batch) -> dict[str, Any]:
    """What adding the batch would answer, and its first entries as the queue's list would show them."""
    length = storage.queue(ip).count()
    if length + len(batch.entries) > settings.MOCKOPENAI_QUEUE_MAX:
        raise no_room(ip, length, batch.entries)
    first = enumerate(batch.entries[:PREVIEWED], length + 1)
    return {
        **_counts(batch),
        "dry_run": True,
        "queue_length": length + len(batch.entries),
        "items": [listed(Preset(caller=ip, **columns(entry)), place) for place, entry in first],
    }


def _read_upload(request: Request) -> bytes:
    uploads = request.FILES.getlist("file")
    if not uploads:
        raise ParseError("Send the queue as a file in the form field 'file': curl -F file=@queue.json …")
    if len(uploads) > 1:
        raise ParseError(f"Send one file at a time; these are {len(uploads)}, and none was added.")
    [upload] = uploads
    if upload.size > settings.IMPORT_MAX_BYTES:
        text = f"The file has {upload.size:,} bytes; the limit is {settings.IMPORT_MAX_BYTES:,}."
        raise RestError(413, f"{text} Split it, or raise MOCKOPENAI_IMPORT_MAX_MB.")
    content: bytes = upload.read()
    return content


def _exporter(request: Request) -> Callable[[Iterable[Preset]], list[Any]]:
    name = request.query_params.get("format", "plain")
    if name not in ("plain", "full"):
        raise ParseError(
            "format must be full (presets that import again as they are) or left out (the bodies alone)."
        )
    return export_entries if name == "full" else export_bodies


def _attachment(name: str, content: Any) -> HttpResponse:
    disposition = f"attachment; filename={file_name(name, timezone.now())}"
    return HttpResponse(
        orjson.dumps(content),
        content_type="application/json",
        headers={"Content-Disposition": disposition},
    )
