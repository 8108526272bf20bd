"""What templates make, as JSON: whole numbers of any size, and words where something has no JSON."""

import json
from typing import Any

import orjson
from jinja2.runtime import LoopContext

from apps.library.budget import Unfit
from apps.library.chance import Chance

_WHOLE = range(-(2**63), 2**64)  # the whole numbers that readers of JSON keep to the digit


def json_text(value: Any) -> str:
    """The value's JSON; raises Unfit for what has none."""
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        _check(value)
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def plain(value: Any) -> Any:
    """The value as `orjson` takes it: larger whole numbers as texts of their digits. Raises Unfit."""
    _check(value)
    return _digits(value)


def _digits(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _digits(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_digits(one) for one in value]
    return str(value) if isinstance(value, int) and value not in _WHOLE else value


def _check(value: Any) -> None:
    if isinstance(value, dict):
        for name, one in value.items():
            if not isinstance(name, str):
                raise Unfit(f"names in an object are texts: write '{name}' in quotes")
            _check(one)
    elif isinstance(value, list | tuple):
        for one in value:
            _check(one)
    elif isinstance(value, Chance):
        raise Unfit("random alone is no value: say random.int(1, 6), for example")
    elif isinstance(value, LoopContext):
        raise Unfit("loop alone is no value: say loop.index, for example")
    elif callable(value):
        raise Unfit("a function alone is no value: call it, with ( ) behind its name")
    elif value is not None and not isinstance(value, str | int | float):
        raise Unfit("this is nothing that JSON can say")
