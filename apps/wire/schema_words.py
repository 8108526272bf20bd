"""What a JSON schema that anybody may have written says of a value, whatever else it holds."""

import math
from typing import Any

from apps.wire.endpoint import Body

LEAST: dict[str, Any] = {"object": {}, "array": [], "boolean": True, "integer": 0, "number": 0, "null": None}


def kind_of(schema: Body) -> str:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), "null")
    if isinstance(kind, str):
        return kind
    if "properties" in schema or "required" in schema:
        return "object"
    return "array" if "items" in schema or "prefixItems" in schema else "string"


def whole(value: Any, default: int) -> int:
    return int(value) if type(value) in (int, float) and value >= 0 else default


def bounds(schema: Body) -> tuple[float, float]:
    """The least and the largest number that the schema takes."""
    apart = 1 if schema.get("type") == "integer" else 1e-6
    given = {key: value for key, value in schema.items() if type(value) in (int, float)}
    low = max(given.get("minimum", -math.inf), given.get("exclusiveMinimum", -math.inf) + apart)
    high = min(given.get("maximum", math.inf), given.get("exclusiveMaximum", math.inf) - apart)
    return low, high


def step_of(schema: Body) -> float:
    """What its numbers are multiples of; 0 where they may be any."""
    given: Any = schema.get("multipleOf")
    return given if type(given) in (int, float) and given > 0 else int(kind_of(schema) == "integer")
