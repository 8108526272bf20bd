"""Pairs of metadata: how many, and how long, OpenAI takes them, wherever an operation does."""

from collections.abc import Iterator
from typing import Any

from apps.wire.bounds import beyond_length
from apps.wire.catalogue import resolved, root
from apps.wire.errors import WireError, out_of_range

PAIRS_MAX, KEY_MAX, VALUE_MAX = 16, 64, 512
_THREADS = "beta.threads."
_OTHER_LIMITS = "beta.agents."  # not known to be these


def metadata(data: dict[str, Any], operation: str) -> Iterator[WireError]:
    """What OpenAI would refuse of the metadata in a request."""
    if "metadata" in data and _takes_metadata(operation):
        yield from _pairs(data, "metadata")
    if operation.startswith(_THREADS):
        yield from _of_messages(data, "")
        if isinstance(thread := data.get("thread"), dict):
            yield from _pairs(thread, "thread.metadata")
            yield from _of_messages(thread, "thread.")


def _takes_metadata(operation: str) -> bool:
    schema = root(operation, "body") if operation and not operation.startswith(_OTHER_LIMITS) else None
    return schema is not None and "metadata" in resolved(schema).get("properties", {})


def _of_messages(box: dict[str, Any], above: str) -> Iterator[WireError]:
    """That of the messages which a thread, or a run, begins with."""
    for name in ("messages", "additional_messages"):
        messages = box.get(name)
        for index, message in enumerate(messages if isinstance(messages, list) else ()):
            if isinstance(message, dict):
                yield from _pairs(message, f"{above}{name}[{index}].metadata")


def _pairs(box: dict[str, Any], place: str) -> Iterator[WireError]:
    pairs = box.get("metadata")
    if not isinstance(pairs, dict):
        return
    if len(pairs) > PAIRS_MAX:
        problem = (
            f"too many properties. Expected an object with at most {PAIRS_MAX} properties, but got an object "
            f"with {len(pairs)} properties instead."
        )
        yield out_of_range(place, problem, code="object_above_max_properties")
    for key, value in pairs.items():
        name = f"{place}.{key[:200]}"
        if len(key) > KEY_MAX:
            message = (
                f"Invalid property name in '{place}': '{key[:3]}...{key[-3:]}' is too long. Expected a "
                f"string with maximum length {KEY_MAX}, but got a string with length {len(key)} instead."
            )
            yield WireError(400, message, param=name, code="property_name_above_max_length")
        if isinstance(value, str) and (error := beyond_length(name, value, VALUE_MAX)):
            yield error
