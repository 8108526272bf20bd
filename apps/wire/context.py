"""How much the models take in: a request that is larger gets the service's own error."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeVar

from apps.wire.call import Call
from apps.wire.errors import WireError

_Value = TypeVar("_Value")

# Tokens of a model's context, by the beginning of its name; the longest beginning counts.
# Source: the "Models" pages of OpenAI's documentation.
_CONTEXTS = {
    "gpt-3.5-turbo": 16_385,
    "gpt-3.5-turbo-instruct": 4_096,
    "gpt-3.5-turbo-0613": 4_096,
    "davinci-002": 16_384,
    "babbage-002": 16_384,
    "gpt-4": 8_192,
    "gpt-4-0125": 128_000,
    "gpt-4-1106": 128_000,
    "gpt-4-turbo": 128_000,
    "gpt-4-32k": 32_768,
    "gpt-4o": 128_000,
    "chatgpt-4o": 128_000,
    "gpt-4.1": 1_047_576,
    "gpt-4.5": 128_000,
    "gpt-5": 400_000,
    "gpt-5-chat": 128_000,
    "gpt-5.1-chat": 128_000,
    "gpt-5.2-chat": 128_000,
    "gpt-audio": 128_000,
    "o1": 200_000,
    "o1-preview": 128_000,
    "o1-mini": 128_000,
    "o3": 200_000,
    "o4-mini": 200_000,
    "codex-mini": 200_000,
}
LEAST = min(_CONTEXTS.values())


@lru_cache(maxsize=512)
def context_of(model: str) -> int | None:
    """The tokens that a model takes in and gives out together; None for one that is not known."""
    return by_beginning(model, _CONTEXTS)


def by_beginning(model: str, values: Mapping[str, _Value]) -> _Value | None:
    """What the longest beginning of the model's name has, of a tuned one that of its base; None for none."""
    base = model.removeprefix("ft:").split(":", 1)[0]
    known = [start for start in values if base.startswith(start)]
    return values[max(known, key=len)] if known else None


def check_context(call: Call, limit: int, count: Callable[[dict[str, Any]], int], *, param: str) -> None:
    """Raises WireError when the request, with an answer of `limit` tokens, is too large for its model.

    `count` counts the request's tokens; a body of fewer bytes than that cannot have so many.
    """
    context = context_of(call.model)
    if context is None or len(call.body) + limit <= context:
        return
    tokens = count(call.data)
    if tokens + limit > context:
        raise too_long(context, tokens, limit, param)


def too_long(context: int, tokens: int, limit: int, param: str) -> WireError:
    """`tokens` in `param`, and an answer of `limit`, are more than `context`."""
    return WireError(
        400, _message(context, tokens, limit, param), param=param, code="context_length_exceeded"
    )


def _message(context: int, tokens: int, limit: int, param: str) -> str:
    """The service's words, which clients look for."""
    if param == "input":
        return "Your input exceeds the context window of this model. Please adjust your input and try again."
    if param == "prompt":
        return (
            f"This model's maximum context length is {context} tokens, however you requested "
            f"{tokens + limit} tokens ({tokens} in your prompt; {limit} for the completion). Please "
            "reduce your prompt; or completion length."
        )
    maximum = f"This model's maximum context length is {context} tokens. However, "
    if tokens > context:
        return (
            f"{maximum}your messages resulted in {tokens} tokens. Please reduce the length of the messages."
        )
    return (
        f"{maximum}you requested {tokens + limit} tokens ({tokens} in the messages, {limit} in the "
        "completion). Please reduce the length of the messages or completion."
    )
