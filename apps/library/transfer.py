"""The library as one file, JSON or YAML: {"templates": [TEMPLATE, …]}."""

from typing import Any

from apps.library.authoring import TemplateError, read_template
from apps.library.known import Known, as_written
from apps.library.storage import name_problem
from apps.wire.document import DocumentError, read_document
from apps.wire.jsongate import kind
from apps.wire.rawtext import raw_elements, raw_member


class FileError(ValueError):
    """Why a file cannot be read at all."""


def as_file(found: list[Known]) -> dict[str, Any]:
    """What an export holds."""
    return {"templates": [as_written(known) for known in found]}


def read_file(raw: bytes) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """The columns of each template that can be used, {"index", "error"} of each other; raises FileError."""
    try:
        document = read_document(raw)
    except DocumentError as error:
        line = f", line {error.line}" if error.line else ""
        raise FileError(f"cannot be used{line}: {error}") from None
    text, content = document.json, document.content
    if isinstance(content, dict) and isinstance(content.get("templates"), list):
        text, content = raw_member(text, "templates") or b"[]", content["templates"]
    if not isinstance(content, list):
        raise FileError(f'must be {{"templates": […]}} or an array of templates, not {kind(content)}')
    rows, errors = [], []
    for index, (fields, spelled) in enumerate(zip(content, raw_elements(text), strict=True)):
        try:
            rows.append(read_element(fields, spelled))
        except TemplateError as error:
            errors.append({"index": index, "error": str(error)})
    return rows, errors


def read_element(fields: Any, spelled: bytes) -> dict[str, str]:
    """The columns of one template of a file, spelled as its author did; raises TemplateError."""
    if not isinstance(fields, dict):
        raise TemplateError([{"field": "", "error": f"must be an object, not {kind(fields)}"}])
    columns = read_template(fields, raw=raw_member(spelled, "response"))
    if problem := name_problem(columns["name"]):
        raise TemplateError([{"field": "name", "error": problem}])
    return columns
