"""Whether a text completion is whole: valid as it stands for the type that SDKs read."""

from typing import Any

from apps.wire.completion_fill import REASONS
from apps.wire.endpoint import Body


def is_whole(body: Body) -> bool:
    choices, usage = body.get("choices"), body.get("usage")
    return (
        body.get("object") == "text_completion"
        and isinstance(body.get("id"), str)
        and type(body.get("created")) is int
        and isinstance(body.get("model"), str)
        and isinstance(choices, list)
        and all(map(_is_choice, choices))
        and isinstance(body.get("system_fingerprint"), str | None)
        and (usage is None or _is_usage(usage))
    )


def _is_choice(choice: Any) -> bool:
    return (
        isinstance(choice, dict)
        and isinstance(choice.get("text"), str)
        and type(choice.get("index")) is int
        and isinstance(choice.get("finish_reason"), str)
        and choice["finish_reason"] in REASONS
        and isinstance(choice.get("logprobs"), dict | None)
    )


def _is_usage(usage: Any) -> bool:
    names = ("prompt_tokens", "completion_tokens", "total_tokens")
    return isinstance(usage, dict) and all(type(usage.get(name)) is int for name in names)
