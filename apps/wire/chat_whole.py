"""Whether a chat completion is whole: valid as it stands for the type that SDKs read."""

from collections.abc import Callable
from typing import Any

from apps.wire import chat_audio
from apps.wire.endpoint import Body

FINISH_REASONS = frozenset({"stop", "length", "tool_calls", "content_filter", "function_call"})
_TIERS = frozenset({None, "auto", "default", "flex", "scale", "priority", "fast"})
_NONE = type(None)
_TEXT_OR_NULL = (str, _NONE)
_COUNT_OR_NULL = frozenset({int, _NONE})
_DETAILS = (
    *(
        "cached_tokens",
        "cache_write_tokens",
        "audio_tokens",
        "image_tokens",
        "text_tokens",
        "reasoning_tokens",
    ),
    *("accepted_prediction_tokens", "rejected_prediction_tokens"),
)


def is_whole(body: Body) -> bool:
    choices = body.get("choices")
    tier = body.get("service_tier")
    return (
        body.get("object") == "chat.completion"
        and isinstance(body.get("id"), str)
        and type(body.get("created")) is int
        and isinstance(body.get("model"), str)
        and isinstance(choices, list)
        and all(map(_is_choice, choices))
        and _is_usage(body.get("usage"))
        and isinstance(tier, _TEXT_OR_NULL)
        and tier in _TIERS
        and isinstance(body.get("system_fingerprint"), _TEXT_OR_NULL)
        and body.get("moderation") is None
        and is_metadata(body.get("metadata"))
    )


def _is_choice(choice: Any) -> bool:
    if not isinstance(choice, dict) or type(choice.get("index")) is not int:
        return False
    reason = choice.get("finish_reason")
    if not isinstance(reason, str) or reason not in FINISH_REASONS:
        return False
    return _is_message(choice.get("message")) and _is_logprobs(choice.get("logprobs"))


def _is_message(message: Any) -> bool:
    if (
        not isinstance(message, dict)
        or message.get("role") != "assistant"
        or not chat_audio.is_whole(message.get("audio"))
    ):
        return False
    return (
        isinstance(message.get("content"), _TEXT_OR_NULL)
        and isinstance(message.get("refusal"), _TEXT_OR_NULL)
        and _all(message.get("tool_calls"), _is_tool_call)
        and _all(message.get("annotations"), _is_annotation)
        and (
            message.get("function_call") is None or _has_texts(message["function_call"], "name", "arguments")
        )
    )


def is_metadata(metadata: Any) -> bool:
    return metadata is None or (
        isinstance(metadata, dict) and all(isinstance(value, str) for value in metadata.values())
    )


def _all(items: Any, test: Callable[[Any], bool]) -> bool:
    return items is None or (isinstance(items, list) and all(map(test, items)))


def _has_texts(value: Any, *keys: str) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(key), str) for key in keys)


def _is_tool_call(call: Any) -> bool:
    if not _has_texts(call, "id", "type"):
        return False
    if call["type"] == "custom":
        return _has_texts(call.get("custom"), "name", "input")
    return call["type"] == "function" and _has_texts(call.get("function"), "name", "arguments")


def _is_annotation(annotation: Any) -> bool:
    if not isinstance(annotation, dict) or annotation.get("type") != "url_citation":
        return False
    citation = annotation.get("url_citation")
    if not isinstance(citation, dict) or not _has_texts(citation, "title", "url"):
        return False
    return type(citation.get("start_index")) is int and type(citation.get("end_index")) is int


def _is_logprobs(value: Any) -> bool:
    if value is None:
        return True
    if not isinstance(value, dict):
        return False
    return _all(value.get("content"), _is_token) and _all(value.get("refusal"), _is_token)


def _is_token(token: Any) -> bool:
    if not _is_scored(token):
        return False
    top = token.get("top_logprobs")
    return isinstance(top, list) and all(map(_is_scored, top))


def _is_scored(token: Any) -> bool:
    if not isinstance(token, dict) or not isinstance(token.get("token"), str):
        return False
    data = token.get("bytes")
    return type(token.get("logprob")) in (int, float) and (
        data is None or (isinstance(data, list) and all(type(byte) is int for byte in data))
    )


def _is_usage(usage: Any) -> bool:
    if usage is None:
        return True
    if not isinstance(usage, dict):
        return False
    return (
        type(usage.get("prompt_tokens")) is int
        and type(usage.get("completion_tokens")) is int
        and type(usage.get("total_tokens")) is int
        and _is_details(usage.get("prompt_tokens_details"))
        and _is_details(usage.get("completion_tokens_details"))
    )


def _is_details(details: Any) -> bool:
    if not isinstance(details, dict):
        return details is None
    return _COUNT_OR_NULL.issuperset(map(type, details.values())) or all(
        type(details.get(key, 0)) in _COUNT_OR_NULL for key in _DETAILS
    )
