"""Reads a template as its author writes it, and tells what can be told of it before any call."""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from apps.library.over_call import NAMES
from apps.library.render import problems
from apps.wire.draft import FIELDS as DRAFT_FIELDS
from apps.wire.draft import DraftError, read_draft
from apps.wire.jsongate import kind

ABOUT = ("name", "category", "description", "variables")
FIELDS = (*ABOUT, *(name for name in DRAFT_FIELDS if name != "verbatim"))
CATEGORY = "own"  # of a template whose author names none
DRAFT_MAX = 256_000  # bytes of a template
VARIABLES_MAX = 100

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_VARIABLE = re.compile(r"[a-z_][a-z0-9_]{0,39}")
_TAKEN = NAMES.keys() | {
    "range",
    "loop",
    "true",
    "false",
    "none",
    "and",
    "or",
    "not",
    "if",
    "else",
    "in",
    "is",
}
_LONGEST = {"category": 40, "description": 500}

Problem = tuple[str, str]


class TemplateError(ValueError):
    """A template that cannot be used; `errors` has every problem: [{"field", "error"}, …]."""

    def __init__(self, errors: list[dict[str, str]]) -> None:
        super().__init__("; ".join(f"{error['field']} {error['error']}".strip() for error in errors))
        self.errors = errors


def read_template(fields: dict[str, Any], *, raw: bytes | None = None) -> dict[str, str]:
    """The columns of `Template` for an author's fields; raises TemplateError.

    `raw` is the original text of `fields["response"]`.
    """
    found = list(_problems(fields))
    draft = {name: fields[name] for name in DRAFT_FIELDS if fields.get(name) is not None}
    try:
        read_draft(draft, raw=raw)
    except DraftError as error:
        found += [(one["field"], one["error"]) for one in error.errors]
    text = _draft_text(draft, raw)
    if len(text) > DRAFT_MAX:
        found.append(("response", f"a template has at most {DRAFT_MAX:,} bytes"))
    if found:
        raise TemplateError([{"field": name, "error": error} for name, error in found])
    return {
        "name": fields["name"],
        "category": (fields.get("category") or CATEGORY).strip(),
        "description": (fields.get("description") or "").strip(),
        "draft": text.decode(),
        "variables": orjson.dumps(fields.get("variables") or {}).decode(),
    }


def _draft_text(draft: dict[str, Any], raw: bytes | None) -> bytes:
    spelled = {"response": orjson.Fragment(raw)} if raw is not None and "response" in draft else {}
    return orjson.dumps({**draft, **spelled})


def _problems(fields: dict[str, Any]) -> Iterator[Problem]:
    for name in fields:
        if name not in FIELDS:
            yield name, f"is not a field of a template; known: {', '.join(FIELDS)}"
    if not isinstance(fields.get("name"), str) or not _NAME.fullmatch(fields["name"]):
        yield "name", "must be 1 to 64 characters of a-z 0-9 . _ -, and begin with a letter or digit"
    for name, longest in _LONGEST.items():
        value = fields.get(name)
        if value is not None and (not isinstance(value, str) or len(value) > longest or "\0" in value):
            yield name, f"must be a string of at most {longest} characters"
    yield from _variable_problems(fields.get("variables"))
    variables = fields.get("variables")
    known = frozenset(variables if isinstance(variables, dict) else ())
    for part in ("response", "headers"):
        yield from problems(fields.get(part), place=part, known=known)


def _variable_problems(variables: Any) -> Iterator[Problem]:
    if variables is None:
        return
    if not isinstance(variables, dict):
        yield "variables", f'must be an object like {{"city": {{"default": "Oslo"}}}}, not {kind(variables)}'
        return
    if len(variables) > VARIABLES_MAX:
        yield "variables", f"are at most {VARIABLES_MAX}"
    for name, about in variables.items():
        place = f"variables.{name[:60]}"
        if not _VARIABLE.fullmatch(name):
            yield place, "is no name of a variable: a-z, 0-9 and _, at most 40 characters"
        elif name in _TAKEN:
            yield place, "is taken: every template knows it as something else"
        if not isinstance(about, dict) or about.keys() - {"default", "description"}:
            yield place, 'must be an object with "default", "description", or neither'
        elif not isinstance(about.get("description", ""), str):
            yield f"{place}.description", "must be a string"
