"""JMESPath expressions, read so that none can grow what it looks at beyond measure."""

from collections.abc import Callable, Iterator
from math import prod
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.functions import Functions

EXPRESSION_MAX = 500
MADE_MAX = 16  # times what it looks at: each list or object that it makes may multiply what comes after
_FUNCTIONS = Functions.FUNCTION_TABLE


def read_expression(source: str) -> Callable[[Any], Any]:
    """Its search over a body; raises ValueError, which says what is wrong."""
    try:
        parsed: Any = jmespath.compile(source)
    except JMESPathError as error:
        raise ValueError(str(error).split("\n")[0]) from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    nodes = list(_nodes(parsed.parsed))
    made = prod(len(node["children"]) for node in nodes if node["type"].startswith("multi_"))
    if made > MADE_MAX:
        raise ValueError(f"the lists and objects that it makes can hold {made} times all; at most {MADE_MAX}")
    for node in nodes:
        if problem := _problem(node):
            raise ValueError(problem)
    called = [node["value"] for node in nodes if node["type"] == "function_expression"]
    if "join" in called or called.count("to_string") > 1:  # texts of texts, each many times as long
        raise ValueError("to_string can be used once, and join not at all")
    search: Callable[[Any], Any] = parsed.search
    return search


def _problem(node: dict[str, Any]) -> str:
    """What would make it fail on any body; jmespath itself says so only when it searches."""
    if node["type"] == "slice" and node["children"][2] == 0:
        return "a slice's step cannot be 0"
    if node["type"] != "function_expression":
        return ""
    name, given = node["value"], len(node["children"])
    if name not in _FUNCTIONS:
        return f"there is no function {name[:60]}"
    wanted: Any = _FUNCTIONS[name]["signature"]
    if wanted and wanted[-1].get("variadic"):
        return "" if given >= len(wanted) else f"{name} takes {len(wanted)} or more values, not {given}"
    return "" if given == len(wanted) else f"{name} takes {len(wanted)}, not {given}"


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    left = [node]
    while left:
        one = left.pop()
        if isinstance(one, dict) and "type" in one:
            yield one
            left += one["children"]
