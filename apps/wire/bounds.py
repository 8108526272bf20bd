"""Numbers that OpenAI takes only within bounds, which the types of its package do not say."""

from typing import Any

from apps.wire.errors import WireError, invalid_type, out_of_range
from apps.wire.jsongate import kind

Bounds = tuple[float, float | None]

_SHARED: dict[str, Bounds] = {"temperature": (0, 2), "top_p": (0, 1)}
_PENALTIES: dict[str, Bounds] = {"presence_penalty": (-2, 2), "frequency_penalty": (-2, 2)}
# By operation: what is told, or refused, as MOCKOPENAI_VALIDATE says.
BOUNDS: dict[str, dict[str, Bounds]] = {
    "chat.completions.create": {
        **_SHARED,
        **_PENALTIES,
        "top_logprobs": (0, 20),
        "max_tokens": (1, None),
        "max_completion_tokens": (1, None),
    },
    "responses.create": {**_SHARED, "top_logprobs": (0, 20), "max_output_tokens": (1, None)},
    "completions.create": {**_SHARED, **_PENALTIES, "max_tokens": (0, None), "best_of": (1, 20)},
}


def beyond(name: str, value: float, low: float, high: float | None) -> WireError | None:
    """The error for a number that is out of bounds; None for one within them."""
    if low <= value and (high is None or value <= high):
        return None
    side, sign, bound = ("min", ">=", low) if value < low else ("max", "<=", high)
    what, way = "integer" if type(value) is int else "decimal", "below" if side == "min" else "above"
    problem = f"{what} {way} {side}imum value. Expected a value {sign} {bound}, but got {value} instead."
    return out_of_range(name, problem, code=f"{what}_{way}_{side}_value")


def check_integer(name: str, value: Any, low: int, high: int | None = None) -> None:
    """Raises WireError for what is no whole number within the bounds; null is as good as absent."""
    if value is None:
        return
    if type(value) is not int:
        raise invalid_type(name, expected="an integer", got=kind(value))
    if error := beyond(name, value, low, high):
        raise error


def out_of_bounds(data: dict[str, Any], operation: str) -> list[WireError]:
    """What of a request is out of bounds; values of other types are told by their types."""
    found = []
    for name, (low, high) in BOUNDS.get(operation, {}).items():
        value: Any = data.get(name)
        if type(value) in (int, float) and (error := beyond(name, value, low, high)):
            found.append(error)
    return found
