"""Reads the resource classes of the installed openai package: which request every method sends."""

import ast
import inspect
import sys
import typing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from types import NoneType, UnionType
from typing import Any, Union

import openai
from openai._legacy_response import HttpxBinaryResponseContent
from openai._resource import SyncAPIResource

VERBS = {"_get": "GET", "_post": "POST", "_delete": "DELETE", "_get_api_list": "GET"}


@dataclass(frozen=True, kw_only=True)
class Found:
    """One method of a resource. The types are those of the package; None where there is none.

    `body_keys` and `query_keys` are the names that really go there: a parameter type also holds what
    goes into the path or a header.
    """

    name: str
    method: str
    path: str
    query: Any
    query_keys: frozenset[str]
    body: Any
    body_keys: frozenset[str]
    is_multipart: bool
    response: Any
    page: str
    item: Any
    stream: Any
    headers: dict[str, str]
    deprecated: bool


def operations() -> list[Found]:
    """Every operation, sorted by name; of two methods for one route the one neither deprecated nor beta."""
    client = openai.OpenAI(api_key="-")
    routes: dict[tuple[str, str], Found] = {}
    for resource, path in _resources(client, ()):
        for found in _methods(type(resource), ".".join(path)):
            known = routes.setdefault((found.method, found.path), found)
            if (known.deprecated, known.name.startswith("beta.")) > (
                found.deprecated,
                found.name.startswith("beta."),
            ):
                routes[found.method, found.path] = found
    return sorted(routes.values(), key=lambda found: found.name)


def _resources(owner: Any, path: tuple[str, ...]) -> Iterator[tuple[SyncAPIResource, tuple[str, ...]]]:
    for name, value in inspect.getmembers_static(type(owner)):
        # The package's own cached_property; with_raw_response and its like are no resources.
        if isinstance(value, cached_property) and not name.startswith("with_"):
            child = getattr(owner, name)
            if isinstance(child, SyncAPIResource):
                yield child, (*path, name)
                yield from _resources(child, (*path, name))


def _methods(cls: type, resource: str) -> Iterator[Found]:
    # A class of the package's own hand may stand before the generated one.
    for base in (base for base in cls.__mro__ if base is not SyncAPIResource and base is not object):
        for function in _class_source(base).body:
            if isinstance(function, ast.FunctionDef):
                for node in ast.walk(function):
                    if _is_request(node):
                        yield _found(
                            base, f"{resource}.{function.name}", function, typing.cast(ast.Call, node)
                        )


@cache
def _module_source(name: str) -> ast.Module:
    return ast.parse(inspect.getsource(sys.modules[name]))


def _class_source(cls: type) -> ast.ClassDef:
    body = _module_source(cls.__module__).body
    return next(node for node in body if isinstance(node, ast.ClassDef) and node.name == cls.__name__)


def _is_request(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) == "self"
        and node.func.attr in VERBS
    )


def _found(cls: type, name: str, function: ast.FunctionDef, call: ast.Call) -> Found:
    scope = dict(vars(sys.modules[cls.__module__]))
    given = {keyword.arg or "": keyword.value for keyword in call.keywords}
    options = typing.cast(ast.Call, given["options"])
    query = next((keyword.value for keyword in options.keywords if keyword.arg == "query"), None)
    verb = ast.literal_eval(given["method"]).upper() if "method" in given else VERBS[call.func.attr]  # type: ignore[attr-defined]
    path = call.args[0].args[0] if isinstance(call.args[0], ast.Call) else call.args[0]
    query_type, query_keys = _parameters(query, function, scope)
    body_type, body_keys = _parameters(given.get("body"), function, scope)
    page = ast.unparse(given["page"]).split("[")[0] if "page" in given else ""
    item = _evaluated(given["model"], scope) if page else None
    return Found(
        name=name,
        method=verb,
        path=ast.literal_eval(path),
        query=query_type,
        query_keys=query_keys,
        body=body_type,
        body_keys=body_keys,
        is_multipart="files" in given,
        response=_evaluated(given["page"], scope) if page else _response(given["cast_to"], cls, scope),
        page=page.removeprefix("Sync"),
        item=item,
        stream=_event(_evaluated(given["stream_cls"], scope)) if "stream_cls" in given else None,
        headers=_headers(function),
        deprecated=any("deprecated" in ast.unparse(decorator) for decorator in function.decorator_list),
    )


def _parameters(
    node: ast.expr | None, function: ast.FunctionDef, scope: dict[str, Any]
) -> tuple[Any, frozenset[str]]:
    """The type of what maybe_transform makes of a request's part, and the names that are put into it."""
    if node is None:
        return None, frozenset()
    if isinstance(node, ast.Name):  # assigned before
        node = _assigned(function, node.id)
    call = next(
        n for n in ast.walk(node) if isinstance(n, ast.Call) and ast.unparse(n.func) == "maybe_transform"
    )
    values, type_ = call.args
    if isinstance(type_, ast.IfExp):
        types = Union[_evaluated(type_.body, scope), _evaluated(type_.orelse, scope)]  # noqa: UP007
    else:
        types = _evaluated(type_, scope)
    if not isinstance(values, ast.Dict):
        values = _assigned(function, ast.unparse(values).split(".")[0])
    literal = next((n for n in ast.walk(values) if isinstance(n, ast.Dict)), None)
    keys = [key.value for key in literal.keys if isinstance(key, ast.Constant)] if literal else []
    return types, frozenset(map(str, keys))


def _assigned(function: ast.FunctionDef, name: str) -> ast.expr:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return node.value
    return ast.Name(name)  # a parameter that is the whole body


def _evaluated(node: ast.expr, scope: dict[str, Any]) -> Any:
    return eval(ast.unparse(node), scope)  # noqa: S307 - the installed package's own source


def _response(node: ast.expr, cls: type, scope: dict[str, Any]) -> Any:
    """The type of an answer: None without a body, bytes where it is not JSON."""
    try:
        type_ = _evaluated(node, scope)
    except NameError:  # depends on a parameter: what the method says that it returns
        returns = next(
            f.returns
            for f in reversed(_class_source(cls).body)
            if isinstance(f, ast.FunctionDef) and f.name == "create"
        )
        assert returns is not None
        members = typing.get_args(_evaluated(returns, scope))
        type_ = Union[tuple(member for member in members if _event(member) is None)]  # noqa: UP007
    if type_ is NoneType:
        return None
    return bytes if type_ is HttpxBinaryResponseContent else type_


def _event(type_: Any) -> Any:
    """The type of a stream's events; None for what is no stream."""
    for base in (type_, *getattr(type_, "__orig_bases__", ())):
        origin = typing.get_origin(base)
        if origin is not None and origin not in (Union, UnionType) and issubclass(origin, openai.Stream):
            return typing.get_args(base)[0]
    return None


def _headers(function: ast.FunctionDef) -> dict[str, str]:
    """The fixed headers that a method sends, by lower-case name."""
    headers: dict[str, str] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "extra_headers":
            for inner in ast.walk(node.value):
                if isinstance(inner, ast.Dict):
                    pairs = zip(inner.keys, inner.values, strict=True)
                    headers |= {
                        k.value.lower(): str(v.value)
                        for k, v in pairs
                        if isinstance(k, ast.Constant)
                        and isinstance(k.value, str)
                        and isinstance(v, ast.Constant)
                    }
    return headers
