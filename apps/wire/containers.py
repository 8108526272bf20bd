"""The containers endpoints: containers that run until they were idle for long, and the files in them."""

from typing import Any

from apps.wire import files
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.ids import object_id
from apps.wire.kept_object import found
from apps.wire.kept_resource import Resource
from apps.wire.raw import binary, is_binary
from apps.wire.row import essential, row
from apps.wire.shelf import Shelf

_IDLE_MIN = 20


def _fill(draft: Body, call: Call) -> Body:
    now, data = int(call.received_at), call.data
    return {
        "id": call.params.get("container_id") or object_id("cntr_", 48),
        "object": "container",
        "created_at": now,
        "status": "running",
        "expires_after": data.get("expires_after") or {"anchor": "last_active_at", "minutes": _IDLE_MIN},
        "last_active_at": now,
        "memory_limit": data.get("memory_limit") or "1g",
        "name": data.get("name") or "container",
    } | draft


def _see(kept: Body, call: Call, shelf: Shelf) -> Body:
    after: Any = kept.get("expires_after")
    minutes = after.get("minutes") if isinstance(after, dict) else None
    is_over = isinstance(minutes, int) and kept["last_active_at"] + 60 * minutes <= call.received_at
    return kept | {"status": "expired"} if is_over and kept["status"] == "running" else kept


def _fill_file(draft: Body, call: Call) -> Body:
    about = call.data.get("file")
    upload: dict[str, Any] = about if isinstance(about, dict) else {}
    return {
        "id": call.params.get("file_id") or object_id("cfile_", 48),
        "object": "container.file",
        "created_at": int(call.received_at),
        "bytes": upload.get("bytes", 0),
        "container_id": call.params.get("container_id", "cntr_unknown"),
        "path": f"/mnt/data/{upload.get('filename', 'file')}",
        "source": "user",
    } | draft


CONTAINERS = Resource(
    name="containers",
    label="Container with id '{id}' not found.",
    path="/containers",
    param="container_id",
    fill=_fill,
    seen=_see,
)
FILES = Resource(
    name="containers.files",
    label="File with id '{id}' not found in this container.",
    path="/containers/{container_id}/files",
    param="file_id",
    fill=_fill_file,
    above=CONTAINERS,
)


def _keep(call: Call, body: Body, shelf: Shelf) -> None:
    """The container, with copies of the files that it is created with."""
    if CONTAINERS.put(call, body, shelf):
        inside = call._replace(params={"container_id": body["id"]})
        for file_id in call.data.get("file_ids") or ():
            _put_copy(inside, {**_copied(shelf, file_id), "id": object_id("cfile_", 48)}, file_id, shelf)


def _copied(shelf: Shelf, file_id: Any) -> Body:
    """What a container's file takes over from an uploaded one."""
    kept = found(shelf, files.KIND, str(file_id), label="File", sample=lambda: {"filename": "file"})
    return {"bytes": kept.get("bytes", 0), "path": f"/mnt/data/{kept.get('filename', 'file')}"}


def _put_copy(call: Call, draft: Body, file_id: Any, shelf: Shelf) -> None:
    body = _fill_file(draft, call._replace(data={}))
    if FILES.put(call, body, shelf):
        shelf.put_content(FILES.key(call, body["id"]), shelf.content(str(file_id)) or b"")


def _create_file(call: Call, shelf: Shelf) -> Body:
    CONTAINERS.kept(call, shelf)
    if file_id := call.data.get("file_id"):
        return _copied(shelf, file_id)
    return {}


def _keep_file(call: Call, body: Body, shelf: Shelf) -> None:
    if file_id := call.data.get("file_id"):
        _put_copy(call, body, file_id, shelf)
    elif FILES.put(call, body, shelf):
        for upload in call.files.get("file", ())[:1]:
            shelf.put_content(FILES.key(call, body["id"]), upload.data)


def _content(call: Call, shelf: Shelf) -> Body:
    kept = FILES.kept(call, shelf)
    about = {"content_type": "application/octet-stream", "bytes": kept["bytes"]}
    return {"content_of": FILES.key(call)} | about


def _of_name(call: Call) -> Body:
    name = call.asked("name")
    return {"where": {"name": name}} if name else {}


ENDPOINTS = (
    CONTAINERS.create(
        check=essential("containers.create", r"name|file_ids.*"),
        keep=_keep,
        summary=lambda call: f"container {call.data.get('name')}",
    ),
    CONTAINERS.list(page=_of_name),
    CONTAINERS.retrieve(),
    CONTAINERS.delete("container.deleted"),
    FILES.create(auto=_create_file, keep=_keep_file, bodiless=True),
    FILES.list(),
    FILES.retrieve(),
    FILES.delete("container.file.deleted"),
    row(
        "containers.files.content.retrieve",
        "GET",
        f"{FILES.path}/{{file_id}}/content",
        fill=lambda draft, call: {"content_type": "application/octet-stream"} | draft,
        auto=_content,
        is_whole=is_binary,
        raw=binary,
    ),
)
