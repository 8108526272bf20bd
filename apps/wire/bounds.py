"""Numbers that OpenAI takes only within bounds, which the types of its package do not say."""

from collections.abc import Iterator
from typing import Any

from apps.wire.errors import WireError, invalid_type, out_of_range
from apps.wire.jsongate import kind
from apps.wire.kept_object import is_sampled

Bounds = tuple[float, float | None]

_SHARED: dict[str, Bounds] = {"temperature": (0, 2), "top_p": (0, 1)}
_PENALTIES: dict[str, Bounds] = {"presence_penalty": (-2, 2), "frequency_penalty": (-2, 2)}
_BIAS: dict[str, Bounds] = {"logit_bias.*": (-100, 100)}
_KEPT_S: Bounds = (3600, 30 * 86_400)
_CHUNKS: dict[str, Bounds] = {
    "chunking_strategy.static.max_chunk_size_tokens": (100, 4096),
    "chunking_strategy.static.chunk_overlap_tokens": (0, 2048),
}
_STORE_DAYS: dict[str, Bounds] = {"expires_after.days": (1, 365)}
_RUN: dict[str, Bounds] = {
    **_SHARED,
    "max_prompt_tokens": (256, None),
    "max_completion_tokens": (256, None),
    "truncation_strategy.last_messages": (1, None),
}
# By operation, each number by its place in the request; .* is any name. Of text endpoints they are told, or
# refused, as MOCKOPENAI_VALIDATE says, and refused by automatic answers; elsewhere they are refused.
BOUNDS: dict[str, dict[str, Bounds]] = {
    "chat.completions.create": {
        **_SHARED,
        **_PENALTIES,
        **_BIAS,
        "top_logprobs": (0, 20),
        "max_tokens": (1, None),
        "max_completion_tokens": (1, None),
    },
    "responses.create": {
        **_SHARED,
        "top_logprobs": (0, 20),
        "max_output_tokens": (1, None),
        "max_tool_calls": (1, None),
    },
    "completions.create": {
        **_SHARED,
        **_PENALTIES,
        **_BIAS,
        "max_tokens": (0, None),
        "best_of": (1, 20),
    },
    "files.create": {"expires_after.seconds": _KEPT_S},
    "uploads.create": {"bytes": (0, 8 * 2**30), "expires_after.seconds": _KEPT_S},
    "batches.create": {"output_expires_after.seconds": _KEPT_S},
    "containers.create": {"expires_after.minutes": (1, None)},
    "vector_stores.create": {**_STORE_DAYS, **_CHUNKS},
    "vector_stores.update": _STORE_DAYS,
    "vector_stores.files.create": _CHUNKS,
    "vector_stores.file_batches.create": _CHUNKS,
    "vector_stores.search": {"max_num_results": (1, 50), "ranking_options.score_threshold": (0, 1)},
    "beta.assistants.create": _SHARED,
    "beta.assistants.update": _SHARED,
    "beta.threads.runs.create": _RUN,
    "beta.threads.create_and_run": _RUN,
    "fine_tuning.jobs.create": {
        "seed": (0, 2**31 - 1),
        **{
            f"{place}hyperparameters.{name}": (1, most)
            for place in ("", "method.supervised.", "method.dpo.", "method.reinforcement.")
            for name, most in (("n_epochs", 50), ("batch_size", 256))
        },
    },
    "evals.runs.create": {
        "data_source.sampling_params.temperature": (0, 2),
        "data_source.sampling_params.top_p": (0, 1),
        "data_source.sampling_params.max_completion_tokens": (1, None),
        "data_source.source.limit": (1, None),
    },
}


def beyond(name: str, value: float, low: float, high: float | None) -> WireError | None:
    """The error for a number that is out of bounds; None for one within them."""
    if low <= value and (high is None or value <= high):
        return None
    side, sign, bound = ("min", ">=", low) if value < low else ("max", "<=", high)
    what, way = "integer" if type(value) is int else "decimal", "below" if side == "min" else "above"
    problem = f"{what} {way} {side}imum value. Expected a value {sign} {bound}, but got {value} instead."
    return out_of_range(name, problem, code=f"{what}_{way}_{side}_value")


def beyond_length(name: str, value: str | list[Any], most: int) -> WireError | None:
    """The error for a text or a list that is longer than that; None for another."""
    if len(value) <= most:
        return None
    what, one = ("string", "a string") if isinstance(value, str) else ("array", "an array")
    problem = (
        f"{what} too long. Expected {one} with maximum length {most}, but got {one} with length "
        f"{len(value)} instead."
    )
    return out_of_range(name, problem, code=f"{what}_above_max_length")


def check_integer(name: str, value: Any, low: int, high: int | None = None) -> None:
    """Raises WireError for what is no whole number within the bounds; null is as good as absent."""
    if value is None:
        return
    if type(value) is not int:
        raise invalid_type(name, expected="an integer", got=kind(value))
    if error := beyond(name, value, low, high):
        raise error


def check_lengths(data: dict[str, Any], *names: str) -> None:
    """Raises WireError where an answer may not have a single token."""
    for name in names:
        value = data.get(name)
        if value is not None and not _is_invented(value):
            check_integer(name, value, 1)


def out_of_bounds(data: dict[str, Any], operation: str) -> Iterator[WireError]:
    """What of a request is out of bounds; values of other types are told by their types."""
    for path, (low, high) in BOUNDS.get(operation, {}).items():
        if "." not in path:
            found = [(path, data[path])] if path in data else ()
        else:
            found = list(_at(data, path)) if path.partition(".")[0] in data else ()
        for name, value in found:
            is_number = type(value) in (int, float) and not _is_invented(value)
            if is_number and (error := beyond(name, value, low, high)):
                yield error


def _at(data: dict[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    """(place, value) of what is there."""
    above, _, last = path.rpartition(".")
    box: Any = data
    for step in above.split(".") if above else ():
        box = box.get(step) if isinstance(box, dict) else None
    if not isinstance(box, dict):
        return
    if last == "*":
        yield from ((f"{above}.{name}", value) for name, value in box.items())
    elif last in box:
        yield path, box[last]


def _is_invented(value: Any) -> bool:
    """Suites that ask for ids that nobody made have 0 for any number, too."""
    return bool(value == 0 and is_sampled())
