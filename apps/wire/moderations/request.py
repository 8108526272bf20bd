"""Reading a request for a moderation: its inputs, and what makes it unusable."""

from typing import Any, NamedTuple

from apps.wire.call import Call
from apps.wire.errors import invalid_type, invalid_value, missing_parameter, out_of_range
from apps.wire.first_line import first_line
from apps.wire.jsongate import kind
from apps.wire.moderations.words import IMAGE, TEXT

DEFAULT_MODEL = "omni-moderation-latest"
PARTS = ("text", "image_url")


class Judged(NamedTuple):
    """One input that gets a result of its own; `kinds` are what it consists of."""

    text: str
    kinds: tuple[str, ...]


def check(call: Call) -> None:
    """Raise WireError for a request that no answer can be made for."""
    model = call.data.get("model")
    if model is not None and not isinstance(model, str):
        raise invalid_type("model", expected="a string", got=kind(model))
    given = call.data.get("input")
    if given is None:
        raise missing_parameter("input")
    if isinstance(given, str):
        return
    if not isinstance(given, list):
        raise invalid_type("input", expected="a string or an array", got=kind(given))
    if not given:
        raise out_of_range("input", "input cannot be an empty array.", code="empty_array")
    for index, one in enumerate(given):
        _check_part(f"input[{index}]", one, like=given[0])


def _check_part(param: str, one: Any, *, like: Any) -> None:
    if isinstance(like, str):
        if not isinstance(one, str):
            raise invalid_type(param, expected="a string", got=kind(one))
        return
    if not isinstance(one, dict):
        raise invalid_type(param, expected="an object", got=kind(one))
    part = one.get("type")
    if part is None:
        raise missing_parameter(f"{param}.type")
    if part not in PARTS:
        raise invalid_value(f"{param}.type", str(part), PARTS)
    value = one.get(part)
    if value is None:
        raise missing_parameter(f"{param}.{part}")
    expected, fits = ("a string", str) if part == "text" else ("an object", dict)
    if not isinstance(value, fits):
        raise invalid_type(f"{param}.{part}", expected=expected, got=kind(value))


def judged(call: Call) -> list[Judged]:
    """The inputs that get a result each: every text of a list, but all parts of a mixed input together."""
    given = call.data.get("input")
    if not isinstance(given, list):
        return [Judged(given if isinstance(given, str) else "", (TEXT,))]
    if not any(isinstance(one, dict) for one in given):
        return [Judged(one if isinstance(one, str) else "", (TEXT,)) for one in given] or [
            Judged("", (TEXT,))
        ]
    parts = [one for one in given if isinstance(one, dict)]
    texts = [one["text"] for one in parts if isinstance(one.get("text"), str)]
    kinds = [IMAGE if one.get("type") == "image_url" else TEXT for one in parts]
    return [Judged("\n".join(texts), tuple(dict.fromkeys(kinds)))]


def summary(call: Call) -> str:
    """The first text, and how many more inputs there are."""
    first, *more = judged(call)
    text = first.text
    if IMAGE in first.kinds:
        text = f"{text} [image]".strip()
    return first_line(text, more=len(more))
