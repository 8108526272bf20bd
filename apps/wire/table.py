"""The table of endpoints: the only list to edit when one is added by hand."""

import re
from functools import lru_cache

from apps.wire import (
    assistants,
    audio,
    batches,
    chat,
    chat_stored,
    completion,
    containers,
    conversation,
    embeddings,
    evals,
    files,
    fine_tuning,
    images,
    models,
    moderations,
    realtime,
    response,
    uploads,
    vector_stores,
    videos,
)
from apps.wire.endpoint import Endpoint
from apps.wire.errors import method_not_allowed, unknown_url
from apps.wire.generic import generic_rows
from apps.wire.names import FAMILIES as FAMILIES
from apps.wire.routes import Routes

HAND_MADE: tuple[Endpoint, ...] = (
    chat.COMPLETIONS,
    embeddings.CREATE,
    moderations.CREATE,
    *images.ENDPOINTS,
    *audio.ENDPOINTS,
    *chat_stored.ROWS,
    *response.ROWS,
    *conversation.ROWS,
    completion.COMPLETIONS,
    models.LIST,
    models.RETRIEVE,
    models.DELETE,
    *files.ENDPOINTS,
    realtime.CLIENT_SECRETS,
    *uploads.ENDPOINTS,
    *batches.ENDPOINTS,
    *vector_stores.ENDPOINTS,
    *assistants.ENDPOINTS,
    *fine_tuning.ENDPOINTS,
    *videos.ENDPOINTS,
    *containers.ENDPOINTS,
    *evals.ENDPOINTS,
)

ENDPOINTS: tuple[Endpoint, ...] = (*HAND_MADE, *generic_rows(HAND_MADE))

BY_NAME: dict[str, Endpoint] = {endpoint.name: endpoint for endpoint in ENDPOINTS}

_ROUTES = Routes(ENDPOINTS)
_PLACEHOLDERS = {one.name: re.findall(r"{(\w+)}", one.path) for one in ENDPOINTS}
_NONE: dict[str, str] = {}


def find(method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
    """The endpoint at a (decoded) path below /v1, with its path's parameters; raises WireError 404 or 405."""
    methods, values = _ROUTES.find(path)
    endpoint = methods.get(method)
    if endpoint is None:
        if methods:
            raise method_not_allowed(method, f"/v1{path}", methods)
        raise unknown_url(method, f"/v1{path}", _near(path.split("/")[1] if "/" in path else ""))
    return endpoint, dict(zip(_PLACEHOLDERS[endpoint.name], values, strict=True)) if values else _NONE


@lru_cache(maxsize=64)
def _near(word: str) -> tuple[str, ...]:
    """The endpoints that a wrong path may have meant: those below the same word, else the hand-made ones."""
    below = [one for one in ENDPOINTS if one.path.split("/")[1] == word]
    return tuple(f"{one.method} /v1{one.path}" for one in below or HAND_MADE)
