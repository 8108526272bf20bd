"""The search in a vector store: the chunks of its files that are nearest to a query."""

from collections.abc import Callable
from typing import Any

from apps.wire import files
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.row import essential, row
from apps.wire.shelf import Shelf
from apps.wire.vector_stores.chunks import chunks, nearness, text_of
from apps.wire.vector_stores.members import STORES, files_of, touch

RESULTS = 10

_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "eq": lambda has, wanted: bool(has == wanted),
    "ne": lambda has, wanted: bool(has != wanted),
    "gt": lambda has, wanted: bool(has > wanted),
    "gte": lambda has, wanted: bool(has >= wanted),
    "lt": lambda has, wanted: bool(has < wanted),
    "lte": lambda has, wanted: bool(has <= wanted),
    "in": lambda has, wanted: has in wanted,
    "nin": lambda has, wanted: has not in wanted,
}


_check = essential("vector_stores.search", r"query|max_num_results|filters|ranking_options.*")


def _queries(call: Call) -> list[str]:
    query = call.data.get("query")
    asked = query if isinstance(query, list) else [query]
    return [one for one in asked if isinstance(one, str)]


def _search(call: Call, shelf: Shelf) -> Body:
    limit = call.data.get("max_num_results")
    found = nearest(call, [call.params[STORES.param]], shelf)
    return {"data": found[: limit if isinstance(limit, int) else RESULTS]}


def nearest(call: Call, store_ids: list[str], shelf: Shelf) -> list[Body]:
    """All passages in some stores that pass the request's filters and threshold, the nearest to its query
    first; raises OpenAI's 404 for a store that is not there."""
    for store_id in store_ids:
        STORES.kept(call._replace(params={STORES.param: store_id}), shelf)
    found = [
        result
        for store_id in store_ids
        for kept in files_of(store_id, shelf)
        if _passes(kept.get("attributes"), call.data.get("filters"))
        for result in _results(kept, _queries(call), shelf)
    ]
    ranking = call.data.get("ranking_options")
    threshold = ranking.get("score_threshold") if isinstance(ranking, dict) else None
    if isinstance(threshold, int | float):
        found = [one for one in found if one["score"] >= threshold]
    found.sort(key=lambda one: -one["score"])
    return found


def _results(kept: Body, queries: list[str], shelf: Shelf) -> list[Body]:
    """One result for each chunk of a file."""
    file_id = kept["id"]
    text = text_of(shelf.content(file_id) or b"")
    filename = (shelf.get(files.KIND, file_id) or {}).get("filename", "file")
    return [
        {
            "file_id": file_id,
            "filename": filename,
            "score": round(max([nearness(query, chunk) for query in queries], default=0.0), 4),
            "attributes": kept.get("attributes") or {},
            "content": [{"type": "text", "text": chunk}],
        }
        for chunk in chunks(text, kept.get("chunking_strategy"))
    ]


def _passes(attributes: Any, wanted: Any) -> bool:
    """Whether a file's attributes pass a filter: a comparison, or several joined by and / or."""
    if not isinstance(wanted, dict):
        return True
    inner, kind = wanted.get("filters"), wanted.get("type")
    if isinstance(inner, list):
        passed = [_passes(attributes, one) for one in inner]
        return any(passed) if kind == "or" else all(passed)
    has = attributes.get(wanted.get("key")) if isinstance(attributes, dict) else None
    compare = _COMPARE.get(str(kind))
    if compare is None or has is None:
        return kind in ("ne", "nin")
    try:
        return compare(has, wanted.get("value"))
    except TypeError:  # a number is not more than a text
        return False


def _fill(draft: Body, call: Call) -> Body:
    """{"data": [{"text": "…"}]} is enough."""
    data = draft.get("data")
    page = {
        "object": "vector_store.search_results.page",
        "search_query": _queries(call),
        "has_more": False,
        "next_page": None,
    }
    items = [_fill_result(one) if isinstance(one, dict) else one for one in data or ()]
    return page | draft | {"data": items}


def _fill_result(one: Body) -> Body:
    text = one.get("text")
    content = [{"type": "text", "text": text}] if isinstance(text, str) else []
    whole = {
        "file_id": "file-unknown",
        "filename": "file",
        "score": 1.0,
        "attributes": {},
        "content": content,
    }
    return whole | {name: value for name, value in one.items() if name != "text"}


ENDPOINTS = (
    row(
        "vector_stores.search",
        "POST",
        "/vector_stores/{vector_store_id}/search",
        check=_check,
        fill=_fill,
        auto=_search,
        keep=lambda call, body, shelf: touch(shelf, call.params["vector_store_id"], call),
        summary=lambda call: " / ".join(_queries(call)),
    ),
)
