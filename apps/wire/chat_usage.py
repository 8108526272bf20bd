"""What a chat completion cost: its `usage`, counted where its author did not say."""

from collections import Counter
from typing import Any

from apps.wire import usage
from apps.wire.call import Call
from apps.wire.endpoint import Body

# What the service counts around a function call's name and arguments (from recorded answers).
TOOL_CALL_TOKENS = 7
_UNSEEN = ("reasoning_tokens", "audio_tokens", "rejected_prediction_tokens")


def complete(given: Any, choices: list[Body], call: Call) -> Body:
    """The usage with all its keys; a number that the author gave stays, and the total follows it."""
    given = given if isinstance(given, dict) else {}
    prompt, completion = given.get("prompt_tokens"), given.get("completion_tokens")
    if type(completion) is not int:
        completion = completion_tokens(choices, call.model) + (_unseen(given) if given else 0)
    made = usage.chat_usage(
        prompt if type(prompt) is int else usage.chat_prompt_tokens(call.data), completion
    )
    for key, value in given.items():
        if value is not None:
            made[key] = value
    return made


def _unseen(given: Body) -> int:
    """The tokens that its author says were made beside those of the texts."""
    details = given.get("completion_tokens_details")
    counts = [details.get(key) for key in _UNSEEN] if isinstance(details, dict) else []
    return sum([count for count in counts if type(count) is int])


def completion_tokens(choices: list[Body], model: str) -> int:
    texts: list[str] = []
    flat = 0
    for choice in choices:
        message = choice["message"]
        texts += [text for text in (message.get("content"), message.get("refusal")) if text]
        for tool_call in message.get("tool_calls") or ():
            flat += TOOL_CALL_TOKENS
            made = tool_call.get("function") or tool_call.get("custom")
            texts += made.values() if isinstance(made, dict) else ()
        function_call = message.get("function_call")
        if function_call:
            flat += TOOL_CALL_TOKENS
            texts += function_call.values() if isinstance(function_call, dict) else ()
    # Each of n copies counts, and none is read again.
    spoken = Counter([text for text in texts if isinstance(text, str)])
    counts = usage.count(list(spoken), model)
    return flat + sum(count * times for count, times in zip(counts, spoken.values(), strict=True))
