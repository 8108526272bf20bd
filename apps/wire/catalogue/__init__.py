"""Every operation of the OpenAI API as its Python package knows it: route, schemas, pages, streams.

The data beside this module is made by `make catalogue`; see NOTICE for where it comes from.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

import orjson

Schema = dict[str, Any]
Part = Literal["query", "body", "response", "item", "stream"]
PREFIX = "#/$defs/"
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One operation. `name` is its place in the package: "vector_stores.files.list".

    path        below /v1, placeholders in braces: "/files/{file_id}"
    marker      the fixed query that tells it from another operation at the same route: "beta=true", or ""
    parts       which schemas there are: the query's, the body's, the response's, of a page the item's,
                of a stream its events'
    is_multipart  the body is sent as multipart/form-data, at least when it holds a file
    needs_body  a request without a body misses something
    page        how its list goes on (all but TokenPage take the cursor as `after`), or "":
                Page: never; CursorPage: the last item's `id`; ConversationCursorPage: `last_id`;
                NextCursorPage: `next`; TokenPage: `next`, sent as `page`
    answers     the content type of a reply: "application/json", another one when its body is no JSON;
                "" when it has no body that the package reads
    beta        the OpenAI-Beta header that the package sends: "assistants=v2", or ""
    deprecated  the package says so
    """

    name: str
    method: str
    path: str
    marker: str = ""
    parts: frozenset[str] = frozenset()
    is_multipart: bool = False
    needs_body: bool = False
    page: str = ""
    answers: str = ""
    beta: str = ""
    deprecated: bool = False


def _operations() -> Iterator[Operation]:
    rows = orjson.loads((_FOLDER / "operations.json").read_bytes())
    for name, row in rows.items():
        if name:  # the first one says which package it was
            parts, is_multipart = frozenset(row.pop("parts", ())), row.pop("multipart", False)
            yield Operation(name=name, parts=parts, is_multipart=is_multipart, **row)


OPERATIONS: dict[str, Operation] = {operation.name: operation for operation in _operations()}


@cache
def _lines() -> dict[str, bytes]:
    """{name: JSON text} of all schemas: one is parsed when it is first asked for."""
    lines = (_FOLDER / "schemas.json").read_bytes().split(b"\n")[1:-2]
    pairs = (line.partition(b'":') for line in lines)
    return {name[1:].decode(): text.removesuffix(b",") for name, _, text in pairs}


@cache
def definition(name: str) -> Schema:
    """One schema as it stands, by name or by reference ("#/$defs/NAME"); what it refers to is not in it."""
    schema: Schema = orjson.loads(_lines()[name.removeprefix(PREFIX)])
    return schema


def root(operation: str, part: Part) -> Schema | None:
    """The schema of one part of an operation as it stands, or None when there is no such part."""
    known = OPERATIONS[operation]
    return definition(f"{operation}#{part}") if part in known.parts else None


def resolved(schema: Schema) -> Schema:
    """The schema that a reference means; any other as it is."""
    while "$ref" in schema:
        schema = definition(schema["$ref"])
    return schema


def schema_of(operation: str, part: Part) -> Schema | None:
    """A schema that stands alone, with everything it refers to under $defs, or None."""
    schema = root(operation, part)
    return None if schema is None else standalone(schema)


def standalone(schema: Schema) -> Schema:
    """A schema of the catalogue with everything it refers to under $defs."""
    needed: dict[str, Schema] = {}
    ahead = list(_references(schema))
    while ahead:
        name = ahead.pop()
        if name not in needed:
            needed[name] = definition(name)
            ahead += _references(needed[name])
    return {**schema, "$defs": needed} if needed else schema


def _references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str):
            yield reference.removeprefix(PREFIX)
        schema = list(schema.values())
    if isinstance(schema, list):
        for inner in schema:
            yield from _references(inner)
