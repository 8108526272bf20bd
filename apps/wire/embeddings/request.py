"""Reading a request for embeddings: its inputs, its dimensions, and what makes it unusable."""

from typing import Any

from apps.wire import usage
from apps.wire.bounds import beyond_length, check_integer
from apps.wire.call import Call
from apps.wire.endpoint import Body
from apps.wire.errors import (
    WireError,
    invalid_type,
    invalid_value,
    missing_parameter,
    out_of_range,
)
from apps.wire.first_line import first_line
from apps.wire.jsongate import kind
from apps.wire.shelf import Shelf

INPUTS_MAX = 2048
TOKENS_MAX = 8192  # of one input
TOKENS_MAX_ALL = 300_000
DIMENSIONS_MAX = 8192  # of a model that is not OpenAI's
# How wide the vectors of OpenAI's models are, and whether they may be asked for narrower.
MODELS: dict[str, tuple[int, bool]] = {
    "text-embedding-3-small": (1536, True),
    "text-embedding-3-large": (3072, True),
    "text-embedding-ada-002": (1536, False),
}
ENCODINGS = ("float", "base64")

Input = str | list[int]


def check(call: Call) -> None:
    """Raise WireError for a request that no answer can be made for."""
    data = call.data
    model = data.get("model")
    if model is None or model == "":
        raise missing_parameter("model")
    if not isinstance(model, str):
        raise invalid_type("model", expected="a string", got=kind(model))
    _check_input(data.get("input"))
    _check_dimensions(model, data.get("dimensions"))
    encoding = data.get("encoding_format")
    if encoding is not None and encoding not in ENCODINGS:
        raise invalid_value("encoding_format", str(encoding), ENCODINGS)


def _check_input(given: Any) -> None:
    if given is None:
        raise missing_parameter("input")
    if isinstance(given, str):
        return _check_one("input", given)
    if not isinstance(given, list):
        raise invalid_type("input", expected="a string or an array", got=kind(given))
    if not given:
        raise out_of_range("input", "input cannot be an empty array.", code="empty_array")
    if type(given[0]) is int:
        return _check_one("input", given)
    if error := beyond_length("input", given, INPUTS_MAX):
        raise error
    is_text = isinstance(given[0], str)
    for index, one in enumerate(given):
        if isinstance(one, str) is not is_text:
            expected = "a string" if is_text else "an array of tokens"
            raise invalid_type(f"input[{index}]", expected=expected, got=kind(one))
        _check_one(f"input[{index}]", one)
    return None


def _check_one(param: str, one: Any) -> None:
    if isinstance(one, str):
        if not one:
            raise out_of_range(param, "input cannot be an empty string.", code="empty_string")
    elif not isinstance(one, list):
        raise invalid_type(param, expected="a string or an array of tokens", got=kind(one))
    elif not one:
        raise out_of_range(param, "input cannot be an empty array.", code="empty_array")
    else:
        for place, token in enumerate(one):
            if type(token) is not int or token < 0:
                check_integer(f"{param}[{place}]", token, 0)
                raise invalid_type(f"{param}[{place}]", expected="an integer", got=kind(token))


def _check_dimensions(model: str, given: Any) -> None:
    if given is None:
        return
    check_integer("dimensions", given, 1)
    widest, is_variable = MODELS.get(model, (DIMENSIONS_MAX, True))
    if not is_variable:
        raise WireError(400, "This model does not support specifying dimensions.", param="dimensions")
    if given > widest:
        message = f"Invalid value for 'dimensions' = {given}. Must be less than or equal to {widest}."
        raise WireError(400, message, param="dimensions")


def inputs(call: Call) -> list[Input]:
    """What is to be embedded, one by one."""
    given = call.data.get("input")
    if isinstance(given, str):
        return [given]
    if not isinstance(given, list) or not given:
        return [""]
    return [given] if type(given[0]) is int else given


def width(call: Call) -> tuple[int, int]:
    """(the dimensions that are asked for, those that the model's vectors have)."""
    full = MODELS.get(call.model, (1536, True))[0]
    asked = call.data.get("dimensions")
    return (asked, max(asked, full)) if type(asked) is int and 1 <= asked <= DIMENSIONS_MAX else (full, full)


def token_counts(call: Call) -> list[int]:
    """The tokens of each input."""
    given = inputs(call)
    texts = [one for one in given if isinstance(one, str)]
    counted = iter(usage.count(texts, call.model))
    return [next(counted) if isinstance(one, str) else len(one) for one in given]


def auto(call: Call, shelf: Shelf | None = None) -> Body:
    """The generated draft is empty: `fill` makes the vectors. Raises WireError for too many tokens."""
    counts = token_counts(call)
    for index, count in enumerate(counts):
        if count > TOKENS_MAX:
            param = (
                f"input[{index}]" if isinstance(call.data.get("input"), list) and len(counts) > 1 else "input"
            )
            raise out_of_range(param, f"maximum input length is {TOKENS_MAX} tokens.", code="string_too_long")
    if sum(counts) > TOKENS_MAX_ALL:
        message = f"Requested {sum(counts)} tokens, max {TOKENS_MAX_ALL} tokens per request"
        raise WireError(400, message, type="max_tokens_per_request", code="max_tokens_per_request")
    return {}


def summary(call: Call) -> str:
    """The first text, and how many more there are."""
    first, *more = inputs(call)
    text = f"[{len(first)} tokens]" if isinstance(first, list) else str(first)
    return first_line(text, more=len(more))
