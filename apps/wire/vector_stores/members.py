"""The three kinds of object: stores, the files in a store, and batches in which files came."""

from collections import Counter
from typing import Any

from apps.wire import files
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.ids import object_id
from apps.wire.kept_object import found
from apps.wire.kept_resource import Resource
from apps.wire.shelf import Shelf

FILES_MAX = 10_000  # in one store
BATCH = "_batch"  # member of a kept file: the batch that it came in
_DAY_S = 86_400
_STATES = ("in_progress", "completed", "cancelled", "failed")
_STATIC = {"type": "static", "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}}


def _fill_store(draft: Body, call: Call) -> Body:
    now, data = int(call.received_at), call.data
    ids = file_ids(data.get("file_ids"))
    return {
        "id": call.params.get("vector_store_id") or object_id("vs_"),
        "object": "vector_store",
        "created_at": now,
        "name": data.get("name") or "",
        "description": data.get("description"),
        "usage_bytes": 0,
        "file_counts": counts(["in_progress"] * len(ids)),
        "status": "in_progress" if ids else "completed",
        "expires_after": data.get("expires_after"),
        "expires_at": _expires_at(data.get("expires_after"), now),
        "last_active_at": now,
        "metadata": data.get("metadata") or {},
    } | draft


def _expires_at(after: Any, active_at: Any) -> int | None:
    days = after.get("days") if isinstance(after, dict) else None
    return active_at + days * _DAY_S if isinstance(days, int) and isinstance(active_at, int) else None


def _see_store(kept: Body, call: Call, shelf: Shelf) -> Body:
    """Its files are ready as soon as somebody looks."""
    inside = [_see_file(one, call, shelf) for one in files_of(kept["id"], shelf)]
    expires_at = _expires_at(kept.get("expires_after"), kept.get("last_active_at"))
    is_over = expires_at is not None and expires_at <= call.received_at
    ready = "expired" if is_over else "completed"
    return kept | {
        "file_counts": counts([one.get("status") for one in inside]) if inside else kept["file_counts"],
        "usage_bytes": sum(one.get("usage_bytes", 0) for one in inside) or kept["usage_bytes"],
        "status": ready if kept.get("status") in ("in_progress", "completed") else kept.get("status"),
        "expires_at": expires_at,
    }


def _fill_file(draft: Body, call: Call) -> Body:
    data = call.data
    strategy = data.get("chunking_strategy")
    is_static = isinstance(strategy, dict) and strategy.get("type") == "static"
    return {
        "id": call.params.get("file_id") or data.get("file_id") or object_id("file-"),
        "object": "vector_store.file",
        "usage_bytes": 0,
        "created_at": int(call.received_at),
        "vector_store_id": call.params.get("vector_store_id", "vs_unknown"),
        "status": "in_progress" if data.get("file_id") else "completed",
        "last_error": None,
        "chunking_strategy": strategy if is_static else _STATIC,
        "attributes": data.get("attributes") or {},
    } | draft


def _see_file(kept: Body, call: Call, shelf: Shelf) -> Body:
    return kept | {"status": "completed"} if kept.get("status") == "in_progress" else kept


def _fill_batch(draft: Body, call: Call) -> Body:
    ids = file_ids(call.data.get("file_ids")) or file_ids(call.data.get("files"))
    return {
        "id": call.params.get("batch_id") or object_id("vsfb_"),
        "object": "vector_store.files_batch",
        "created_at": int(call.received_at),
        "vector_store_id": call.params.get("vector_store_id", "vs_unknown"),
        "status": "in_progress",
        "file_counts": counts(["in_progress"] * len(ids)),
    } | draft


def _see_batch(kept: Body, call: Call, shelf: Shelf) -> Body:
    inside = files_of(kept["vector_store_id"], shelf, batch_id=kept["id"])
    states = [_see_file(one, call, shelf).get("status") for one in inside]
    status = "completed" if kept.get("status") == "in_progress" else kept.get("status")
    return kept | {"status": status, "file_counts": counts(states) if inside else kept["file_counts"]}


STORES = Resource(
    name="vector_stores",
    label="Vector store with id '{id}' not found.",
    path="/vector_stores",
    param="vector_store_id",
    fill=_fill_store,
    seen=_see_store,
)
FILES = Resource(
    name="vector_stores.files",
    label="No file found with id '{id}' in this vector store.",
    path="/vector_stores/{vector_store_id}/files",
    param="file_id",
    fill=_fill_file,
    seen=_see_file,
    above=STORES,
)
BATCHES = Resource(
    name="vector_stores.file_batches",
    label="No file batch found with id '{id}' in this vector store.",
    path="/vector_stores/{vector_store_id}/file_batches",
    param="batch_id",
    fill=_fill_batch,
    seen=_see_batch,
    above=STORES,
)


def counts(states: list[Any]) -> Body:
    """The file_counts of files in these states."""
    number = Counter(states)
    return {state: number[state] for state in _STATES} | {"total": len(states)}


def file_ids(given: Any) -> list[str]:
    """Of a list of ids, or of objects that have one."""
    listed = given if isinstance(given, list) else []
    ids = [one.get("file_id") if isinstance(one, dict) else one for one in listed]
    return [one for one in ids if isinstance(one, str)]


def files_of(store_id: str, shelf: Shelf, *, batch_id: str = "") -> list[Body]:
    """The kept files of a store, the oldest first."""
    where = {BATCH: batch_id} if batch_id else None
    return shelf.page(FILES.name, parent=store_id, limit=FILES_MAX, order="asc", where=where).items


def must_exist(ids: list[str], shelf: Shelf) -> None:
    """Raises OpenAI's 404 for the first file that the caller does not have."""
    for file_id in ids:
        found(shelf, files.KIND, file_id, label="File", sample=dict)


def attach(shelf: Shelf, store_id: str, about: Body, call: Call) -> None:
    """Puts a file into a store; `about` has its file_id, and maybe attributes and a chunking_strategy."""
    inside = call._replace(params={"vector_store_id": store_id}, data=about)
    kept = shelf.get(files.KIND, about["file_id"]) or {}
    draft = {"usage_bytes": kept.get("bytes", 0), BATCH: about.get(BATCH, "")}
    FILES.put(inside, _fill_file(draft, inside), shelf)
    touch(shelf, store_id, call)


def touch(shelf: Shelf, store_id: str, call: Call) -> None:
    """The store was used: it expires later."""
    store = shelf.get(STORES.name, store_id)
    if store is not None:
        shelf.update(STORES.name, store_id, store | {"last_active_at": int(call.received_at)})
