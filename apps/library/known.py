"""The templates there are: the ready ones of `ready.json`, and those that people wrote."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from apps.journal.rows import select_rows
from apps.library.models import Template
from apps.wire.rawtext import raw_member

_READY = Path(__file__).with_name("ready.json")
_FIND = (
    "SELECT name, category, description, draft, variables, changed_by, changed_at "  # noqa: S608
    f"FROM {Template._meta.db_table} WHERE name = {{place}}"
)


_instead: "ContextVar[dict[str, Known] | None]" = ContextVar("instead", default=None)


class Known(NamedTuple):
    """A template. `fields` are those of a draft, `raw` is the text of its response as its author spelled it.

    `variables`: {NAME: {"default"?, "description"?}}. `changed_at` is unset for a ready one.
    """

    name: str
    category: str
    description: str
    fields: dict[str, Any]
    raw: bytes
    variables: dict[str, dict[str, Any]]
    is_ready: bool = False
    changed_by: str = ""
    changed_at: datetime | None = None

    @property
    def missing_without(self) -> frozenset[str]:
        """The variables that have to be given."""
        return frozenset(name for name, about in self.variables.items() if "default" not in about)


@cache
def ready() -> dict[str, Known]:
    """The templates that are always there, by name."""
    found = {}
    for one in orjson.loads(_READY.read_bytes()):
        name, category, description = [one.pop(name) for name in ("name", "category", "description")]
        variables, raw = one.pop("variables", {}), orjson.dumps(one["response"])
        found[name] = Known(name, category, description, one, raw, variables, is_ready=True)
    return found


def find(name: str) -> Known | None:
    """The template of that name."""
    known = ready().get(name)
    if known is not None:
        return known
    instead = _instead.get()
    if instead is not None:
        return instead.get(name)
    rows = select_rows(_FIND, (name,))
    return _read(*rows[0]) if rows else None


@contextmanager
def as_if(own: Iterable[Known]) -> Iterator[None]:
    """Within it, these alone are found beside the ready ones, as if people had written them."""
    token = _instead.set({one.name: one for one in own})
    try:
        yield
    finally:
        _instead.reset(token)


def every() -> list[Known]:
    """All of them by category and name."""
    own = Template.objects.values_list(
        "name", "category", "description", "draft", "variables", "changed_by", "changed_at"
    )
    return sorted(
        [*ready().values(), *(_read(*row) for row in own)], key=lambda one: (one.category, one.name)
    )


def near(name: str) -> list[str]:
    """Names that somebody may have meant."""
    instead = _instead.get()
    own = Template.objects.values_list("name", flat=True) if instead is None else instead
    names = [*ready(), *own]
    return get_close_matches(name[:64], names, n=3, cutoff=0.5)


def as_written(known: Known) -> dict[str, Any]:
    """A template as its author would write it, its response spelled as it was."""
    fields = {**known.fields, "response": orjson.Fragment(known.raw)}
    about = {"name": known.name, "category": known.category, "description": known.description}
    return {**about, "variables": known.variables, **fields}


def read_row(columns: dict[str, str]) -> Known:
    """The template that these columns would be."""
    return _read(*(columns[name] for name in ("name", "category", "description", "draft", "variables")))


def _read(
    name: str, category: str, description: str, draft: str, variables: str, by: str = "", at: Any = None
) -> Known:
    text = draft.encode()
    raw = raw_member(text, "response") or b"{}"
    fields = (orjson.loads(text), raw, orjson.loads(variables))
    return Known(name, category, description, *fields, False, by, _moment(at))


def _moment(at: Any) -> datetime | None:
    """What SQLite gives past Django's models is a text or has no zone: it is UTC."""
    found = datetime.fromisoformat(at) if isinstance(at, str) else at
    return found.replace(tzinfo=UTC) if found is not None and found.tzinfo is None else found
