"""The automatic answer to a request for a response."""

from apps.wire import automatic
from apps.wire.asked import Asked
from apps.wire.call import Call
from apps.wire.context import check_context
from apps.wire.endpoint import Body
from apps.wire.history import before, tokens_before
from apps.wire.impossible import RESPONSES, refuse_impossible
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
    draft = automatic.answer(asked)
    if more:
        draft["usage"] = {"input_tokens": more + input_tokens(data)}
    if data.get("store") is False:
        draft["id"] = f"resp_{asked.digest}{asked.digest[:10]}"
    reasoning = data.get("reasoning")
    if isinstance(reasoning, dict) and reasoning.get("effort") != "none" and any(reasoning.values()):
        return _with_reasoning(draft, asked, call)
    return draft


def _with_reasoning(draft: Body, asked: Asked, call: Call) -> Body:
    """The draft with an item of reasoning before it; its summary is empty unless one was asked for."""
    thought = f'The user says: "{asked.text[:200]}"'
    wants_summary = bool(call.data["reasoning"].get("summary"))
    item: Body = {"type": "reasoning", "summary": thought if wants_summary else []}
    include = call.data.get("include")
    if isinstance(include, list) and ENCRYPTED in include:
        item["encrypted_content"] = f"gAAAAA{asked.digest}"
    output = [item]
    for called in draft.get("tool_calls", ()):
        kind, inner = ("custom_tool_call", "custom") if "custom" in called else ("function_call", "function")
        output.append({"type": kind, "call_id": called["id"], **called[inner]})
    if "content" in draft:
        output.append({"type": "message", "content": draft["content"]})
    made: Body = {key: value for key, value in draft.items() if key in ("id", "usage")}
    if draft.get("finish_reason") == "length":
        made |= {"status": "incomplete", "incomplete_details": {"reason": "max_output_tokens"}}
    return {**made, "output": output}
