"""The ASGI door: serves /v1 past Django's middleware, and hands everything else to Django."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import SyncToAsync, ThreadSensitiveContext
from django.conf import settings
from django.db import InterfaceError, OperationalError

from apps.desk.closing import GoingDown
from apps.desk.outcome import Outcome
from apps.desk.waiting import waiting_here
from apps.gateway import access, probes, upkeep
from apps.gateway.answer import decide
from apps.gateway.broken import deliver_with_fault
from apps.gateway.delivery import head
from apps.gateway.intake import Intake, Request, decoded, is_ours, taken_in
from apps.gateway.limit import limited
from apps.gateway.line import HungUp, Line, Oversized, Receive, Send
from apps.gateway.report import Progress
from apps.gateway.typed import deliver_typed
from apps.live.outage import DATABASE
from apps.live.tasks import spawn
from apps.wire import errors, ids, sse
from apps.wire.call import serving
from apps.wire.errors import WireError
from apps.wire.headers import EVENT_STREAM, JSON, preflight, standard
from apps.wire.reply import Reply

log = logging.getLogger(__name__)

# Django gives each request a thread for as long as it lasts. Those that may last (coroutines that wait
# for something) share one: only the middlewares run in it.
PATIENT = ("/api/desk/", "/api/exchanges/wait")
_PATIENT_THREAD = ThreadSensitiveContext()


class Door:
    """An ASGI application in front of another one."""

    def __init__(self, django: Any) -> None:
        self._django = django

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await upkeep.lifespan(receive, send)
        elif scope["type"] == "http" and settings.MOCKOPENAI_ACCESS_LOG:
            await access.logged(self._open, scope, receive, send)
        else:
            await self._open(scope, receive, send)

    async def _open(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] in probes.PATHS:
            await probes.serve(scope, receive, send)
            return
        await upkeep.ensure_started()
        if scope["type"] == "http" and is_ours(scope["path"]):
            await _serve(scope, Line(receive, send))
        else:
            if scope["type"] == "http" and scope["path"].startswith(PATIENT):
                SyncToAsync.thread_sensitive_context.set(_PATIENT_THREAD)  # of this request's task alone
            await limited(self._django, scope, receive, send)


async def resume(progress: Progress | None, error: Exception | None, receive: Receive, send: Send) -> None:
    """Serves the rest of a call that was decided elsewhere, or whose decision failed."""

    async def rest(line: Line) -> None:
        if progress is None:
            raise error or RuntimeError("a call without a decision")
        await see_off(progress, line)

    await _guarded(rest, Line(receive, send), "decided")


async def _serve(scope: dict[str, Any], line: Line) -> None:
    """Answers one request."""

    async def work(line: Line) -> None:
        if scope["method"] == "OPTIONS":
            wanted = dict(scope["headers"]).get(b"access-control-request-headers", b"")
            await line.start(204, preflight(wanted))
            await line.write(b"", last=True)
        else:
            await _answer(await _intake(scope, line), line)

    await _guarded(work, line, f"{scope['method']} {scope['path']}")


async def _guarded(work: Callable[[Line], Awaitable[None]], line: Line, what: str) -> None:
    """Whatever goes wrong, the caller gets an answer or a closed connection."""
    try:
        await work(line)
    except HungUp:
        log.debug("A caller hung up before its request was whole.")
    except (asyncio.CancelledError, GoingDown):  # the call would take longer than the server is there
        await _apologise(line, errors.shutting_down())
    except (OperationalError, InterfaceError) as error:
        DATABASE.met(error)
        await _apologise(line, errors.database_away())
    except Exception:  # the ASGI edge: an exception past it would leave a daphne connection hanging
        if line.is_cut:
            log.debug("A caller hung up: %s", what, exc_info=True)
            return
        log.exception("A call failed: %s", what)
        await _apologise(line, errors.server_error())
    finally:
        line.close()


async def _intake(scope: dict[str, Any], line: Line) -> Intake:
    received_at = time.time()
    headers, announced = decoded(tuple(scope["headers"]))
    body, oversized = b"", False
    try:
        body = await line.read_body(limit=settings.MAX_BODY_BYTES, announced=announced)
    except Oversized:
        oversized = True
    peer_ip, peer_port = scope.get("client") or ("", 0)
    return await taken_in(
        Request(
            method=scope["method"],
            path=scope["path"],
            query_text=scope["query_string"].decode("latin-1"),
            headers=headers,
            body=body,
            peer_ip=peer_ip or "",
            peer_port=int(peer_port or 0),
            received_at=received_at,
            oversized=oversized,
        )
    )


async def _answer(intake: Intake, line: Line) -> None:
    access.note(intake.call)
    progress = Progress(intake, await decide(intake))
    del intake  # large, maybe: of a parked call `progress` keeps only what is needed
    await see_off(progress, line)


async def see_off(progress: Progress, line: Line) -> None:
    """Sends a decided call its reply, once there is one, and reports how that left."""
    serving.set(progress.intake.call.request_id)
    try:
        reply = progress.decision.reply
        if reply is None:
            outcome = await _held(progress, line)
            progress.ended_as(outcome)
            reply = outcome.reply
        if reply is None:  # aborted, or the caller is gone
            if line.is_cut or await line.cut():
                return
            reply = errors.aborted().reply()
        if line.started:
            progress.warm(reply.status)
        if reply.typed:
            await deliver_typed(line, progress, reply)
        else:
            await deliver_with_fault(line, progress.intake.call, progress.intake.endpoint, reply)
        progress.delivered = True
    except HungUp:
        log.debug("The caller of %s hung up.", progress.intake.call.id)
    finally:
        progress.remark(line.remark)
        progress.end(first_byte_at=line.first_byte_at, bytes_sent=line.bytes_sent, injected_s=line.injected_s)


async def _held(progress: Progress, line: Line) -> Outcome:
    """Waits for a person; a streaming caller's connection is kept warm with comments meanwhile."""
    call = progress.intake.call
    holding = waiting_here().hold(call.id, progress.decision.deadline_at, line.watch())
    warm_s = settings.MOCKOPENAI_WARM_AFTER_S
    if not call.stream or not warm_s:
        return await holding
    task = spawn(holding, name="hold")
    while not (await asyncio.wait((task,), timeout=warm_s))[0]:
        with contextlib.suppress(HungUp):  # the hold hears of it, too, and settles the call
            if not line.started:
                await line.start(200, head(call, Reply(body=b""), EVENT_STREAM))
            await line.write(sse.comment("waiting"), last=False)
    return task.result()


async def _apologise(line: Line, error: WireError) -> None:
    """The answer to a call that failed inside the server; one that had begun is cut off."""
    with contextlib.suppress(Exception):  # the line is down, too: nobody is left to be told
        if line.started:  # SDKs would take a proper end for the whole answer
            await line.break_off()
            return
        reply = error.reply()
        headers = standard(reply, request_id=ids.request_id(), processing_ms=0, content_type=JSON)
        headers.append((b"content-length", b"%d" % len(reply.body)))
        await line.start(reply.status, headers)
        await line.write(reply.body, last=True)
