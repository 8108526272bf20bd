"""How a fault strikes: by chance, over a reply, and over what of it leaves."""

import copy
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b

import orjson

from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint
from apps.wire.faults.row import FaultRow, Piece, Sending
from apps.wire.faults.table import BY_NAME
from apps.wire.reply import Fault, Reply


def strikes(fault: Fault, *, seed: str, number: int) -> bool:
    """Whether it strikes this time; the same seed and number, the same answer, on any machine."""
    chance = fault.probability_pct
    if chance >= 100:
        return True
    digest = blake2b(f"{seed}/{fault.name}/{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64 * 100 < chance


def fits(row: FaultRow, call: Call, endpoint: Endpoint) -> bool:
    """Whether the fault has a meaning for such a call at all."""
    if row.only == "text":
        return endpoint.family == "text"
    return row.only != "stream" or (call.stream and endpoint.frames is not None)


def answers_instead(fault: Fault) -> bool:
    """Whether it is an error instead of any reply."""
    row = BY_NAME.get(fault.name)
    return row is not None and row.instead is not None


def struck(reply: Reply, call: Call, endpoint: Endpoint) -> tuple[Reply, str]:
    """The reply after its fault, and why that changed nothing, or ""; the reply's fault is then gone.

    Chance has spoken already.
    """
    fault = reply.fault
    row = BY_NAME.get(fault.name) if fault is not None else None
    if fault is None or row is None:
        return reply._replace(fault=None), ""
    if row.instead is not None:
        error = (row.instead(call, fault.amount) if row.number else row.instead(call)).reply()
        return _as_authored(error, reply)._replace(fault=fault), ""
    if not fits(row, call, endpoint):
        where = "a streamed reply" if row.only == "stream" else "a text endpoint"
        return reply._replace(fault=None), f"The fault {fault.name} changed nothing: this is not {where}."
    if row.body is None:
        return reply, ""
    body = _read(reply.body)
    changed = row.body(copy.deepcopy(body), call, endpoint.family) if body and reply.status < 400 else None
    if changed is None:
        return reply._replace(
            fault=None
        ), f"The fault {fault.name} changed nothing: this reply has nothing for it."
    return reply._replace(body=orjson.dumps(changed)), ""


def _as_authored(error: Reply, reply: Reply) -> Reply:
    """The error with what the reply's author says of anything but its status and body."""
    own = reply.headers[: len(reply.headers) - reply.limited]
    names = {name.lower() for name, _ in own}
    headers = (*own, *(header for header in error.headers if header[0].lower() not in names))
    retry = error.x_should_retry if reply.x_should_retry is None else reply.x_should_retry
    return error._replace(headers=headers, x_should_retry=retry, delay_ms=reply.delay_ms, pace=reply.pace)


def breaks_sending(fault: Fault) -> bool:
    """Whether it strikes what leaves; else the reply leaves like any other."""
    row = BY_NAME.get(fault.name)
    return row is not None and (row.frames is not None or row.in_chunks)


def broken(sending: Sending, fault: Fault, call: Call, endpoint: Endpoint | None) -> Sending:
    """What really leaves."""
    row = BY_NAME[fault.name]
    if row.frames is not None:
        return replace(row.frames(sending, fault.amount), end=row.end)
    return sending.with_pieces(_chunks(sending.pieces, row, call)) if sending.is_stream else sending


def _chunks(pieces: Iterator[Piece], row: FaultRow, call: Call) -> Iterator[Piece]:
    """The events with the fault over the payload of each, and over the response within it."""
    for piece in pieces:
        head, mark, rest = piece.data.partition(b"data: ")
        payload, end, more = rest.partition(b"\n\n")
        body = _read(payload)
        if body is None:
            yield piece
            continue
        changed = _over(body, row, call)
        yield piece._replace(data=head + mark + orjson.dumps(changed) + end + more)


def _over(body: Body, row: FaultRow, call: Call) -> Body:
    assert row.body is not None  # only of such rows
    changed = row.body(body, call, "text") or body
    if isinstance(inner := changed.get("response"), dict):
        changed = {**changed, "response": row.body(inner, call, "text") or inner}
    return changed


def _read(text: bytes) -> Body | None:
    try:
        body = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return body if isinstance(body, dict) else None
