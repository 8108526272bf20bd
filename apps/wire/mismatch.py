"""Where and how a JSON value is not what a schema of the catalogue asks for, within one branch of a union."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from apps.wire.catalogue import Schema, resolved
from apps.wire.jsongate import kind
from apps.wire.validators import item_validator, takes_null

Problem = Literal["missing", "type", "value", "unknown"]

# What tells the branches of a union apart, in this order: the package's unions have no other.
_TELLING = ("type", "role", "event", "object", "kind", "mode", "status", "action")


LONG = 8


@dataclass(frozen=True, slots=True)
class Mismatch:
    """`path` as OpenAI writes it: "messages[0].content"; "" is the value itself.

    missing: nothing more. unknown: no such name. type: `wanted` are the types with their article, `got`
    is the kind of what came. value: `wanted` are all values that would do, `got` is the one that came.
    """

    path: str
    problem: Problem
    wanted: tuple[str, ...] = ()
    got: str = ""


def mismatches(value: Any, schema: Schema, *, closed: bool, path: str = "") -> Iterator[Mismatch]:
    """Depth first, in the order of the value.

    `closed`, for requests: names that a type does not have are told; null is as good as absent, and so
    is absent where null would do, as the service itself has it.
    Without, for responses: unknown names pass, as they do in the SDKs.
    """
    schema = resolved(schema)
    if "anyOf" in schema:
        yield from _of_union(value, _branches(schema), closed, path)
    elif not _is_of_type(value, schema):
        yield Mismatch(path, "type", wanted=(named(schema),), got=kind(value))
    elif "enum" in schema or "const" in schema:
        if value not in values_of(schema):
            yield Mismatch(path, "value", wanted=values_of(schema), got=str(value))
    elif isinstance(value, dict):
        yield from _of_object(value, schema, closed, path)
    elif isinstance(value, list) and "items" in schema:
        is_valid = item_validator(schema["items"], closed) if len(value) > LONG else None
        for index, item in enumerate(value):
            if is_valid and is_valid(item):
                continue  # in a long list few are wrong, and to look at each of them takes long
            yield from mismatches(item, schema["items"], closed=closed, path=f"{path}[{index}]")


def _of_object(value: dict[str, Any], schema: Schema, closed: bool, path: str) -> Iterator[Mismatch]:
    properties: dict[str, Schema] = schema.get("properties", {})
    below = f"{path}." if path else ""
    for name in schema.get("required", ()):
        if (
            value.get(name) is None
            and (name not in value or closed)
            and not (closed and takes_null(properties[name]))
        ):
            yield Mismatch(below + name, "missing")
    others = schema.get("additionalProperties")
    for name, inner in value.items():
        known = properties.get(name, others)
        if known is not None:
            if inner is not None or not closed:
                yield from mismatches(inner, known, closed=closed, path=below + name)
        elif closed and "properties" in schema:
            yield Mismatch(below + name, "unknown")


def _of_union(value: Any, branches: list[Schema], closed: bool, path: str) -> Iterator[Mismatch]:
    fitting = [branch for branch in branches if _is_of_type(value, branch)]
    if {} in fitting:
        return  # one that takes anything
    if not fitting:
        wanted = tuple(dict.fromkeys(named(branch) for branch in branches if branch.get("type") != "null"))
        yield Mismatch(path, "type", wanted=wanted, got=kind(value))
        return
    if isinstance(value, str) and all("enum" in branch or "const" in branch for branch in fitting):
        wanted = tuple(dict.fromkeys(text for branch in fitting for text in values_of(branch)))
        if value not in wanted:
            yield Mismatch(path, "value", wanted=wanted, got=value)
        return
    if isinstance(value, dict):
        for name in _TELLING:
            wrong = _told_apart(value, fitting, name, path)
            if wrong is not None:
                yield wrong
                return
    tried = (list(mismatches(value, branch, closed=closed, path=path)) for branch in fitting)
    best: list[Mismatch] | None = None
    for found in tried:
        if not found:
            return
        if best is None or len(found) < len(best):
            best = found
    yield from best or ()


def _told_apart(value: dict[str, Any], branches: list[Schema], name: str, path: str) -> Mismatch | None:
    """Leaves in `branches` those that are meant by the value's `name`; or says why it can be none of them."""
    telling = [branch for branch in branches if _values_at(branch, name)]
    if not telling or len(branches) == 1:
        return None
    here = f"{path}.{name}" if path else name
    given = value.get(name)
    if given is None:
        branches[:] = [
            b for b in branches if b not in telling or name not in b.get("required", ())
        ] or branches
        is_missing = len(telling) == len(branches) and all(name in b.get("required", ()) for b in branches)
        return Mismatch(here, "missing") if is_missing else None
    meant = [branch for branch in telling if given in _values_at(branch, name)]
    if not meant:
        others = [b for b in branches if b not in telling and name in b.get("properties", {})]
        if others:
            branches[:] = others
            return None
        wanted = tuple(dict.fromkeys(text for branch in telling for text in _values_at(branch, name)))
        if not isinstance(given, str):
            return Mismatch(here, "type", wanted=("a string",), got=kind(given))
        return Mismatch(here, "value", wanted=wanted, got=given)
    branches[:] = meant
    return None


def _branches(schema: Schema) -> list[Schema]:
    """Those of a union, and of the unions in it."""
    found: list[Schema] = []
    for branch in schema["anyOf"]:
        branch = resolved(branch)
        found += _branches(branch) if "anyOf" in branch else [branch]
    return found


def _values_at(branch: Schema, name: str) -> tuple[str, ...]:
    known = branch.get("properties", {}).get(name)
    return values_of(resolved(known)) if known is not None else ()


def values_of(schema: Schema) -> tuple[str, ...]:
    """The values of an enum or a const, as a union may hold them, too; () for any other schema."""
    if "const" in schema:
        return (schema["const"],)
    if "anyOf" in schema:
        parts = [values_of(branch) for branch in _branches(schema) if branch.get("type") != "null"]
        return tuple(value for part in parts for value in part) if all(parts) else ()
    return tuple(schema.get("enum", ()))


def _is_of_type(value: Any, schema: Schema) -> bool:
    match schema.get("type"):
        case "object":
            return isinstance(value, dict)
        case "array":
            return isinstance(value, list)
        case "string":
            return isinstance(value, str)
        case "boolean":
            return isinstance(value, bool)
        case "integer":
            return type(value) is int
        case "number":
            return type(value) in (int, float)
        case "null":
            return value is None
    return True


_NAMES = {"object": "an object", "string": "a string", "boolean": "a boolean", "integer": "an integer"}
_NAMES |= {"number": "a decimal", "null": "null"}


def named(schema: Schema) -> str:
    """The type in OpenAI's words, with its article: "an array of objects"."""
    if schema.get("type") != "array":
        return _NAMES.get(schema.get("type", ""), "a value")
    items = resolved(schema.get("items", {}))
    kinds = {branch.get("type") for branch in _branches(items)} if "anyOf" in items else {items.get("type")}
    name = _NAMES.get(kinds.pop() or "") if len(kinds) == 1 else None
    return f"an array of {name.split(' ')[1]}s" if name and " " in name else "an array"
