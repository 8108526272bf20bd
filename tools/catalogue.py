"""Makes apps/wire/catalogue/ anew from the installed openai package: `make catalogue`.

operations.json holds one operation a line, schemas.json one JSON schema a line: a root such as
"files.create#body", or what roots refer to.
"""

import json
import re
import sys
from hashlib import sha256
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import openai

from tools.catalogue_schemas import PREFIX, Schema, merged, narrowed, schemas
from tools.catalogue_source import Found, operations

FOLDER = Path(__file__).resolve().parent.parent / "apps" / "wire" / "catalogue"
_REFERENCE = re.compile(f'"{re.escape(PREFIX)}([^"]+)"')
_PARTS = ("query", "body", "response", "item", "stream")


def made() -> dict[str, str]:
    """{file name: text} of the catalogue."""
    found = operations()
    types = [
        (f"{op.name}#{part}", type_)
        for op in found
        for part in _PARTS
        if _has_schema(type_ := getattr(op, part))
    ]
    roots, shared = schemas(types)
    for op in found:
        for part, keys in (("query", op.query_keys), ("body", op.body_keys)):
            if (name := f"{op.name}#{part}") in roots:
                roots[name] = narrowed(merged(roots[name], shared), keys, shared)
        if op.page:
            roots[f"{op.name}#response"] = shared[roots[f"{op.name}#response"]["$ref"].removeprefix(PREFIX)]
    whole = _used(_unique(roots | shared), list(roots))
    rows = {op.name: _row(op, whole) for op in found}
    head = {"package": "openai", "version": openai.__version__, "license": "Apache-2.0 (see NOTICE)"}
    head["digest"] = digest(rows, whole)
    return {"operations.json": _lines({"": head} | rows), "schemas.json": _lines(whole)}


def digest(rows: dict[str, Any], whole: dict[str, Schema]) -> str:
    """Changes with the catalogue, the installed package, or this script: all is well where it is the same."""
    record = distribution("openai").read_text("RECORD") or ""
    sources = [path.read_bytes() for path in sorted(Path(__file__).parent.glob("catalogue*.py"))]
    package = sorted(line.encode() for line in record.splitlines() if ".py," in line)
    return sha256(b"".join([*package, *sources, _lines(rows).encode(), _lines(whole).encode()])).hexdigest()


def _has_schema(type_: Any) -> bool:
    return type_ is not None and type_ is not bytes


def _row(op: Found, whole: dict[str, Schema]) -> dict[str, Any]:
    """What is known of an operation; what is false or empty is left out."""
    path, _, marker = op.path.partition("?")
    body = whole.get(f"{op.name}#body", {})
    row = {
        "method": op.method,
        "path": path,
        "marker": marker,
        "parts": [part for part in _PARTS if f"{op.name}#{part}" in whole],
        "multipart": op.is_multipart,
        "needs_body": bool(body) and (bool(body.get("required")) or "anyOf" in body),
        "page": op.page,
        "answers": _content_type(op),
        "beta": op.headers.get("openai-beta", ""),
        "deprecated": op.deprecated,
    }
    return {key: value for key, value in row.items() if value}


def _content_type(op: Found) -> str:
    """Of an answer that is not JSON: what the method says that it accepts; none of an empty one."""
    if op.response is bytes:
        return op.headers.get("accept", "application/octet-stream")
    return "" if op.response is None else "application/json"


def _unique(whole: dict[str, Schema]) -> dict[str, Schema]:
    """Types of one name that say the same are one: the package has many for requests and answers each."""
    while True:
        first: dict[tuple[str, str], str] = {}
        same: dict[str, str] = {}
        for name in sorted(whole, key=lambda name: (len(name), name)):
            key = (_class_name(name), json.dumps(whole[name], sort_keys=True))
            if "#" not in name and first.setdefault(key, name) != name:
                same[name] = first[key]
        if not same:
            return whole
        whole = {name: _renamed(schema, same) for name, schema in whole.items() if name not in same}


def _class_name(name: str) -> str:
    """responses__tool_param__BetaToolParam → Tool"""
    return name.split("__")[-1].removeprefix("Beta").removesuffix("Params").removesuffix("Param")


def _renamed(schema: Schema, names: dict[str, str]) -> Schema:
    def new(match: re.Match[str]) -> str:
        return f'"{PREFIX}{names.get(match[1], match[1])}"'

    renamed: Schema = json.loads(_REFERENCE.sub(new, json.dumps(schema)))
    return renamed


def _used(whole: dict[str, Schema], roots: list[str]) -> dict[str, Schema]:
    """What the roots refer to, however far down."""
    used: set[str] = set()
    ahead = set(roots)
    while ahead:
        used |= ahead
        texts = (json.dumps(whole[name]) for name in ahead)
        ahead = {name for text in texts for name in _REFERENCE.findall(text)} - used
    return {name: whole[name] for name in used}


def _lines(rows: dict[str, Any]) -> str:
    """One JSON object with one entry a line, so that a difference can be read."""
    lines = (f"{json.dumps(name)}:{json.dumps(rows[name], separators=(',', ':'))}" for name in sorted(rows))
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    for file_name, text in made().items():
        (FOLDER / file_name).write_text(text)
