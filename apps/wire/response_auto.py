"""The automatic answer to a request for a response."""

from typing import Any

from apps.wire import automatic, hosted
from apps.wire.asked import Asked
from apps.wire.call import Call
from apps.wire.context import check_context
from apps.wire.endpoint import Body
from apps.wire.history import before, tokens_before
from apps.wire.hosted import Found
from apps.wire.impossible import RESPONSES, refuse_impossible
from apps.wire.reasoning import left, thought_tokens
from apps.wire.response_asked import read
from apps.wire.response_usage import input_tokens
from apps.wire.shelf import Shelf

ENCRYPTED = "reasoning.encrypted_content"  # what a request includes that asks for it


def auto(call: Call, shelf: Shelf) -> Body:
    """A generated draft, as the request asks, with what the caller has kept of its conversation; the same
    request gives the same one but for its ids: a response can be retrieved by them."""
    data = call.data
    refuse_impossible(data, RESPONSES)
    said = before(call, shelf)
    more = tokens_before(call, said, shelf) if said else 0
    check_context(call, more, input_tokens, param="input")
    asked = read(call, said)
    reasoning = data.get("reasoning")
    effort = reasoning.get("effort") if isinstance(reasoning, dict) else None
    unseen = thought_tokens(asked.model, effort, asked.limit)
    if unseen:
        asked = asked._replace(limit=left(asked.limit, unseen))
    found: list[Found] = []
    if "tools" in data:
        found, asked = hosted.search(call, asked, shelf)
    draft = automatic.answer(asked)
    if data.get("store") is False:
        draft["id"] = f"resp_{asked.digest}{asked.digest[:10]}"
    if more or unseen:
        draft["usage"] = _usage(call, more, unseen)
    thought = _thought(reasoning, asked, call)
    if found or thought:
        return _with_items(draft, [*thought, *[one.item for one in found]], found)
    return draft


def _usage(call: Call, before: int, unseen: int) -> Body:
    """What cannot be seen of the request and its answer: what was said before, and what was thought."""
    read = {"input_tokens": before + input_tokens(call.data)} if before else {}
    return read | ({"output_tokens_details": {"reasoning_tokens": unseen}} if unseen else {})


def _thought(reasoning: Any, asked: Asked, call: Call) -> list[Body]:
    """An item of reasoning where one is asked for; its summary is empty unless that is asked for, too."""
    if not isinstance(reasoning, dict) or reasoning.get("effort") == "none" or not any(reasoning.values()):
        return []
    thought = f'The user says: "{asked.text[:200]}"'
    item: Body = {"type": "reasoning", "summary": thought if reasoning.get("summary") else []}
    include = call.data.get("include")
    if isinstance(include, list) and ENCRYPTED in include:
        item["encrypted_content"] = f"gAAAAA{asked.digest}"
    return [item]


def _with_items(draft: Body, items: list[Body], found: list[Found]) -> Body:
    """The draft with items before what it says, which refers to what was found."""
    output = [*items]
    for called in draft.get("tool_calls", ()):
        kind, inner = ("custom_tool_call", "custom") if "custom" in called else ("function_call", "function")
        output.append({"type": kind, "call_id": called["id"], **called[inner]})
    if "content" in draft:
        part = {"text": draft["content"], "annotations": hosted.annotations(draft["content"], found)}
        output.append({"type": "message", "content": [part]})
    made: Body = {key: value for key, value in draft.items() if key in ("id", "usage")}
    if draft.get("finish_reason") == "length":
        made |= {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    return {**made, "output": output}
