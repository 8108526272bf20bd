"""What OpenAI refuses of a request beyond what the types of its package say: told, or refused, as
MOCKOPENAI_VALIDATE says; automatic answers, and what is queued, answer such a call all the same."""

from collections.abc import Callable, Iterator
from typing import Any

import orjson

from apps.wire.bounds import beyond, beyond_length
from apps.wire.errors import WireError
from apps.wire.impossible import CHAT, COMPLETIONS, RESPONSES
from apps.wire.metadata import metadata
from apps.wire.reasoning import default_effort
from apps.wire.strict import TOOLS_MAX, chat_shape, functions, response_shape
from apps.wire.turns import chat_turns, goes_on, response_turns

Rule = Callable[[dict[str, Any]], Iterator[WireError]]

OUTPUT_MIN = 16
_ONLY_WITH = "The '{}' parameter is only allowed when '{}' is enabled."
_NO_WORD_CHAT = (
    "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'."
)
_NO_WORD_RESPONSES = (
    "Response input messages must contain the word 'json' in some form to use 'text.format' of type "
    "'json_object'."
)
_OLD_LIMIT = (
    "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' "
    "instead."
)
_ONLY_1 = (
    "Unsupported value: 'temperature' does not support {} with this model. Only the default (1) value is "
    "supported."
)
_NO_TEMPERATURE = "Unsupported parameter: 'temperature' is not supported with this model."


def beyond_types(data: dict[str, Any], operation: str) -> Iterator[WireError]:
    """The errors, in the service's words; linear in the size of the request."""
    for rule in RULES.get(operation, ()):
        yield from rule(data)
    yield from metadata(data, operation)


def _at_most(kind: type[str] | type[list[Any]], **lengths: int) -> Rule:
    """For the members of that type."""

    def check(data: dict[str, Any]) -> Iterator[WireError]:
        for name, most in lengths.items():
            value = data.get(name)
            if isinstance(value, kind) and (error := beyond_length(name, value, most)):
                yield error

    return check


def _companions(data: dict[str, Any]) -> Iterator[WireError]:
    for name, needed in (("top_logprobs", "logprobs"), ("stream_options", "stream")):
        if data.get(name) is not None and data.get(needed) is not True:
            yield WireError(400, _ONLY_WITH.format(name, needed), param=name)


def _short_output(data: dict[str, Any]) -> Iterator[WireError]:
    value = data.get("max_output_tokens")
    if type(value) is int and value > 0 and (error := beyond("max_output_tokens", value, OUTPUT_MIN, None)):
        yield error  # less than one token is refused anyway


# --- the word JSON ------------------------------------------------------------------------------


def _chat_word(data: dict[str, Any]) -> Iterator[WireError]:
    messages = data.get("messages")
    if _is_json_object(data.get("response_format")) and not _has_word(messages):
        yield WireError(400, _NO_WORD_CHAT, param="messages")


def _response_word(data: dict[str, Any]) -> Iterator[WireError]:
    text = data.get("text")
    if not isinstance(text, dict) or not _is_json_object(text.get("format")) or goes_on(data):
        return
    if not _has_word([data.get("input"), data.get("instructions")]):
        yield WireError(400, _NO_WORD_RESPONSES, param="input")


def _is_json_object(shape: Any) -> bool:
    return isinstance(shape, dict) and shape.get("type") == "json_object"


def _has_word(said: Any) -> bool:
    return b"json" in orjson.dumps(said).lower()


# --- models that reason -------------------------------------------------------------------------


def _chat_reasoning(data: dict[str, Any]) -> Iterator[WireError]:
    if not _reasons(data):
        return
    if data.get("max_tokens") is not None:
        yield WireError(400, _OLD_LIMIT, param="max_tokens", code="unsupported_parameter")
    if _is_thinking(data, data.get("reasoning_effort")) and _is_warm(data):
        message = _ONLY_1.format(data["temperature"])
        yield WireError(400, message, param="temperature", code="unsupported_value")


def _response_reasoning(data: dict[str, Any]) -> Iterator[WireError]:
    reasoning = data.get("reasoning")
    effort = reasoning.get("effort") if isinstance(reasoning, dict) else None
    if _reasons(data) and _is_thinking(data, effort) and _is_warm(data):
        yield WireError(400, _NO_TEMPERATURE, param="temperature")


def _reasons(data: dict[str, Any]) -> bool:
    model = data.get("model")
    return isinstance(model, str) and "-chat" not in model and default_effort(model) != ""


def _is_thinking(data: dict[str, Any], effort: Any) -> bool:
    """Without an effort, the models since gpt-5.1 take a temperature as others do."""
    if isinstance(effort, str):
        return effort != "none"
    return not data["model"].removeprefix("ft:").startswith("gpt-5.")


def _is_warm(data: dict[str, Any]) -> bool:
    return type(data.get("temperature")) in (int, float) and data["temperature"] != 1


_ASSISTANT = (functions, _at_most(list, tools=TOOLS_MAX), _at_most(str, instructions=256_000))
RULES: dict[str, tuple[Rule, ...]] = {
    CHAT: (
        chat_turns,
        functions,
        _at_most(list, tools=TOOLS_MAX, stop=4),
        _companions,
        chat_shape,
        _chat_word,
        _chat_reasoning,
    ),
    RESPONSES: (
        response_turns,
        functions,
        _at_most(list, tools=TOOLS_MAX),
        _short_output,
        response_shape,
        _response_word,
        _response_reasoning,
    ),
    COMPLETIONS: (_at_most(list, stop=4),),
    "beta.assistants.create": _ASSISTANT,
    "beta.assistants.update": _ASSISTANT,
}
