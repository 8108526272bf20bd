"""From bytes to a call: names the endpoint and the caller, reads the body, says what is wrong."""

from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings

from apps.gateway.caller import address_of, identify
from apps.wire import errors
from apps.wire.call import Call
from apps.wire.endpoint import Endpoint
from apps.wire.errors import WireError
from apps.wire.ids import exchange_id, request_id
from apps.wire.jsongate import GateError, read_object
from apps.wire.table import find

Headers = tuple[tuple[str, str], ...]


class Request(NamedTuple):
    """A request as either door hands it over; `path` decoded, header names in lower case."""

    method: str
    path: str
    headers: Headers
    body: bytes
    peer_ip: str
    peer_port: int
    received_at: float
    oversized: bool = False


class Intake(NamedTuple):
    """A call, and either its endpoint or why it cannot be answered (never both missing)."""

    call: Call
    endpoint: Endpoint | None = None
    refusal: WireError | None = None

    @property
    def known_endpoint(self) -> Endpoint:
        """That of an intake without a refusal."""
        assert self.endpoint is not None
        return self.endpoint


def is_ours(path: str) -> bool:
    """Whether a path belongs to the gateway and not to Django: /v1/… or /as/CALLER/v1/…"""
    return path.startswith(("/v1/", "/as/")) or path in ("/v1", "/as")


@lru_cache(maxsize=1024)
def decoded(raw: tuple[tuple[bytes, bytes], ...]) -> tuple[Headers, bytes]:
    """The headers as text, and the announced length. Cached: a client sends the same ones all day."""
    headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)
    return headers, dict(raw).get(b"content-length", b"")


class Address(NamedTuple):
    """Where a request's head leads: who calls which endpoint; or why it leads nowhere."""

    caller: str
    endpoint: Endpoint | None = None
    params: dict[str, str] = {}
    refusal: WireError | None = None


def locate(method: str, path: str, headers: Headers, peer_ip: str, *, from_inside: bool = False) -> Address:
    """Reads what a request's head says; what is wrong with it becomes the refusal."""
    path_caller, below = _split(path)
    caller = address_of(headers, peer_ip)
    try:
        caller = identify(path_caller, headers, caller, from_inside=from_inside)
        if below is None:
            raise errors.unknown_url(method, path)
        endpoint, params = find(method, below)
    except WireError as error:
        return Address(caller, refusal=error)
    return Address(caller, endpoint, params)


def take_in(request: Request, address: Address | None = None) -> Intake:
    """Reads one request; what is wrong with it becomes the intake's refusal, never an exception.

    `address` is what `locate` says of it, where that is known already.
    """
    if address is None:
        address = locate(request.method, request.path, request.headers, request.peer_ip)
    caller, endpoint, params, refusal = address
    data: dict[str, Any] = {}
    if refusal is None and request.oversized:
        refusal = errors.body_too_large(settings.MAX_BODY_BYTES)
    if refusal is None and request.method == "POST":
        try:
            data = read_object(request.body)
        except GateError as error:
            refusal = errors.unparseable(str(error))
    call = Call(
        id=exchange_id(),
        caller=caller,
        method=request.method,
        path=request.path,
        endpoint=endpoint.name if endpoint else "",
        params=params,
        headers=request.headers,
        body=request.body,
        data=data,
        received_at=request.received_at,
        peer_ip=request.peer_ip,
        peer_port=request.peer_port,
        request_id=request_id(),
    )
    if endpoint is not None and refusal is None:
        refusal = _checked(endpoint, call)
    return Intake(call, endpoint, refusal)


def _checked(endpoint: Endpoint, call: Call) -> WireError | None:
    try:
        endpoint.check(call)
    except WireError as error:
        return error
    return None


def _split(path: str) -> tuple[str, str | None]:
    """(caller of the path or "", path below /v1 or None) of /v1/… and /as/CALLER/v1/…"""
    if path.startswith("/as/"):
        caller, _, rest = path[4:].partition("/")
        return caller or " ", rest[2:] if rest.startswith("v1/") else None
    return "", path[3:] if path != "/as" else None
