"""The files endpoints: what is uploaded is kept, listed, given back and deleted."""

import mimetypes
from typing import Any

from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint
from apps.wire.errors import missing_parameter
from apps.wire.form_fields import check_file
from apps.wire.ids import object_id
from apps.wire.kept_object import found, no_such, put_whole
from apps.wire.pages import asked_page, cursor_page, fill_page, is_page
from apps.wire.raw import binary, is_binary
from apps.wire.row import essential, with_shape
from apps.wire.shelf import Page, Shelf

KIND = "files"
_LABEL = "File"
_LIST_MAX = 10_000
_BATCH_KEPT_S = 30 * 86_400  # files of batches expire by themselves


_valid = essential("files.create", r"purpose|expires_after.*")


def _check_create(call: Call) -> None:
    for name in ("file", "purpose"):
        if not call.data.get(name):
            raise missing_parameter(name)
    check_file(call.data, "file")
    _valid(call)


def _fill(draft: Body, call: Call) -> Body:
    """A file object from what the request says: {"id": "file-1"} is enough, and so is {}."""
    now, upload = int(call.received_at), call.data.get("file")
    about: dict[str, Any] = upload if isinstance(upload, dict) else {}
    purpose = call.data.get("purpose", "assistants")
    return {
        "object": "file",
        "id": call.params.get("file_id") or object_id("file-"),
        "purpose": purpose,
        "filename": about.get("filename", "file"),
        "bytes": about.get("bytes", 0),
        "created_at": now,
        "expires_at": _expires_at(call, now, purpose),
        "status": "processed",
        "status_details": None,
    } | draft


def _expires_at(call: Call, now: int, purpose: Any) -> int | None:
    asked = call.data.get("expires_after")
    seconds = asked.get("seconds") if isinstance(asked, dict) else None
    if isinstance(seconds, int):
        return now + seconds
    return now + _BATCH_KEPT_S if purpose == "batch" else None


def _is_file(body: Body) -> bool:
    texts = all(isinstance(body.get(name), str) for name in ("id", "filename", "purpose", "status"))
    numbers = all(isinstance(body.get(name), int) for name in ("bytes", "created_at"))
    return body.get("object") == "file" and texts and numbers


def _keep(call: Call, body: Body, shelf: Shelf) -> None:
    if put_whole(shelf, KIND, body):
        for upload in call.files.get("file", ())[:1]:
            shelf.put_content(body["id"], upload.data)


def _kept(call: Call, shelf: Shelf) -> Body:
    file_id = call.params["file_id"]
    kept = found(shelf, KIND, file_id, label=_LABEL, sample=lambda: _fill({}, call))
    if _is_over(kept, call):
        raise no_such(_LABEL, file_id)
    return kept


def _is_over(kept: Body, call: Call) -> bool:
    expires_at = kept.get("expires_at")
    return isinstance(expires_at, int) and expires_at <= call.received_at


def _list(call: Call, shelf: Shelf) -> Body:
    purpose = call.asked("purpose")
    where = {"purpose": purpose} if purpose else None
    page = asked_page(call, shelf, KIND, limit=_LIST_MAX, limit_max=_LIST_MAX, where=where)
    return cursor_page(Page([one for one in page.items if not _is_over(one, call)], page.has_more))


def _deleted(draft: Body, call: Call) -> Body:
    return {"id": call.params["file_id"], "object": "file", "deleted": True} | draft


def _delete(call: Call, shelf: Shelf) -> Body:
    return _deleted({}, call) if _kept(call, shelf) else {}


def _forget(call: Call, body: Body, shelf: Shelf) -> None:
    if body.get("deleted") is True:
        shelf.delete(KIND, call.params["file_id"])


def _content(call: Call, shelf: Shelf) -> Body:
    kept = _kept(call, shelf)
    kind, _ = mimetypes.guess_type(str(kept.get("filename", "")))
    return {
        "content_of": call.params["file_id"],
        "content_type": kind or "application/octet-stream",
        "bytes": kept.get("bytes", 0),
    }


def _fill_content(draft: Body, call: Call) -> Body:
    """{"content": "…"} is a text, {"base64": "…"} are bytes."""
    if isinstance(draft.get("content"), str):
        return {"content_type": "text/plain; charset=utf-8", "text": draft["content"]}
    return {"content_type": "application/octet-stream"} | draft


CREATE = Endpoint(
    name="files.create",
    method="POST",
    path="/files",
    family="files",
    check=with_shape("files.create", _check_create),
    fill=_fill,
    is_whole=_is_file,
    auto=lambda call, shelf: {},
    summary=lambda call: _fill({}, call)["filename"][:200],
    keep=_keep,
)
LIST = Endpoint(
    name="files.list",
    method="GET",
    path="/files",
    family="files",
    check=lambda call: None,
    fill=lambda draft, call: fill_page(draft, call, fill=_fill),
    is_whole=is_page,
    auto=_list,
    summary=lambda call: "list files",
)
RETRIEVE = Endpoint(
    name="files.retrieve",
    method="GET",
    path="/files/{file_id}",
    family="files",
    check=lambda call: None,
    fill=_fill,
    is_whole=_is_file,
    auto=_kept,
    summary=lambda call: f"file {call.params['file_id']}"[:200],
)
DELETE = Endpoint(
    name="files.delete",
    method="DELETE",
    path="/files/{file_id}",
    family="files",
    check=lambda call: None,
    fill=_deleted,
    is_whole=lambda body: isinstance(body.get("deleted"), bool) and isinstance(body.get("id"), str),
    auto=_delete,
    summary=lambda call: f"delete file {call.params['file_id']}"[:200],
    keep=_forget,
)
CONTENT = Endpoint(
    name="files.content",
    method="GET",
    path="/files/{file_id}/content",
    family="files",
    check=lambda call: None,
    fill=_fill_content,
    is_whole=is_binary,
    auto=_content,
    summary=lambda call: f"content of {call.params['file_id']}"[:200],
    raw=binary,
    short_forms=('{"content": "…"}', '{"base64": "…"}'),
)
ENDPOINTS = (CREATE, LIST, RETRIEVE, DELETE, CONTENT)
