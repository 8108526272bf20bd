"""The filters that templates have: few, and none that makes much out of little."""

import base64
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from jinja2 import Undefined, pass_context
from jinja2.runtime import Context

from apps.library.as_json import json_text
from apps.library.budget import ITEMS_MAX, TEXT_MAX, TooMuch, Unfit, spend
from apps.library.unfit import paid
from apps.library.weight import weigh
from apps.wire.jsongate import read_json

_MOMENT = re.compile(r"(?:[^%]|%[aAbBdHIjmMpSyYzZ%])*")
MOMENT_MAX = 100  # characters of a form of a date
PATH_MAX = 200  # characters of the name of a member, with dots


def text(value: Any) -> str:
    """A text as it is; anything else as JSON."""
    weigh(value)
    return value if isinstance(value, str) else json_text(value)


def items(value: Any) -> list[Any]:
    """The items of a list, the names of an object, the characters of a text."""
    if isinstance(value, Undefined):
        str(value)  # raises: there is no such thing
    if not isinstance(value, Iterable):
        raise Unfit(f"{text(value)[:40]} is no list")
    found = []
    for item in value:
        spend()
        found.append(item)
        if len(found) > ITEMS_MAX:
            raise TooMuch(f"a filter takes at most {ITEMS_MAX:,} items")
    return found


def replace(value: Any, old: str, new: Any, count: int = -1) -> str:
    """With every `old` replaced, or the first `count` of them."""
    before, after = text(value), text(new)
    found = before.count(old) if old else len(before) + 1
    if len(before) + found * len(after) > TEXT_MAX:
        raise TooMuch(f"replace makes a text of more than {TEXT_MAX:,} characters")
    return before.replace(old, after, count)


def join(value: Any, between: str = "", attribute: str | None = None) -> str:
    """The items in one text."""
    parts = [text(_member(item, attribute) if attribute else item) for item in items(value)]
    if len(parts) * len(between) > TEXT_MAX:
        raise TooMuch(f"join makes a text of more than {TEXT_MAX:,} characters")
    return between.join(parts)


def default(value: Any, other: Any = "", boolean: bool = False) -> Any:
    """The other one where there is no value; with `boolean` also where it is empty or false."""
    return other if isinstance(value, Undefined) or (boolean and not value) else value


def truncate(value: Any, length: int = 255, end: str = "…") -> str:
    """At most so many characters, of which the last are `end`."""
    whole = text(value)
    return whole if len(whole) <= length else whole[: max(0, length - len(end))] + end


def date(value: Any, form: str = "%Y-%m-%dT%H:%M:%SZ") -> str:
    """Unix seconds as a date, UTC."""
    if len(form) > MOMENT_MAX or not _MOMENT.fullmatch(form):
        raise Unfit(f"{form[:40]!r} is no form of a date, such as '%Y-%m-%d'")
    try:
        return datetime.fromtimestamp(float(value), UTC).strftime(form)
    except (ValueError, OverflowError, OSError):
        raise Unfit(f"{text(value)[:40]} is no moment that a calendar has") from None


def _member(item: Any, path: str) -> Any:
    names = str(path)
    if len(names) > PATH_MAX:
        raise TooMuch(f"the name of a member has at most {PATH_MAX} characters")
    spend()
    for name in names.split("."):
        item = item.get(name) if isinstance(item, dict) else None
    return item


def _sort(value: Any, reverse: bool = False, attribute: str | None = None) -> list[Any]:
    found = items(value)
    return sorted(found, key=lambda item: _member(item, attribute) if attribute else item, reverse=reverse)


def _unique(value: Any) -> list[Any]:
    return list({text(item): item for item in items(value)}.values())


@pass_context
def _map(context: Context, value: Any, name: str | None = None, *args: Any, attribute: str = "") -> list[Any]:
    """A member of each item, or each through a filter."""
    if attribute:
        return [_member(item, attribute) for item in items(value)]
    each = FILTERS.get(str(name))
    if each is None or name == "map":
        raise Unfit(f"map knows no filter {name!r}; or say map(attribute='…')")
    return [weigh(each(item, *args)) for item in items(value)]


def _select(*, wanted: bool) -> Callable[..., list[Any]]:
    def select(value: Any, attribute: str, equal: Any = None) -> list[Any]:
        def fits(item: Any) -> bool:
            found = _member(item, attribute)
            return bool(found) if equal is None else bool(found == equal)

        return [item for item in items(value) if fits(item) is wanted]

    return select


def _int(value: Any, default: int = 0) -> int:
    try:
        return int(float(value)) if isinstance(value, str) and "." in value else int(value)
    except (TypeError, ValueError, OverflowError):
        return default


def _float(value: Any, default: float = 0.0) -> float:
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        return default


def _of_text(change: Callable[[str], Any]) -> Callable[[Any], Any]:
    return lambda value: change(text(value))


def _of_list(change: Callable[[list[Any]], Any]) -> Callable[[Any], Any]:
    return lambda value: change(items(value))


_FILTERS: dict[str, Callable[..., Any]] = {
    **{
        name: _of_text(getattr(str, name))
        for name in ("upper", "lower", "title", "capitalize", "strip", "split")
    },
    "trim": _of_text(str.strip),
    "string": text,
    "tojson": lambda value: json_text(weigh(value)),
    "fromjson": _of_text(lambda value: read_json(value.encode())),
    "length": lambda value: len(value) if isinstance(value, str | list | dict | tuple) else len(items(value)),
    "wordcount": _of_text(lambda value: len(value.split())),
    "urlencode": _of_text(lambda value: quote(value, safe="")),
    "b64encode": _of_text(lambda value: base64.b64encode(value.encode()).decode()),
    "first": _of_list(lambda found: found[0]),
    "last": _of_list(lambda found: found[-1]),
    "list": items,
    "reverse": lambda value: value[::-1] if isinstance(value, str) else items(value)[::-1],
    "sum": _of_list(sum),
    "min": _of_list(min),
    "max": _of_list(max),
    "unique": _unique,
    "sort": _sort,
    "map": _map,
    "selectattr": _select(wanted=True),
    "rejectattr": _select(wanted=False),
    "abs": abs,
    "round": lambda value, digits=0: round(value, max(-15, min(digits, 15))) if digits else round(value),
    "int": _int,
    "float": _float,
    "default": default,
    "d": default,
    "replace": replace,
    "join": join,
    "truncate": truncate,
    "date": date,
}


FILTERS = {
    name: pass_context(paid(name, change, at=1)) if change is _map else paid(name, change)
    for name, change in _FILTERS.items()
}
