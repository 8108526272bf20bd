"""The library as one file, JSON or YAML: {"templates": [TEMPLATE, …]}."""

from typing import Any

import orjson
import yaml

from apps.library.authoring import TemplateError, read_template
from apps.library.known import Known, as_written
from apps.library.storage import name_problem
from apps.wire.jsongate import GateError, kind, read_json
from apps.wire.rawtext import raw_elements, raw_member

YAML_MAX_BYTES = 1_000_000  # reading a megabyte of it takes seconds


class FileError(ValueError):
    """Why a file cannot be read at all."""


class PlainLoader(yaml.SafeLoader):
    """Reads what JSON knows: no aliases (a few of them make gigabytes), no dates."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not read", mark)
        return super().compose_node(parent, index)


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def as_yaml(content: Any) -> bytes:
    """The same as a JSON text, in YAML."""
    plain = orjson.loads(orjson.dumps(content))
    return yaml.safe_dump(plain, sort_keys=False, allow_unicode=True, width=100).encode()


def as_file(found: list[Known]) -> dict[str, Any]:
    """What an export holds."""
    return {"templates": [as_written(known) for known in found]}


def read_file(raw: bytes) -> tuple[list[dict[str, str]], list[dict[str, Any]]]:
    """The columns of each template that can be used, {"index", "error"} of each other; raises FileError."""
    text = _json_text(raw)
    content = orjson.loads(text)
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


def _json_text(raw: bytes) -> bytes:
    """The file as a JSON text that has passed the gate."""
    if raw.lstrip()[:1] in (b"{", b"["):
        try:
            read_json(raw)
        except GateError as error:
            raise FileError(f"is not JSON that can be read: {error}") from None
        return raw
    if len(raw) > YAML_MAX_BYTES:
        raise FileError(f"has more than {YAML_MAX_BYTES:,} bytes of YAML: send it as JSON")
    try:
        text = orjson.dumps(yaml.load(raw, PlainLoader))  # noqa: S506 - a safe loader, made safer
        read_json(text)
    except (yaml.YAMLError, orjson.JSONEncodeError, GateError, RecursionError, ValueError) as error:
        raise FileError(
            f"is neither JSON nor YAML that can be read: {' '.join(str(error).split())}"
        ) from None
    return text
