"""One line of a batch as a call: asked as if it had come over HTTP, its answer taken where it was decided."""

import asyncio
import contextlib
import time
from typing import Any

import orjson

from apps.desk.closing import GoingDown
from apps.gateway import batch_store as store
from apps.gateway.answer import decide
from apps.gateway.asgi import see_off
from apps.gateway.inside import InsideLine
from apps.gateway.intake import Intake, Request, locate, take_in
from apps.gateway.line import Message
from apps.gateway.report import Progress
from apps.journal.models import Source
from apps.journal.writer import writer
from apps.wire import errors
from apps.wire.batch_lines import Line, answered, broken_off
from apps.wire.shelf import Body

AGAIN_S = 0.5  # until an exchange that a dead process left is looked at again

_HEADERS = (("content-type", "application/json"), ("user-agent", "mockopenai batch"))


def taken_in(line: Line, *, caller: str, url: str) -> Intake:
    """The line as a call of its caller's."""
    path = f"/as/{caller}{url}"
    request = Request("POST", path, _HEADERS, line.body, "127.0.0.1", 0, time.time())
    return take_in(request, locate("POST", path, _HEADERS, "127.0.0.1", from_inside=True))


async def answer(line: Line, intake: Intake, ending: asyncio.Event) -> Body | None:
    """The line's result; None when the batch, or this process, ends meanwhile."""

    async def hang_up() -> Message:
        await ending.wait()
        return {"type": "http.disconnect"}

    progress = Progress(intake, await decide(intake))
    wire = InsideLine(hang_up)
    try:
        with contextlib.suppress(GoingDown):
            await see_off(progress, wire)
    finally:
        wire.close()
    reply = progress.reply
    if progress.source == Source.SHUTDOWN or (reply is None and ending.is_set()):
        return None
    reply = reply or errors.aborted().reply()
    if reply.fault is not None and (lost := broken_off(line, reply.fault.name)):
        return lost
    request_id = intake.call.request_id
    return answered(line, status=reply.status, request_id=request_id, body=_read(reply.body))


async def adopt(line: Line, exchange: str, ending: asyncio.Event) -> Body | None:
    """The result of a call that a process which has ended did not write down; None if it has to be asked."""
    found = await writer.run(lambda: store.asked(exchange))
    while found.is_open and not ending.is_set():  # until a sweep has settled it
        await asyncio.sleep(AGAIN_S)
        found = await writer.run(lambda: store.asked(exchange))
    if not found.status:
        return None
    if lost := broken_off(line, found.fault):
        return lost
    body = _read(found.body.encode())
    return answered(line, status=found.status, request_id=found.request_id, body=body)


def _read(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:  # a verbatim one
        return body.decode(errors="replace")
