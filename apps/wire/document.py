"""A file's text, JSON or YAML: what it says, and on which line each thing stands."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import orjson
import yaml

from apps.wire.jsongate import DEPTH_MAX, GateError, kind, read_json
from apps.wire.rawtext import place_of
from apps.wire.yamltext import know_unquoted

Path = tuple[str | int, ...]  # keys and indexes, from the file's own object on


YAML_MAX_BYTES = 1_000_000
_PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")
YAML_MAX_NODES = 60_000  # names and values; so many take most of a second


class DocumentError(ValueError):
    """A text that cannot be read at all; `line` counts from 1, 0 where it is not known."""

    def __init__(self, told: str, line: int = 0, path: Path = ()) -> None:
        super().__init__(told)
        self.line = line
        self.path = path


@dataclass(frozen=True, slots=True)
class Document:
    """`json` is the same as `content`, as JSON text: the author's own where that is what came."""

    content: Any
    json: bytes
    _lines: dict[Path, int] | None
    _seen: dict[int, list[int]] = field(default_factory=dict)

    def line_of(self, path: Path) -> int:
        """The line of what stands at a path, or else of what would hold it."""
        if self._lines is None:
            return self.json.count(b"\n", 0, place_of(self.json, path, self._seen)) + 1
        known = (path[:length] for length in range(len(path), -1, -1))
        return next((self._lines[one] for one in known if one in self._lines), 1)


def read_document(text: bytes) -> Document:
    """Raises DocumentError."""
    if text.lstrip()[:1] in (b"{", b"["):
        try:
            return Document(read_json(text), text, None)
        except GateError as error:
            line = 0 if error.position is None else text.count(b"\n", 0, error.position) + 1
            raise DocumentError(f"is not JSON that can be read: {error}", line) from None
    if len(text) > YAML_MAX_BYTES:
        raise DocumentError(f"has more than {YAML_MAX_BYTES:,} bytes of YAML: write it as JSON")
    try:
        return _read_yaml(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        told = " ".join(filter(None, (error.context, error.problem)))
        raise DocumentError(f"is not YAML that can be read: {told}", mark.line + 1 if mark else 0) from None
    except yaml.reader.ReaderError as error:
        told = f"is not YAML that can be read: {error.reason}"
        raise DocumentError(told, text.count(b"\n", 0, error.position) + 1) from None
    except (yaml.YAMLError, RecursionError, UnicodeError) as error:
        raise DocumentError(f"is not YAML that can be read: {' '.join(str(error).split())}") from None


_Split: Any = yaml.cyaml.CParser  # type: ignore[attr-defined]  # libyaml's: twenty times as fast


class PlainLoader(
    yaml.composer.Composer,
    _Split,  # type: ignore[misc]
    yaml.constructor.SafeConstructor,
    yaml.resolver.Resolver,
):
    """Reads what JSON knows: no aliases (a few of them make gigabytes), no dates. Split by libyaml."""

    def __init__(self, text: bytes) -> None:
        _Split.__init__(self, text)
        for part in (yaml.composer.Composer, yaml.constructor.SafeConstructor, yaml.resolver.Resolver):
            part.__init__(self)
        self._nodes = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()
        mark = event.start_mark
        if isinstance(event, yaml.AliasEvent):
            raise yaml.composer.ComposerError(None, None, "aliases (*name) are not read", mark)
        self._nodes += 1
        if self._nodes > YAML_MAX_NODES:
            told = f"has more than {YAML_MAX_NODES:,} names and values: write it as JSON"
            raise DocumentError(told, mark.line + 1)
        return super().compose_node(parent, index)


PlainLoader.yaml_implicit_resolvers = {}
know_unquoted(PlainLoader)


def _read_yaml(text: bytes) -> Document:
    loader = PlainLoader(text)
    try:
        node = loader.get_single_node()
        lines: dict[Path, int] = {}
        content = None if node is None else _value(node, loader, (), lines)
    finally:
        loader.dispose()
    return Document(content, orjson.dumps(content), lines)


def _value(node: yaml.Node, loader: PlainLoader, path: Path, lines: dict[Path, int]) -> Any:
    """What a node says, as JSON knows it; notes where it stands."""
    lines.setdefault(path, node.start_mark.line + 1)
    if len(path) > DEPTH_MAX:
        raise DocumentError(f"nested more than {DEPTH_MAX} levels deep", node.start_mark.line + 1)
    if isinstance(node, yaml.CollectionNode) and node.tag not in _PLAIN_TAGS:
        raise DocumentError(f"tags (here {node.tag[:60]}) are not read", node.start_mark.line + 1, path)
    if isinstance(node, yaml.MappingNode):
        return dict(_members(node, loader, path, lines))
    if isinstance(node, yaml.SequenceNode):
        return [_value(one, loader, (*path, index), lines) for index, one in enumerate(node.value)]
    try:
        value = loader.construct_object(node)
        if isinstance(value, int) and not isinstance(value, bool) and not -(2**63) <= value < 2**64:
            value = float(value)  # as the JSON gate does
        if isinstance(value, str):
            value.encode()  # no lone surrogates
        is_plain = isinstance(value, str | int | None) or (isinstance(value, float) and isfinite(value))
    except (ValueError, LookupError, ArithmeticError, AttributeError, TypeError):  # !!int x, !!timestamp x
        is_plain = False
    if not is_plain:
        told = f"{str(node.value)[:60]!r} is nothing that JSON knows"
        raise DocumentError(told, node.start_mark.line + 1, path)
    return value


def _members(
    node: yaml.MappingNode, loader: PlainLoader, path: Path, lines: dict[Path, int]
) -> Iterator[tuple[str, Any]]:
    """Keys are texts, whatever they look like: 429 and on are names like any others."""
    for key, value in node.value:
        line = key.start_mark.line + 1
        if not isinstance(key, yaml.ScalarNode):
            raise DocumentError(f"a key must be a text, not {kind(loader.construct_object(key))}", line, path)
        where = (*path, str(key.value))
        if where in lines:
            raise DocumentError(f"is there twice, first on line {lines[where]}", line, where)
        lines[where] = line
        yield str(key.value), _value(value, loader, where, lines)
