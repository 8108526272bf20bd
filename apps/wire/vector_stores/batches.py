"""Batches of files that are put into a vector store together."""

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.pages import fill_page
from apps.wire.row import row
from apps.wire.shelf import Shelf
from apps.wire.vector_stores.members import (
    BATCH,
    BATCHES,
    FILES,
    STORES,
    attach,
    file_ids,
    files_of,
    must_exist,
)

_ONE = f"{BATCHES.path}/{{batch_id}}"


def _members(call: Call) -> list[Body]:
    """What is said of each file: `files` name their own attributes, `file_ids` share those of the request."""
    listed = [one for one in call.data.get("files") or [] if isinstance(one, dict) and file_ids([one])]
    shared = {name: call.data.get(name) for name in ("attributes", "chunking_strategy")}
    return listed or [{"file_id": one, **shared} for one in file_ids(call.data.get("file_ids"))]


def _create(call: Call, shelf: Shelf) -> Body:
    STORES.kept(call, shelf)
    must_exist([one["file_id"] for one in _members(call)], shelf)
    return {}


def _keep(call: Call, body: Body, shelf: Shelf) -> None:
    if BATCHES.put(call, body, shelf):
        for about in _members(call):
            attach(shelf, call.params["vector_store_id"], about | {BATCH: body["id"]}, call)


def _cancel(call: Call, shelf: Shelf) -> Body:
    """Too late as a rule, and not an error: its files were ready when somebody looked."""
    return BATCHES.now(call, shelf)


def _cancelled(call: Call, body: Body, shelf: Shelf) -> None:
    shelf.update(BATCHES.name, BATCHES.key(call), body)
    if body.get("status") == "cancelled":
        for one in files_of(call.params["vector_store_id"], shelf, batch_id=call.params["batch_id"]):
            shelf.update(FILES.name, FILES.key(call, one["id"]), one | {"status": "cancelled"})


def _files(call: Call, shelf: Shelf) -> Body:
    BATCHES.kept(call, shelf)
    return FILES.page(call, shelf, where={BATCH: call.params["batch_id"]})


ENDPOINTS = (
    BATCHES.create(bodiless=True, auto=_create, keep=_keep),
    BATCHES.retrieve(),
    row(
        "vector_stores.file_batches.cancel",
        "POST",
        f"{_ONE}/cancel",
        fill=BATCHES.fill,
        auto=_cancel,
        keep=_cancelled,
        bodiless=True,
    ),
    row(
        "vector_stores.file_batches.list_files",
        "GET",
        f"{_ONE}/files",
        fill=lambda draft, call: fill_page(draft, call, fill=FILES.fill),
        auto=_files,
    ),
)
