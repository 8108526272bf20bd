"""Renders the texts inside a JSON value: its values, never its names.

Jinja2 takes 2 MB and is loaded with the first text that has expressions.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

import orjson

from apps.library.budget import TooMuch, budget
from apps.library.over_call import NAMES, Occasion, values

SIZE_MAX = 2_000_000  # bytes of what comes out
TEXTS_MAX, CHARS_MAX = 200, 30_000  # of texts with expressions in one content; a thousand are kept compiled
_UNPACKED = "it names another number of things than there are in each item"
_COMPARED = "it compares what has no order, such as a text and a number"
_MARKS = ("{{", "{%", "{#")


class RenderError(ValueError):
    """Why a template cannot be rendered, in words."""


def has_expressions(value: Any) -> bool:
    """Whether anything in it is to be rendered."""
    return next(_sources(value, ""), None) is not None


def problems(value: Any, *, place: str, known: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(place, what is wrong) of each text that can be told to fail before any call; `known` are variables."""
    from apps.library.compiling import compiled

    names = known | NAMES.keys()
    sources = list(islice(_sources(value, place), TEXTS_MAX + 1))
    if len(sources) > TEXTS_MAX or sum(len(source) for _, source in sources) > CHARS_MAX:
        yield place, f"has more than {TEXTS_MAX} texts with expressions, or {CHARS_MAX:,} characters in them"
        return
    for where, source in sources:
        try:
            unknown = compiled(source).names - names
        except ValueError as error:
            yield where, str(error)
            continue
        for name in sorted(unknown):
            yield where, f"{name} is not known here; known: {', '.join(sorted(names))}"


def used_names(value: Any) -> frozenset[str]:
    """Every name that the texts in it use."""
    from apps.library.compiling import compiled

    return frozenset().union(*(compiled(source).names for _, source in _sources(value, "")))


def rendered(value: Any, occasion: Occasion, variables: dict[str, Any]) -> Any:
    """The value with its texts rendered; raises RenderError.

    A text that is one expression and nothing else becomes its value.
    """
    try:
        # What is the same for a template, and what grows with the call alone, is not on its budget.
        given = {**values(occasion, used_names(value)), **variables}
        with budget():
            made = _walk(value, given)
            return _fit(made)
    except TooMuch as error:
        raise RenderError(str(error)) from None
    except RecursionError:
        raise RenderError("it goes too deep") from None
    except ValueError as error:  # in our own words, but for one of Python's
        raise RenderError(_UNPACKED if "to unpack" in str(error) else str(error)) from None
    except (TypeError, LookupError, ArithmeticError, AttributeError, NameError) as error:
        compares = "not supported between" in str(error)
        raise RenderError(_COMPARED if compares else "something here cannot take what it is given") from None
    except MemoryError:
        raise RenderError("it takes too much memory") from None


def _fit(made: Any) -> Any:
    """What was made, as it can be written down; raises TooMuch, Unfit."""
    try:
        size = len(orjson.dumps(made))
    except TypeError:
        from apps.library.as_json import plain

        made = plain(made)
        size = len(orjson.dumps(made))
    if size > SIZE_MAX:
        raise TooMuch(f"it makes more than {SIZE_MAX:,} bytes")
    return made


def _walk(value: Any, given: dict[str, Any]) -> Any:
    if isinstance(value, str):
        return _rendered_text(value, given) if _is_source(value) else value
    if isinstance(value, dict):
        return {name: _walk(one, given) for name, one in value.items()}
    if isinstance(value, list):
        return [_walk(one, given) for one in value]
    return value


def _rendered_text(source: str, given: dict[str, Any]) -> Any:
    from apps.library.compiling import run

    return run(source, given)


def _sources(value: Any, place: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        if _is_source(value):
            yield place, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _sources(one, f"{place}.{name}")
    elif isinstance(value, list):
        for index, one in enumerate(value):
            yield from _sources(one, f"{place}[{index}]")


def _is_source(text: str) -> bool:
    return any(mark in text for mark in _MARKS)
