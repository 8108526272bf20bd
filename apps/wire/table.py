"""The table of endpoints: the only list to edit when one is added."""

import re

from apps.wire import chat, chat_stored, completion, conversation, models, response
from apps.wire.endpoint import Endpoint
from apps.wire.errors import WireError, method_not_allowed, unknown_url

ENDPOINTS: tuple[Endpoint, ...] = (
    chat.COMPLETIONS,
    *chat_stored.ROWS,
    *response.ROWS,
    *conversation.ROWS,
    completion.COMPLETIONS,
    models.LIST,
    models.RETRIEVE,
)

BY_NAME: dict[str, Endpoint] = {endpoint.name: endpoint for endpoint in ENDPOINTS}
FAMILIES: tuple[str, ...] = tuple(dict.fromkeys(endpoint.family for endpoint in ENDPOINTS))

_KNOWN = [f"{endpoint.method} /v1{endpoint.path}" for endpoint in ENDPOINTS]
_EXACT: dict[str, dict[str, Endpoint]] = {}
_PATTERNS: dict[str, dict[str, Endpoint]] = {}
for _endpoint in ENDPOINTS:
    (_PATTERNS if "{" in _endpoint.path else _EXACT).setdefault(_endpoint.path, {})[_endpoint.method] = (
        _endpoint
    )


def _compiled(path: str) -> re.Pattern[str]:
    """A placeholder is one segment, but for {model}: ids such as ft:gpt-4o:org::id may hold slashes."""
    pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", re.sub(r"([.])", r"\\\1", path))
    return re.compile(pattern.replace("(?P<model>[^/]+)", "(?P<model>.*[^/])"), re.S)


_COMPILED = [(_compiled(path), methods) for path, methods in _PATTERNS.items()]


def find(method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
    """The endpoint at a (decoded) path below /v1, with its path's parameters; raises WireError 404 or 405."""
    methods = _EXACT.get(path)
    params: dict[str, str] = {}
    if methods is None:
        methods, params = _matched(path)
    endpoint = methods.get(method)
    if endpoint is None:
        raise _missing(method, path, methods)
    return endpoint, params


def _matched(path: str) -> tuple[dict[str, Endpoint], dict[str, str]]:
    for pattern, methods in _COMPILED:
        match = pattern.fullmatch(path)
        if match:
            return methods, match.groupdict()
    return {}, {}


def _missing(method: str, path: str, methods: dict[str, Endpoint]) -> WireError:
    if methods:
        return method_not_allowed(method, f"/v1{path}", methods)
    return unknown_url(method, f"/v1{path}", _KNOWN)
