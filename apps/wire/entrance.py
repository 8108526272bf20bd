"""Where under which paths the API is: OpenAI's, Azure's, and both below /as/CALLER."""

from functools import lru_cache
from typing import NamedTuple
from urllib.parse import parse_qsl

_FIRST = ("v1", "openai")
_PREFIXES = tuple(f"/{word}/" for word in ("as", *_FIRST))
_WHOLE = frozenset(f"/{word}" for word in ("as", *_FIRST))

Query = dict[str, list[str]]


class Entrance(NamedTuple):
    """A path, read: the caller that it names, what is below /v1 (None: it is not), Azure's deployment."""

    caller: str
    below: str | None
    deployment: str = ""


def is_ours(path: str) -> bool:
    """Whether a (decoded) path belongs to the API: /v1/…, /openai/… and /as/CALLER/… of both."""
    return path.startswith(_PREFIXES) or path in _WHOLE


def read_path(path: str) -> Entrance:
    """Reads /v1/…, /openai/v1/…, /openai/deployments/DEPLOYMENT/…, /openai/…, each also below /as/CALLER."""
    caller = ""
    if path.startswith("/as/"):
        caller, _, rest = path[4:].partition("/")
        caller, path = caller or " ", f"/{rest}"
    first, _, rest = path[1:].partition("/")
    if first not in _FIRST:
        return Entrance(caller, None)
    if first == "v1":
        # "/v1" itself is no endpoint: what is below it is "".
        return Entrance(caller, path[3:] if not caller or rest or path.endswith("/") else None)
    if rest.startswith("v1/"):
        return Entrance(caller, rest[2:])
    if rest.startswith("deployments/"):
        deployment, _, below = rest[12:].partition("/")
        return Entrance(caller, f"/{below}", deployment)
    return Entrance(caller, f"/{rest}")


@lru_cache(maxsize=1024)
def read_query(text: str) -> Query:
    """The values of a query by name, `include[]` as "include". Cached, so not to be changed."""
    query: Query = {}
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=None):
        query.setdefault(name.removesuffix("[]"), []).append(value)
    return query
