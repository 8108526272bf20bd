"""Answers a waiting call, for people and scripts: the first one wins, everybody else hears the truth."""

import asyncio
from dataclasses import replace

from django.db import Error
from django.utils import timezone

from apps.desk.repeat import has_room, queue_same
from apps.desk.verdict import Person, Verdict, claimed, is_claimed_by_other, truth, unknown
from apps.desk.waiting import ring, waiting_here
from apps.faults.imposed import imposed_in
from apps.faults.in_force import in_force
from apps.faults.limits import charge, key_in
from apps.faults.models import OwnDraw
from apps.faults.own_draws import struck_by
from apps.journal.models import Body, Exchange, Source, State
from apps.journal.texts import read_call, reply_texts
from apps.journal.writer import writer
from apps.kept.keeping import keep_reply
from apps.library.content import check_draft
from apps.library.resolve import resolved
from apps.live.events import publish
from apps.queues.take import lock_queues
from apps.wire.complete import complete
from apps.wire.errors import WireError
from apps.wire.faults.strike import struck
from apps.wire.reply import Draft, Reply
from apps.wire.table import BY_NAME
from apps.wire.unused import unused

NOTE_MAX = 1000  # characters that the column holds
TOLD_S = 0.2  # whose reply has left by then is told of by that alone
CONFIRM_S = 2.0  # how long an answer waits to hear that the reply left
PAUSE_S, PAUSE_MAX_S = 0.002, 0.1  # between looks, when another process sends it


async def answer(exchange_id: str, draft: Draft, *, by: Person, key: str = "", repeat: int = 0) -> Verdict:
    """Answers a waiting call; the first one wins. `key` makes a repeated answer the same answer.

    With `repeat`, the winner's draft is queued for that many of the caller's next calls, too.
    """
    if not exchange_id.isalnum():
        return unknown(exchange_id)
    verdict = await writer.run(lambda: _answer(exchange_id, draft, by=by, key=key, repeat=repeat))
    if verdict.code != 202:
        return verdict
    # It may wait, or leave in pieces: pages are told then that it has its answer.
    telling = asyncio.get_running_loop().call_later(
        TOLD_S, publish, "answered", {"id": exchange_id, "by": by.name}
    )
    try:
        confirmed = await confirm(exchange_id, verdict.channel)
    finally:
        telling.cancel()
    more = {name: value for name, value in verdict.data.items() if name != "state"}
    return replace(confirmed, data={**confirmed.data, **more}) if more else confirmed


async def confirm(exchange_id: str, channel: str) -> Verdict:
    """Has the reply sent, and waits a moment for it to have left; 202 when that is not yet known."""
    loop = asyncio.get_running_loop()
    end = loop.time() + CONFIRM_S
    with waiting_here().departure(exchange_id) as departure:
        pause_s = CONFIRM_S if await ring(channel, exchange_id) else PAUSE_S
        while (rest_s := end - loop.time()) > 0 and not departure.done():
            await asyncio.wait((departure,), timeout=min(pause_s, rest_s))
            try:
                async with asyncio.timeout(max(PAUSE_MAX_S, end - loop.time())):
                    state = await writer.run(lambda: _state(exchange_id))
            except (Error, TimeoutError):
                break  # the database is away: the answer is in it, how it left is told later
            if state == State.DELIVERED:
                return Verdict(200, {"state": state})
            if state == State.UNDELIVERED:
                return Verdict(410, {"state": state, "detail": "The caller hung up before the reply left."})
            if state != State.ANSWERED:
                return await writer.run(lambda: truth(exchange_id))
            pause_s = min(pause_s * 2, PAUSE_MAX_S)
    return Verdict(202, {"state": State.ANSWERED.value, "detail": "Accepted; the reply is still on its way."})


def _state(exchange_id: str) -> str | None:
    return Exchange.objects.filter(id=exchange_id).values_list("state", flat=True).first()


def _answer(exchange_id: str, draft: Draft, *, by: Person, key: str, repeat: int) -> Verdict:
    rules = in_force()
    if repeat or draft.kind or rules.limits:
        lock_queues()  # before the row: who decides on calls takes them in this order, too
    row = Exchange.objects.filter(id=exchange_id).first()
    if row is None or row.state != State.WAITING:
        return truth(exchange_id, key=key)
    if is_claimed_by_other(row, by):
        return claimed(row)
    if repeat and not has_room(row.caller):
        return Verdict(
            409, {"detail": f"The queue of {row.caller} is full, so nothing was sent: leave out repeat."}
        )
    body = Body.objects.get(exchange_id=exchange_id)
    call, endpoint = read_call(row, body), BY_NAME[row.endpoint]
    if draft.kind and (wrong := check_draft(draft)):
        told = "; ".join(f"{error['field']}: {error['error']}" for error in wrong)
        return Verdict(400, {"detail": told, "errors": wrong})
    try:
        plain = resolved(draft, call) if draft.kind else draft
    except WireError as failed:  # the call waits on: whoever answers can mend it
        return Verdict(400, {"detail": failed.message})
    plain = plain._replace(fault=struck_by(plain.fault, OwnDraw.By.DESK, call.caller))
    imposed = imposed_in(body.reply_extras).still(rules)
    reply = complete(imposed.over(plain, call, rules), call, endpoint)
    sound, note = reply, ""
    if reply.fault is not None:
        reply, note = struck(reply, call, endpoint)
    spent = (reply.prompt_tokens or 0) + (reply.completion_tokens or 0)
    limited_by = key_in(body.reply_extras)
    reply = charge(rules, call, limited_by, spent, reply)
    if not win(exchange_id, reply, by=by, key=key):
        charge(rules, call, limited_by, -spent, reply)
        return truth(exchange_id, key=key)
    if reply.status < 300:
        keep_reply(call, endpoint, sound)
    if note:
        Exchange.objects.filter(id=exchange_id).update(note=f"{note} {row.note}".strip()[:NOTE_MAX])
    if repeat:
        queue_same(row, draft, repeat=repeat)
    doubts = [] if draft.kind else unused(draft, endpoint)
    more = {**({"queued": repeat} if repeat else {}), **({"warnings": doubts} if doubts else {})}
    return Verdict(202, {"state": State.ANSWERED.value, **more}, row.reply_channel)


def win(exchange_id: str, reply: Reply, *, by: Person, key: str = "") -> bool:
    """Makes this the reply of a waiting call; False when it waits no more."""
    won = Exchange.objects.filter(id=exchange_id, state=State.WAITING).update(
        state=State.ANSWERED,
        source=Source.PERSON,
        answered_by=by.name,
        answer_key=key,
        answered_at=timezone.now(),
        status_code=reply.status,
        fault=reply.fault.name if reply.fault else "",
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
    )
    if won:
        write_reply(exchange_id, reply)
    return bool(won)


def write_reply(exchange_id: str, reply: Reply) -> None:
    """Writes a reply's texts beside its exchange."""
    headers, text, extras = reply_texts(reply)
    Body.objects.filter(exchange_id=exchange_id).update(
        reply_headers=headers, reply_body=text, reply_extras=extras
    )
