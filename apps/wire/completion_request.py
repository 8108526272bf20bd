"""Reading a request for a text completion: its prompts, and what makes it unusable."""

from typing import Any

from apps.wire import usage
from apps.wire.asked import one_line
from apps.wire.bounds import beyond_length, check_integer
from apps.wire.call import Call
from apps.wire.chat_fill import N_MAX
from apps.wire.errors import invalid_type, missing_parameter
from apps.wire.findings import misshapen
from apps.wire.jsongate import kind

LOGPROBS_MAX = 5
PROMPTS_MAX = 2048
_NO_PROMPT = "<|endoftext|>"  # what the service takes when the request has none

Prompt = str | list[int]


def check(call: Call) -> None:
    """Raise WireError for a request that no answer can be made for; the rest is validated elsewhere."""
    data = call.data
    model = data.get("model")
    if model is None or model == "":
        raise missing_parameter("model")
    if not isinstance(model, str):
        raise invalid_type("model", expected="a string", got=kind(model))
    given = data.get("prompt")
    if given is not None and not isinstance(given, str | list):
        raise invalid_type("prompt", expected="a string or an array", got=kind(given))
    if wrong := misshapen(data, "completions.create", besides="prompt"):
        raise wrong
    check_integer("max_tokens", data.get("max_tokens"), 0)
    check_integer("n", data.get("n"), 1, N_MAX)
    check_integer("logprobs", data.get("logprobs"), 0, LOGPROBS_MAX)
    if error := beyond_length("prompt", prompts(data), PROMPTS_MAX):
        raise error


def prompts(data: dict[str, Any]) -> list[Prompt]:
    """The prompts of a request; each is a text, or its tokens."""
    given = data.get("prompt")
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list) or not given:
        return [_NO_PROMPT]
    if all(type(one) is int for one in given):
        return [given]
    return [one if isinstance(one, str | list) else str(one) for one in given]


def copies(data: dict[str, Any]) -> int:
    """How many choices each prompt gets."""
    n = data.get("n")
    return min(max(n, 1), N_MAX) if type(n) is int else 1


def text_of(prompt: Prompt) -> str:
    """A prompt as text; of tokens, how many there are."""
    return prompt if isinstance(prompt, str) else f"[{len(prompt)} tokens]"


def prompt_tokens(data: dict[str, Any], model: str) -> int:
    """What the prompts cost: tokens that came as such are counted, texts are read."""
    given = prompts(data)
    texts = [prompt for prompt in given if isinstance(prompt, str)]
    return sum(usage.count(texts, model)) + sum(len(one) for one in given if isinstance(one, list))


def summary(call: Call) -> str:
    """One line: the last prompt."""
    return one_line(text_of(prompts(call.data)[-1]))
