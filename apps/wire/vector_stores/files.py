"""The files in a vector store, and what was read from each."""

from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.row import essential, row
from apps.wire.shelf import Shelf
from apps.wire.vector_stores.chunks import text_of
from apps.wire.vector_stores.members import FILES, STORES, attach, must_exist


def _create(call: Call, shelf: Shelf) -> Body:
    STORES.kept(call, shelf)
    must_exist([call.data["file_id"]], shelf)
    return {}


def _keep(call: Call, body: Body, shelf: Shelf) -> None:
    if not isinstance(body.get("id"), str):
        return
    attach(shelf, call.params["vector_store_id"], {**call.data, "file_id": body["id"]}, call)
    written = shelf.get(FILES.name, FILES.key(call, body["id"])) or {}
    bytes_read = body.get("usage_bytes") or written.get("usage_bytes", 0)
    FILES.put(call, written | body | {"usage_bytes": bytes_read}, shelf)


def _content(call: Call, shelf: Shelf) -> Body:
    FILES.kept(call, shelf)
    text = text_of(shelf.content(call.params["file_id"]) or b"")
    return _fill_content({"data": [{"type": "text", "text": text}]}, call)


def _fill_content(draft: Body, call: Call) -> Body:
    """{"text": "…"} is enough."""
    if isinstance(draft.get("text"), str):
        draft = {"data": [{"type": "text", "text": draft["text"]}]}
    page = {"object": "vector_store.file_content.page", "data": [], "has_more": False, "next_page": None}
    return page | draft


def _where(call: Call) -> Body:
    """Every file is ready as soon as somebody looks."""
    wanted = call.asked("filter")
    if wanted in ("", "completed"):
        return {}
    return {"where": {"status": "none" if wanted == "in_progress" else wanted}}


ENDPOINTS = (
    FILES.create(check=essential("vector_stores.files.create", "file_id"), auto=_create, keep=_keep),
    FILES.list(page=_where),
    FILES.retrieve(),
    FILES.update("attributes"),
    FILES.delete("vector_store.file.deleted"),
    row(
        "vector_stores.files.content",
        "GET",
        f"{FILES.path}/{{file_id}}/content",
        fill=_fill_content,
        auto=_content,
        short_forms=('{"text": "…"}',),
    ),
)
