"""Sends a call through the gateway from inside the server: no socket, its answer is thrown away."""

import contextlib
import time
from collections.abc import Callable

from django.db.models import Value
from django.db.models.functions import Concat, Left, Trim

from apps.desk.closing import GoingDown
from apps.desk.waiting import waiting_here
from apps.gateway.answer import decide
from apps.gateway.asgi import see_off
from apps.gateway.inside import InsideLine
from apps.gateway.intake import Headers, Request, locate, take_in
from apps.gateway.report import NOTE_MAX, Progress
from apps.journal.models import Exchange
from apps.journal.writer import writer
from apps.live.tasks import spawn

AT_ONCE_MAX = 100  # such calls under way in this process; each may wait as long as the hold

_under_way: set[str] = set()


class TooManyError(Exception):
    """So many calls from inside are under way already; nothing was sent."""


async def send(
    *,
    method: str,
    path: str,
    headers: Headers,
    body: bytes,
    query_text: str = "",
    peer_ip: str = "127.0.0.1",
    note: str = "",
    at_end: Callable[[], None] = lambda: None,
) -> str:
    """Sends one call as if it had come from `peer_ip`; returns its exchange's id once that is opened.

    `path` is decoded and begins with /v1/ or /as/CALLER/v1/; header names are in lower case. `note` goes
    before what the exchange says of itself. The rest of the call goes on in the background, `at_end` is
    called when it is over.
    """
    if len(_under_way) >= AT_ONCE_MAX:
        raise TooManyError(f"{AT_ONCE_MAX} calls that were sent from here are under way: answer some first.")
    await waiting_here().start()  # before a call is parked: its row names the channel where bells ring
    intake = take_in(
        Request(
            method=method,
            path=path,
            headers=headers,
            body=body,
            peer_ip=peer_ip,
            peer_port=0,
            received_at=time.time(),
            query_text=query_text,
        ),
        # Whoever sends it has a role here, and the journal keeps no key to send again.
        locate(method, path, headers, peer_ip, from_inside=True),
    )
    call_id = intake.call.id
    _under_way.add(call_id)
    try:
        progress = Progress(intake, await decide(intake))
    except BaseException:
        _under_way.discard(call_id)
        raise
    serving = spawn(_serve(progress), name="again")
    serving.add_done_callback(lambda _: _under_way.discard(call_id))
    serving.add_done_callback(lambda _: at_end())
    if note:
        await writer.run(lambda: _write_note(call_id, note))
    return call_id


async def _serve(progress: Progress) -> None:
    line = InsideLine()
    try:
        with contextlib.suppress(GoingDown):
            await see_off(progress, line)
    finally:
        line.close()


def _write_note(exchange_id: str, note: str) -> None:
    text = Left(Trim(Concat(Value(f"{note} "), "note")), NOTE_MAX)
    Exchange.objects.filter(id=exchange_id).update(note=text)
