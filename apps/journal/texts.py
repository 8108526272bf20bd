"""An exchange's texts: a reply and a call as the Body table keeps them, and read back."""

from functools import lru_cache
from typing import Any

import orjson

from apps.journal.models import Body, Exchange
from apps.wire.call import Call, read_address
from apps.wire.entrance import read_path, read_query
from apps.wire.errors import WireError
from apps.wire.jsongate import GateError, read_object, strip_nul
from apps.wire.redact import safe_headers, safe_text
from apps.wire.reply import INSTANT, Fault, Pace, Reply
from apps.wire.table import find

PATH_MAX = 500  # characters that the column holds


@lru_cache(maxsize=1024)
def headers_text(headers: tuple[tuple[str, str], ...]) -> str:
    """Request headers as JSON, secrets masked. Cached: a client sends the same ones again and again."""
    return strip_nul(orjson.dumps(safe_headers(headers)).decode())


def address_text(call: Call) -> str:
    """The path of a call with its query, secrets masked, as its column keeps it."""
    address = call.address
    return strip_nul((safe_text(address) if call.query_text else address)[:PATH_MAX])


def reply_texts(reply: Reply) -> tuple[str, str, str]:
    """The reply as the texts that Body keeps: headers, body, extras."""
    headers = orjson.dumps(reply.headers).decode() if reply.headers else "[]"
    return headers, reply.body.decode(errors="backslashreplace"), reply_extras(reply)


def reply_extras(reply: Reply) -> str:
    """What of a reply is neither status, headers nor body, as JSON; only what is not the default."""
    extras: dict[str, Any] = {}
    if reply.delay_ms:
        extras["delay_ms"] = reply.delay_ms
    if reply.pace != INSTANT:
        extras["pace"] = {"first_token_ms": reply.pace.first_token_ms, "token_ms": reply.pace.token_ms}
        if reply.pace.spread:
            extras["pace"] |= {"spread": reply.pace.spread, "seed": reply.pace.seed}
    if reply.verbatim:
        extras["verbatim"] = True
    if reply.x_should_retry is not None:
        extras["x_should_retry"] = reply.x_should_retry
    if reply.fault is not None:
        extras["fault"] = {"name": reply.fault.name, "amount": reply.fault.amount}
    if reply.typed:
        extras["typed"] = True
    if reply.limited:
        extras["limited"] = reply.limited
    return orjson.dumps(extras).decode() if extras else "{}"


def read_reply(row: Exchange, body: Body) -> Reply:
    """The reply that `reply_texts` wrote."""
    extras = orjson.loads(body.reply_extras)
    return Reply(
        body=body.reply_body.encode(),
        status=row.status_code or 200,
        headers=tuple((name, value) for name, value in orjson.loads(body.reply_headers)),
        delay_ms=extras.get("delay_ms", 0),
        pace=Pace(**extras["pace"]) if "pace" in extras else INSTANT,
        verbatim=extras.get("verbatim", False),
        x_should_retry=extras.get("x_should_retry"),
        fault=Fault(**extras["fault"]) if "fault" in extras else None,
        prompt_tokens=row.prompt_tokens,
        completion_tokens=row.completion_tokens,
        typed=extras.get("typed", False),
        limited=extras.get("limited", 0),
    )


def read_call(row: Exchange, body: Body) -> Call:
    """The call as the journal knows it: secrets masked, without the bytes of files."""
    try:
        data = read_object(body.request_body.encode())
    except GateError:
        data = {}
    path, query_text = read_address(row.path)
    _, below, deployment = read_path(path)
    if deployment and row.model:
        data.setdefault("model", row.model)
    return Call(
        id=row.id,
        caller=row.caller,
        method=row.method,
        path=path,
        endpoint=row.endpoint,
        params=_params(row.method, below) if row.endpoint else {},
        headers=tuple((name, value) for name, value in orjson.loads(body.request_headers)),
        body=body.request_body.encode(),
        data=data,
        received_at=row.created_at.timestamp(),
        peer_ip=row.peer_ip,
        peer_port=row.peer_port,
        request_id=row.request_id,
        query=read_query(query_text) if query_text else {},
        query_text=query_text,
    )


def _params(method: str, below: str | None) -> dict[str, str]:
    """The placeholders of an endpoint's path."""
    try:
        return find(method, below or "")[1]
    except WireError:  # an endpoint of an earlier version
        return {}
