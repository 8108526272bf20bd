"""What hosted tools do in an automatic answer: searches of the web and of the caller's vector stores.

Nothing leaves this machine: a page of the web is made up from the question, at a domain for examples; vector
stores are really searched.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from apps.wire.asked import ANY, NONE, REQUIRED, Asked, Tool, one_line
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.shelf import Shelf
from apps.wire.tool_match import asks_for
from apps.wire.vector_stores.members import STORES
from apps.wire.vector_stores.search import nearest

WEB, FILES = "web_search", "file_search"
SOURCES, RESULTS = "web_search_call.action.sources", "file_search_call.results"  # of a request's include
DOMAIN = "example.com"
NEAR = 0.2  # how near a passage is to a question that it has an answer to
FOUND_MAX, FOUND_DEFAULT = 50, 20  # passages, where a tool does not say
_NOT_IN_PATHS = re.compile(r"[\W_]+")
_PATH_CHARS = 60
_DESCRIBED = {
    WEB: Tool(WEB, "Searches the internet, online, for the latest news and pages", {}),
    FILES: Tool(FILES, "Searches the uploaded documents and the knowledge base", {}),
}


class Found(NamedTuple):
    """What one search came to: the item of the output, what the message says of it (the end of its text; ""
    for nothing), and the annotation of that, by where it begins."""

    item: Body
    told: str
    cite: Callable[[int], Body]
    is_near: bool = False  # it answers the question


def search(call: Call, asked: Asked, shelf: Shelf) -> tuple[list[Found], Asked]:
    """(what the hosted tools found that are to be called now, what is asked of the answer after that).

    Raises OpenAI's 404 for a vector store that the caller does not have.
    """
    offered = _offered(call, shelf)
    if not offered or asked.choice == NONE:
        return [], asked
    named = kind_of(call.data.get("tool_choice"))
    if named:
        found = [_searched(call, named, offered[named], asked, shelf)] if named in offered else []
        return found, asked._replace(tools=(), told=_told(found))
    if asked.results or asked.choice not in (ANY, REQUIRED):
        return [], asked
    found = [one for kind in offered if (one := _wanted(call, kind, offered[kind], asked, shelf))]
    if asked.choice == REQUIRED and not found and not asked.tools:
        kind = next(iter(offered))
        found = [_searched(call, kind, offered[kind], asked, shelf)]
    choice = ANY if found else asked.choice
    return found, asked._replace(choice=choice, told=_told(found))


def annotations(text: str, found: list[Found]) -> list[Body]:
    """Those of a message: of all that its text still says, whatever a limit cut off."""
    places = [(text.rfind(one.told), one) for one in found if one.told]
    return [one.cite(place) for place, one in places if place >= 0]


def is_slow(call: Call) -> bool:
    """Whether documents are searched, which may take long."""
    tools = call.data.get("tools")
    return isinstance(tools, list) and any(kind_of(one) == FILES for one in tools)


def kind_of(given: Any) -> str:
    """The kind of a tool, or of a choice of one, under whichever of its dated names; "" for another one."""
    name = given.get("type") if isinstance(given, dict) else None
    if not isinstance(name, str):
        return ""
    return WEB if name.startswith(WEB) else FILES if name == FILES else ""


def _offered(call: Call, shelf: Shelf) -> dict[str, Body]:
    """The hosted tools that may be called, the first of each kind."""
    tools, choice = call.data.get("tools"), call.data.get("tool_choice")
    offered: dict[str, Body] = {}
    for one in tools if isinstance(tools, list) else ():
        if kind := kind_of(one):
            offered.setdefault(kind, one)
    for store_id in _store_ids(offered.get(FILES, {})):
        STORES.kept(call._replace(params={STORES.param: store_id}), shelf)
    allowed = choice.get("tools") if isinstance(choice, dict) else None
    if isinstance(allowed, list):
        kinds = {kind_of(one) for one in allowed}
        return {kind: one for kind, one in offered.items() if kind in kinds}
    return offered


def _told(found: list[Found]) -> str:
    return "".join([one.told for one in found])


def _wanted(call: Call, kind: str, tool: Body, asked: Asked, shelf: Shelf) -> Found | None:
    """What is found where the message clearly asks for the search, or the files have an answer to it."""
    is_asked_for = asks_for(asked.text, _DESCRIBED[kind])
    if not is_asked_for and kind == WEB:
        return None
    found = _searched(call, kind, tool, asked, shelf)
    return found if is_asked_for or found.is_near else None


def _searched(call: Call, kind: str, tool: Body, asked: Asked, shelf: Shelf) -> Found:
    if kind == WEB:
        return _web(call, tool, asked)
    return _files(call, tool, asked, shelf)


def _included(call: Call, what: str) -> bool:
    include = call.data.get("include")
    return isinstance(include, list) and what in include


def _web(call: Call, tool: Body, asked: Asked) -> Found:
    query = one_line(asked.text)
    filters = tool.get("filters")
    domains = filters.get("allowed_domains") if isinstance(filters, dict) else None
    domain = domains[0] if isinstance(domains, list) and domains else DOMAIN
    path = _NOT_IN_PATHS.sub("-", query.casefold())[:_PATH_CHARS].strip("-")
    url, title = f"https://{domain}/{path}", f"Results for {query}" if query else "Results"
    action: Body = {"type": "search", "query": query, "queries": [query]}
    if _included(call, SOURCES):
        action["sources"] = [{"type": "url", "url": url}]
    link = f"([{domain}]({url}))"

    def cite(place: int) -> Body:
        start = place + 1  # behind the space
        spot = {"start_index": start, "end_index": start + len(link)}
        return {"type": "url_citation", **spot, "title": title, "url": url}

    return Found({"type": "web_search_call", "status": "completed", "action": action}, f" {link}", cite)


def _files(call: Call, tool: Body, asked: Asked, shelf: Shelf) -> Found:
    query = one_line(asked.text)
    limit = tool.get("max_num_results")
    limit = limit if type(limit) is int and 1 <= limit <= FOUND_MAX else FOUND_DEFAULT
    searching = call._replace(data={**tool, "query": query})
    passages = nearest(searching, _store_ids(tool), shelf)[:limit]
    item: Body = {"type": "file_search_call", "status": "completed", "queries": [query], "results": None}
    if _included(call, RESULTS):
        item["results"] = [_result(one) for one in passages]
    if not passages:
        return Found(item, "", lambda place: {})
    best = passages[0]
    told = f" {best['filename']} says: {one_line(best['content'][0]['text'])}"

    def cite(place: int) -> Body:
        about = {"file_id": best["file_id"], "filename": best["filename"]}
        return {"type": "file_citation", "index": place + len(told), **about}

    return Found(item, told, cite, best["score"] >= NEAR)


def _store_ids(tool: Body) -> list[str]:
    given = tool.get("vector_store_ids")
    return [one for one in given if isinstance(one, str)] if isinstance(given, list) else []


def _result(passage: Body) -> Body:
    [part] = passage["content"]
    about = {key: passage[key] for key in ("attributes", "file_id", "filename", "score")}
    return {**about, "text": part["text"]}
