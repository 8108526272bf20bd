"""Vector stores: created with or without files, listed, changed, deleted."""

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.row import essential
from apps.wire.shelf import Shelf
from apps.wire.vector_stores.members import STORES, attach, file_ids, must_exist


def _create(call: Call, shelf: Shelf) -> Body:
    must_exist(file_ids(call.data.get("file_ids")), shelf)
    return {}


def _keep(call: Call, body: Body, shelf: Shelf) -> None:
    if STORES.put(call, body, shelf):
        for file_id in file_ids(call.data.get("file_ids")):
            strategy = call.data.get("chunking_strategy")
            attach(shelf, body["id"], {"file_id": file_id, "chunking_strategy": strategy}, call)


ENDPOINTS = (
    STORES.create(
        check=essential("vector_stores.create", r"file_ids.*|expires_after.*"),
        auto=_create,
        keep=_keep,
        bodiless=True,
        summary=lambda call: f"vector store {call.data.get('name') or ''}",
    ),
    STORES.list(),
    STORES.retrieve(),
    STORES.update("name", "metadata", "expires_after"),
    STORES.delete("vector_store.deleted"),
)
