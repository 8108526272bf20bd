"""The uploads endpoints: a file in parts, put together when its upload is completed."""

from hashlib import md5
from typing import Any

from apps.wire import files
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.errors import WireError, missing_parameter
from apps.wire.form_fields import check_file
from apps.wire.ids import object_id
from apps.wire.kept_resource import Resource
from apps.wire.row import essential, row
from apps.wire.shelf import Shelf

OPEN_S = 3600  # an upload that is not completed by then expires
_ONE = "/uploads/{upload_id}"


def _fill(draft: Body, call: Call) -> Body:
    now, data = int(call.received_at), call.data
    return {
        "id": call.params.get("upload_id") or object_id("upload_"),
        "object": "upload",
        "bytes": data.get("bytes", 0),
        "created_at": now,
        "filename": data.get("filename", "file"),
        "purpose": data.get("purpose", "assistants"),
        "status": "pending",
        "expires_at": now + OPEN_S,
        "file": None,
    } | draft


def _fill_part(draft: Body, call: Call) -> Body:
    return {
        "id": object_id("part_"),
        "object": "upload.part",
        "created_at": int(call.received_at),
        "upload_id": call.params["upload_id"],
    } | draft


def _see(kept: Body, call: Call, shelf: Shelf) -> Body:
    is_late = kept["status"] == "pending" and kept["expires_at"] <= call.received_at
    return kept | {"status": "expired"} if is_late else kept


UPLOADS = Resource(name="uploads", label="Upload", path="/uploads", param="upload_id", fill=_fill, seen=_see)
PARTS = Resource(
    name="uploads.parts",
    label="UploadPart",
    path=f"{_ONE}/parts",
    param="part_id",
    fill=_fill_part,
    above=UPLOADS,
)


def _pending(call: Call, shelf: Shelf) -> Body:
    """The upload; raises WireError when it takes no more."""
    upload = UPLOADS.now(call, shelf)
    if upload["status"] != "pending":
        raise WireError(400, f"Upload {upload['id']} is not pending: its status is '{upload['status']}'.")
    return upload


def _check_part(call: Call) -> None:
    if not call.data.get("data"):
        raise missing_parameter("data")
    check_file(call.data, "data")


def _part(call: Call, shelf: Shelf) -> Body:
    _pending(call, shelf)
    return {}


def _keep_part(call: Call, body: Body, shelf: Shelf) -> None:
    if PARTS.put(call, body, shelf):
        shelf.put_content(PARTS.key(call, body["id"]), call.files["data"][0].data)


def _complete(call: Call, shelf: Shelf) -> Body:
    upload = _pending(call, shelf)
    if shelf.get(UPLOADS.name, upload["id"]):  # it is no sample
        _compare(_joined(call, shelf), upload, call.data.get("md5"))
    after = (shelf.get(UPLOADS.name, upload["id"]) or {}).get("_expires_after")
    return upload | {"status": "completed", "file": _file_of(upload, after, call)}


def _compare(data: bytes, upload: Body, wanted: Any) -> None:
    """Raises WireError when these are not the bytes that were announced."""
    if len(data) != upload["bytes"]:
        message = f"The parts have {len(data)} bytes, but the upload was created for {upload['bytes']}."
        raise WireError(400, message, param="part_ids", code="invalid_value")
    if isinstance(wanted, str) and wanted and md5(data, usedforsecurity=False).hexdigest() != wanted.lower():
        message = "The md5 checksum of the parts does not match the one that was given."
        raise WireError(400, message, param="md5", code="invalid_value")


def _joined(call: Call, shelf: Shelf) -> bytes:
    """The bytes of the parts, in the order that the request gives."""
    given = call.data.get("part_ids")
    ids = [one for one in given if isinstance(one, str)] if isinstance(given, list) else []
    for part_id in ids:
        PARTS.kept(call, shelf, part_id)
    return b"".join([shelf.content(PARTS.key(call, part_id)) or b"" for part_id in ids])


def _file_of(upload: Body, after: Any, call: Call) -> Body:
    """The file that the upload becomes."""
    about = {"filename": upload["filename"], "bytes": upload["bytes"]}
    data = {"purpose": upload["purpose"], "file": about, "expires_after": after}
    return files.CREATE.fill({}, call._replace(data=data, params={}))


def _keep_complete(call: Call, body: Body, shelf: Shelf) -> None:
    made = body.get("file")
    if isinstance(made, dict) and isinstance(made.get("id"), str):
        shelf.put(files.KIND, made["id"], made)
        shelf.put_content(made["id"], _joined(call, shelf))
    _forget_parts(call, body, shelf)


def _cancel(call: Call, shelf: Shelf) -> Body:
    return _pending(call, shelf) | {"status": "cancelled"}


def _forget_parts(call: Call, body: Body, shelf: Shelf) -> None:
    """An upload that has ended has no parts any more."""
    upload_id = call.params["upload_id"]
    if shelf.delete(UPLOADS.name, upload_id):
        shelf.put(UPLOADS.name, upload_id, body)


def _keep(call: Call, body: Body, shelf: Shelf) -> None:
    UPLOADS.put(call, body | {"_expires_after": call.data.get("expires_after")}, shelf)


ENDPOINTS = (
    UPLOADS.create(
        check=essential("uploads.create", r"bytes|filename|mime_type|purpose|expires_after.*"),
        keep=_keep,
        summary=lambda call: f"upload {call.data.get('filename')}",
    ),
    PARTS.create(check=_check_part, auto=_part, keep=_keep_part),
    row(
        "uploads.complete",
        "POST",
        f"{_ONE}/complete",
        check=essential("uploads.complete", r"part_ids.*|md5"),
        fill=lambda draft, call: _fill({"status": "completed"} | draft, call),
        auto=_complete,
        keep=_keep_complete,
    ),
    row(
        "uploads.cancel",
        "POST",
        f"{_ONE}/cancel",
        fill=lambda draft, call: _fill({"status": "cancelled"} | draft, call),
        auto=_cancel,
        keep=_forget_parts,
        bodiless=True,
    ),
)
