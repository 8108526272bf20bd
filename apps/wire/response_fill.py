"""Completing a response: from any draft, of whichever text endpoint's form, to the whole body."""

import time
from typing import Any

from apps.wire import ids, response_usage, said
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.logprobs import SCORE_BYTES, Scores, with_top
from apps.wire.pieces import PIECE_CHARS
from apps.wire.response_item import Items

LOGPROBS = "message.output_text.logprobs"  # what a request includes that asks for them
MODEL = "gpt-4o"  # of a response whose request names none, but a stored prompt
_EARLY = {"length": "max_output_tokens", "content_filter": "content_filter"}
# What a response says of its request, with what holds when that says nothing (as recorded in 2026).
_ECHOED: tuple[tuple[str, Any], ...] = (
    ("background", False),
    ("frequency_penalty", 0.0),
    ("instructions", None),
    ("max_output_tokens", None),
    ("max_tool_calls", None),
    ("parallel_tool_calls", True),
    ("presence_penalty", 0.0),
    ("previous_response_id", None),
    ("prompt_cache_key", None),
    ("prompt_cache_retention", None),
    ("safety_identifier", None),
    ("store", True),
    ("temperature", 1.0),
    ("tool_choice", "auto"),
    ("top_logprobs", 0),
    ("top_p", 1.0),
    ("truncation", "disabled"),
    ("user", None),
    ("metadata", {}),
)
_ORDER = (
    *("id", "object", "created_at", "status", "background", "billing", "completed_at", "conversation"),
    *("error", "frequency_penalty", "incomplete_details", "instructions", "max_output_tokens"),
    *("max_tool_calls", "model", "output", "parallel_tool_calls", "presence_penalty"),
    *("previous_response_id", "prompt", "prompt_cache_key", "prompt_cache_retention", "reasoning"),
    *("safety_identifier", "service_tier", "store", "temperature", "text", "tool_choice", "tools"),
    *("top_logprobs", "top_p", "truncation", "usage", "user", "metadata"),
)
# What a short form, or another endpoint's form, is read for; it has no place in a response.
_READ = frozenset(
    {"content", "refusal", "tool_calls", "function_call", "message", "choices", "finish_reason", "role"}
    | {"annotations", "audio", "reasoning_content", "text_completion", "logprobs", "created", "output_text"}
    | {"system_fingerprint"}
)


def fill(draft: Body, call: Call) -> Body:
    """The whole body; keys in the service's order, the author's own keys last."""
    created = int(call.received_at or time.time())
    own = said.form_of(draft) == said.RESPONSE
    read = said.read(draft)
    given = {**read.given, **({key: value for key, value in draft.items() if key not in _READ})}
    if not own:
        given = {key: value for key, value in given.items() if key not in ("id", "object", "usage", "text")}
    made = _frame(given, call, created=int(read.given.get("created", created)))
    choice = read.choices[0] if read.choices else said.read({}).choices[0]
    early = _EARLY.get(choice.finish_reason)
    if "status" not in given:
        made["status"] = "incomplete" if early else "failed" if made["error"] else "completed"
    if made["status"] == "incomplete" and early:
        made["incomplete_details"] = made["incomplete_details"] or {"reason": early}
    ended = made["status"] if made["status"] in ("in_progress", "incomplete") else "completed"
    scores = Scores(_each(call), choices=1, model=call.model)
    items = Items(str(made["id"]), created=int(made["created_at"]), status=ended, scores=scores)
    output = draft.get("output")
    if not own or output is None:
        made["output"] = [] if made["status"] == "failed" and not choice.text else items.said(choice)
    else:
        made["output"] = [items.whole(item) for item in (output if isinstance(output, list) else [output])]
    if made["status"] != "completed":
        made["completed_at"] = given.get("completed_at")
    made["usage"] = response_usage.complete(given.get("usage", read.usage), made["output"], call)
    ordered = {key: made[key] for key in _ORDER if key in made}
    rest = {key: value for key, value in given.items() if key not in made and key != "created"}
    return ordered | rest


def breadth(call: Call) -> int:
    """How many times as large as its draft a response is, roughly; it repeats its request."""
    return 1 + _each(call) * SCORE_BYTES // PIECE_CHARS + len(call.body) // 4096


def _each(call: Call) -> int:
    """How many scores a token has."""
    include = call.data.get("include")
    asked = isinstance(include, list) and LOGPROBS in include
    return with_top(call.data.get("top_logprobs")) if asked else 0


def _frame(given: Body, call: Call, *, created: int) -> Body:
    """All but the output: what the author set, what the request asks for, what holds else."""
    data = call.data
    asked = {key: default if data.get(key) is None else data[key] for key, default in _ECHOED}
    created = int(given["created_at"]) if type(given.get("created_at")) in (int, float) else created
    response_id = given.get("id")
    frame: Body = {
        "id": response_id if isinstance(response_id, str) else f"resp_{ids.response_part(created)}",
        "object": "response",
        "created_at": created,
        "status": "completed",
        "completed_at": created + 1,
        "error": None,
        "incomplete_details": None,
        "model": call.model or MODEL,
        **asked,
        "reasoning": {"effort": None, "summary": None} | _object(data.get("reasoning")),
        "service_tier": _tier(data.get("service_tier")),
        "text": _text(data.get("text")),
        "tools": [_tool(tool) for tool in _list(data.get("tools"))],
    }
    if not call.stream:
        frame["billing"] = {"payer": "developer"}
    conversation = data.get("conversation")
    if conversation:
        frame["conversation"] = conversation if isinstance(conversation, dict) else {"id": conversation}
    if isinstance(data.get("prompt"), dict):
        frame["prompt"] = data["prompt"]
    frame.update(
        {
            key: value
            for key, value in given.items()
            if key in _ORDER and value is not None and key not in ("created_at", "output", "usage")
        }
    )
    if isinstance(frame.get("text"), str):  # a short form's text, not how texts are to look
        frame["text"] = _text(data.get("text"))
    return frame


def _tier(asked: Any) -> str:
    return asked if isinstance(asked, str) and asked != "auto" else "default"


def _text(asked: Any) -> Body:
    """How the text is to look, as the service says it back."""
    text: Body = {"format": {"type": "text"}, "verbosity": "medium"}
    text |= {key: value for key, value in _object(asked).items() if value is not None}
    if isinstance(text["format"], dict) and text["format"].get("type") == "json_schema":
        text["format"] = {"type": "json_schema", "description": None, "strict": True} | text["format"]
    return text


def _tool(tool: Any) -> Any:
    if isinstance(tool, dict) and tool.get("type") == "function":
        return {"type": "function", "description": None, "name": "", "parameters": {}, "strict": True} | tool
    return tool


def _object(value: Any) -> Body:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
