"""Finds a row by method and path: a tree of path segments, so that it does not matter how many there are."""

from collections.abc import Iterable, Iterator

from apps.wire.endpoint import Endpoint

Methods = dict[str, Endpoint]
ANY = "{}"  # the branch of a placeholder: one segment
REST = "{model}"  # ids such as ft:gpt-4o:org::id may hold slashes: all that is left


class Node:
    """What is below a path."""

    __slots__ = ("branches", "methods")

    def __init__(self) -> None:
        self.branches: dict[str, Node] = {}
        self.methods: Methods = {}


class Routes:
    """The paths of some endpoints; of two rows for the same method and path the first one counts."""

    def __init__(self, endpoints: Iterable[Endpoint]) -> None:
        self._exact: dict[str, Methods] = {}
        self._root = Node()
        for endpoint in endpoints:
            self._add(endpoint)

    def find(self, path: str) -> tuple[Methods, list[str]]:
        """The endpoints at a path by method, and what stands in its placeholders; none: ({}, [])."""
        methods = self._exact.get(path)
        if methods is not None:
            return methods, []
        return next(_below(self._root, path[1:].split("/"), []), ({}, [])) if path[:1] == "/" else ({}, [])

    def _add(self, endpoint: Endpoint) -> None:
        if "{" not in endpoint.path:
            self._exact.setdefault(endpoint.path, {}).setdefault(endpoint.method, endpoint)
            return
        node = self._root
        for segment in endpoint.path[1:].split("/"):
            branch = segment if segment == REST or segment[:1] != "{" else ANY
            node = node.branches.setdefault(branch, Node())
        node.methods.setdefault(endpoint.method, endpoint)


def _below(node: Node, segments: list[str], values: list[str]) -> Iterator[tuple[Methods, list[str]]]:
    """Every way down; words before placeholders."""
    if not segments:
        if node.methods:
            yield node.methods, values
        return
    first, rest = segments[0], segments[1:]
    if first in node.branches and first not in (ANY, REST):
        yield from _below(node.branches[first], rest, values)
    if first and ANY in node.branches:
        yield from _below(node.branches[ANY], rest, [*values, first])
    if segments[-1] and REST in node.branches:
        yield node.branches[REST].methods, [*values, "/".join(segments)]
