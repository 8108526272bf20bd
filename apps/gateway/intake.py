"""From bytes to a call: names the endpoint and the caller, reads the body, says what is wrong."""

import asyncio
import logging
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from django.conf import settings

from apps.gateway.caller import address_of, identify
from apps.gateway.forms import read_form
from apps.wire import errors
from apps.wire.call import Call, Upload
from apps.wire.endpoint import Endpoint
from apps.wire.entrance import is_ours as is_ours
from apps.wire.entrance import read_path, read_query
from apps.wire.errors import WireError
from apps.wire.faults.asks import Asks, asks_of
from apps.wire.form_fields import is_form
from apps.wire.ids import exchange_id, request_id
from apps.wire.jsongate import GateError, read_object
from apps.wire.table import find
from apps.wire.validation import refuse_wrong

Headers = tuple[tuple[str, str], ...]
log = logging.getLogger(__name__)

LARGE_FORM_BYTES = 256 * 1024
_ENCODED = (
    "The body of your request is encoded (Content-Encoding: {}), which is not understood here. Send it as it "
    "is, without that header."
)
_NO_QUERY: dict[str, list[str]] = {}


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
    query_text: str = ""


class Intake(NamedTuple):
    """A call, and either its endpoint or why it cannot be answered (never both missing)."""

    call: Call
    endpoint: Endpoint | None = None
    refusal: WireError | None = None
    asks: Asks | None = None

    @property
    def known_endpoint(self) -> Endpoint:
        """That of an intake without a refusal."""
        assert self.endpoint is not None
        return self.endpoint


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
    deployment: str = ""
    asks: Asks | None = None  # what is to go wrong, by its own headers


def locate(method: str, path: str, headers: Headers, peer_ip: str, *, from_inside: bool = False) -> Address:
    """Reads what a request's head says; what is wrong with it becomes the refusal."""
    path_caller, below, deployment = read_path(path)
    caller = address_of(headers, peer_ip)
    endpoint: Endpoint | None = None
    params: dict[str, str] = {}
    try:
        caller = identify(path_caller, headers, caller, from_inside=from_inside)
        if below is None:
            raise errors.unknown_url(method, path)
        endpoint, params = find(method, below)
        asks = asks_of(headers) if settings.MOCKOPENAI_REQUEST_FAULTS else None
    except WireError as error:
        return Address(caller, endpoint, params, error, deployment)
    return Address(caller, endpoint, params, None, deployment, asks)


async def taken_in(request: Request) -> Intake:
    """`take_in`, beside the event loop where that would hold it up: a form takes some milliseconds a MB."""
    if len(request.body) > LARGE_FORM_BYTES and request.body.startswith(b"--"):
        return await asyncio.to_thread(take_in, request)
    return take_in(request)


def take_in(request: Request, address: Address | None = None) -> Intake:
    """Reads one request; what is wrong with it becomes the intake's refusal, never an exception.

    `address` is what `locate` says of it, where that is known already.
    """
    if address is None:
        address = locate(request.method, request.path, request.headers, request.peer_ip)
    caller, endpoint, params, refusal, deployment, asks = address
    body, query_text = request.body, request.query_text
    data: dict[str, Any] = {}
    files: dict[str, list[Upload]] = {}
    if refusal is None and request.oversized:
        refusal = errors.body_too_large(settings.MAX_BODY_BYTES)
    elif request.method == "POST" and (refusal is None or endpoint):  # a refused call is kept as what it was
        try:
            if body and (encoding := _header(request.headers, "content-encoding")) not in ("", "identity"):
                raise WireError(415, _ENCODED.format(encoding[:40]), code="unsupported_content_encoding")
            if body[:1] != b"{" and is_form(content_type := _header(request.headers, "content-type")):
                data, files = read_form(body, content_type, endpoint.name if endpoint else "")
                body = orjson.dumps(data)
            elif body or endpoint is None or not endpoint.bodiless:
                data = read_object(body)
        except GateError as error:
            refusal = refusal or errors.unparseable(str(error))
        except WireError as error:  # a form that is none
            body, refusal = b"", refusal or error
        if deployment and not data.get("model"):
            data["model"] = deployment
    call = Call(
        id=exchange_id(),
        caller=caller,
        method=request.method,
        path=request.path,
        endpoint=endpoint.name if endpoint else "",
        params=params,
        headers=request.headers,
        body=body,
        data=data,
        received_at=request.received_at,
        peer_ip=request.peer_ip,
        peer_port=request.peer_port,
        request_id=request_id(),
        query=read_query(query_text) if query_text else _NO_QUERY,
        files=files,
        query_text=query_text,
    )
    if endpoint is not None and refusal is None:
        refusal = _checked(endpoint, call)
    return Intake(call, endpoint, refusal, asks)


def _checked(endpoint: Endpoint, call: Call) -> WireError | None:
    try:
        endpoint.check(call)
        refuse_wrong(call)
    except WireError as error:
        return error
    except Exception:  # past a connection's `data_received` it would close that without an answer
        log.exception("A call failed: %s %s (%s)", call.method, call.path, call.request_id)
        return errors.server_error()
    return None


def _header(headers: Headers, wanted: str) -> str:
    return next((value for name, value in headers if name == wanted), "")
