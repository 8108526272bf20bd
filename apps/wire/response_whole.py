"""Whether a response is whole: valid as it stands for the type that SDKs read."""

from collections.abc import Callable
from typing import Any

from apps.wire.chat_whole import is_metadata
from apps.wire.endpoint import Body

STATUSES = frozenset({"completed", "failed", "in_progress", "cancelled", "queued", "incomplete"})
_ITEM_STATUSES = frozenset(
    {None, "in_progress", "completed", "incomplete", "failed", "searching", "generating"}
)
_REASONS = frozenset({None, "max_output_tokens", "max_messages", "content_filter", "steered"})
_NONE = type(None)


def is_whole(body: Body) -> bool:
    output, tools = body.get("output"), body.get("tools")
    return (
        body.get("object") == "response"
        and isinstance(body.get("id"), str)
        and type(body.get("created_at")) in (int, float)
        and isinstance(body.get("model"), str)
        and _is_one_of(body.get("status"), STATUSES)
        and isinstance(output, list)
        and all(map(_is_item, output))
        and isinstance(body.get("parallel_tool_calls"), bool)
        and isinstance(body.get("tool_choice"), str | dict)
        and isinstance(tools, list)
        and all(isinstance(tool, dict) and isinstance(tool.get("type"), str) for tool in tools)
        and _is_error(body.get("error"))
        and _is_early(body.get("incomplete_details"))
        and _is_usage(body.get("usage"))
        and is_metadata(body.get("metadata"))
    )


def _is_one_of(value: Any, known: frozenset[Any]) -> bool:
    return isinstance(value, str | None) and value in known


def _is_item(item: Any) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("type"), str):
        return False
    test = _ITEMS.get(item["type"])
    return _is_one_of(item.get("status"), _ITEM_STATUSES) and (test is None or test(item))


def _is_message(item: Body) -> bool:
    parts = item.get("content")
    return (
        isinstance(item.get("id"), str)
        and item.get("role") == "assistant"
        and isinstance(item.get("status"), str)
        and isinstance(parts, list)
        and all(map(_is_part, parts))
    )


def _is_part(part: Any) -> bool:
    if not isinstance(part, dict):
        return False
    if part.get("type") == "refusal":
        return isinstance(part.get("refusal"), str)
    return (
        part.get("type") == "output_text"
        and isinstance(part.get("text"), str)
        and isinstance(part.get("annotations"), list)
        and isinstance(part.get("logprobs"), list | None)
    )


def _is_called(item: Body) -> bool:
    given = item.get("arguments") if item["type"] == "function_call" else item.get("input")
    return (
        isinstance(given, str) and isinstance(item.get("call_id"), str) and isinstance(item.get("name"), str)
    )


def _is_reasoning(item: Body) -> bool:
    summary = item.get("summary")
    return (
        isinstance(item.get("id"), str)
        and isinstance(summary, list)
        and all(isinstance(part, dict) and isinstance(part.get("text"), str) for part in summary)
    )


_ITEMS: dict[str, Callable[[Body], bool]] = {
    "message": _is_message,
    "function_call": _is_called,
    "custom_tool_call": _is_called,
    "reasoning": _is_reasoning,
}


def _is_error(error: Any) -> bool:
    return error is None or (
        isinstance(error, dict)
        and isinstance(error.get("message"), str)
        and isinstance(error.get("code"), str)
    )


def _is_early(details: Any) -> bool:
    return details is None or (isinstance(details, dict) and _is_one_of(details.get("reason"), _REASONS))


def _is_usage(usage: Any) -> bool:
    if not isinstance(usage, dict):
        return usage is None
    counted = all(type(usage.get(key)) is int for key in ("input_tokens", "output_tokens", "total_tokens"))
    details = (usage.get("input_tokens_details"), usage.get("output_tokens_details"))
    return counted and all(isinstance(one, dict | None) for one in details)
