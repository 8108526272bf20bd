"""Texts with {{ item.question }} in them, filled in from a row."""

import re
from typing import Any

import orjson

from apps.wire.endpoint import Body

_PLACE = re.compile(r"{{\s*([^{}]+?)\s*}}")


class MissingError(LookupError):
    """A row does not have what a text refers to; the place is its only argument."""


def filled(text: str, row: Body) -> str:
    """The text with what the row has at each place, a JSON text for what is none; raises MissingError."""
    return _PLACE.sub(lambda found: _text(at(found[1], row)), text)


def at(place: str, row: Body) -> Any:
    """What a row ({"item": …, "sample": …}) has at "item.answers[0].text"; raises MissingError."""
    value: Any = row
    for name in place.replace("[", ".").replace("]", "").split("."):
        try:
            value = value[int(name)] if isinstance(value, list) else value[name]
        except (LookupError, TypeError, ValueError):
            raise MissingError(place) from None
    return value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
