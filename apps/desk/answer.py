"""What people and scripts do with a waiting call: answer, claim, release, extend, abort."""

import asyncio
import contextlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from channels.layers import get_channel_layer
from django.db.models import Q
from django.utils import timezone
from redis.exceptions import RedisError

from apps.desk.outcome import reply_id, settle
from apps.desk.waiting import waiting_here
from apps.journal.models import Body, Exchange, Source, State
from apps.journal.texts import read_call, reply_texts
from apps.journal.writer import writer
from apps.live.events import publish
from apps.wire.complete import complete
from apps.wire.reply import Draft
from apps.wire.table import BY_NAME

LEASE_S = 45  # how long a claim lasts without a sign from its holder
CONFIRM_S = 2.0  # how long an answer waits to hear that the reply left
EXTEND_MAX_S = 86_400


@dataclass(frozen=True, slots=True)
class Verdict:
    """The truth about an action: an HTTP status and its JSON object. `channel`: whom to ring."""

    code: int
    data: dict[str, Any] = field(default_factory=dict)
    channel: str = ""

    @property
    def done(self) -> bool:
        return self.code < 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who acts: a short name; `take_over` to pass over somebody else's claim."""

    name: str
    take_over: bool = False


async def answer(exchange_id: str, draft: Draft, *, by: Person, key: str = "") -> Verdict:
    """Answers a waiting call; the first one wins. `key` makes a repeated answer the same answer."""
    if not exchange_id.isalnum():
        return _unknown(exchange_id)
    verdict = await writer.run(lambda: _answer(exchange_id, draft, by=by, key=key))
    if verdict.code == 202:
        await ring(verdict.channel, exchange_id)
        return await _confirm(exchange_id)
    return verdict


async def act(action: str, exchange_id: str, *, by: Person, seconds: float = 60) -> Verdict:
    """Claims, releases, extends or aborts."""
    if not exchange_id.isalnum():
        return _unknown(exchange_id)
    works = {
        "claim": lambda: _claim(exchange_id, by=by),
        "release": lambda: _release(exchange_id, by=by),
        "extend": lambda: _extend(exchange_id, seconds=seconds),
        "abort": lambda: _abort(exchange_id),
    }
    verdict = await writer.run(works[action])
    if verdict.done:
        if verdict.channel:
            await ring(verdict.channel, exchange_id)
        kind = {"claim": "claimed", "release": "released", "extend": "claimed", "abort": "settled"}[action]
        publish("extended" if action == "extend" else kind, {"id": exchange_id, **verdict.data})
    return verdict


async def ring(channel: str, exchange_id: str) -> None:
    """Wakes the process that holds the caller; if the bell is lost its tick finds the answer."""
    if waiting_here().ring(exchange_id) or not channel:
        return
    with contextlib.suppress(RedisError, OSError):
        await get_channel_layer().send(channel, {"type": "bell", "exchange_id": exchange_id})


async def _confirm(exchange_id: str) -> Verdict:
    """Waits a moment for the reply to have left; 202 when that is not yet known."""
    loop = asyncio.get_running_loop()
    end = loop.time() + CONFIRM_S
    pause_s = 0.002
    while loop.time() < end:
        await asyncio.sleep(pause_s)
        state = await writer.run(
            lambda: Exchange.objects.filter(id=exchange_id).values_list("state", flat=True).first()
        )
        if state == State.DELIVERED:
            return Verdict(200, {"state": state})
        if state == State.UNDELIVERED:
            return Verdict(410, {"state": state, "detail": "The caller hung up before the reply left."})
        if state != State.ANSWERED:
            return await writer.run(lambda: _truth(exchange_id))
        pause_s = min(pause_s * 2, 0.1)
    return Verdict(202, {"state": State.ANSWERED.value, "detail": "Accepted; the reply is still on its way."})


def _state(exchange_id: str) -> str | None:
    return Exchange.objects.filter(id=exchange_id).values_list("state", flat=True).first()


def _answer(exchange_id: str, draft: Draft, *, by: Person, key: str) -> Verdict:
    now = timezone.now()
    row = Exchange.objects.filter(id=exchange_id).first()
    if row is None or row.state != State.WAITING:
        return _truth(exchange_id, key=key)
    if _claimed_by_other(row, by):
        return _claimed(row)
    body = Body.objects.get(exchange_id=exchange_id)
    reply = complete(draft, read_call(row, body), BY_NAME[row.endpoint])
    headers, text, extras = reply_texts(reply)
    won = Exchange.objects.filter(id=exchange_id, state=State.WAITING).update(
        state=State.ANSWERED,
        source=Source.PERSON,
        answered_by=by.name,
        answer_key=key,
        answered_at=now,
        status_code=reply.status,
        prompt_tokens=reply.prompt_tokens,
        completion_tokens=reply.completion_tokens,
    )
    if not won:
        return _truth(exchange_id, key=key)
    Body.objects.filter(exchange_id=exchange_id).update(
        reply_headers=headers, reply_body=text, reply_extras=extras
    )
    return Verdict(202, {"state": State.ANSWERED.value}, row.reply_channel)


def _claim(exchange_id: str, *, by: Person) -> Verdict:
    until = timezone.now() + timedelta(seconds=LEASE_S)
    free = Q(claim_until__isnull=True) | Q(claim_until__lt=timezone.now()) | Q(claimed_by__in=["", by.name])
    row = Exchange.objects.filter(id=exchange_id, state=State.WAITING)
    if (row if by.take_over else row.filter(free)).update(claimed_by=by.name, claim_until=until):
        return Verdict(200, {"claimed_by": by.name, "claim_until": until.timestamp()})
    found = Exchange.objects.filter(id=exchange_id).first()
    return _claimed(found) if found and found.state == State.WAITING else _truth(exchange_id)


def _release(exchange_id: str, *, by: Person) -> Verdict:
    row = Exchange.objects.filter(id=exchange_id, state=State.WAITING)
    if (row if by.take_over else row.filter(claimed_by__in=["", by.name])).update(
        claimed_by="", claim_until=None
    ):
        return Verdict(200, {"claimed_by": ""})
    found = Exchange.objects.filter(id=exchange_id).first()
    return _claimed(found) if found and found.state == State.WAITING else _truth(exchange_id)


def _extend(exchange_id: str, *, seconds: float) -> Verdict:
    row = Exchange.objects.filter(id=exchange_id, state=State.WAITING).first()
    if row is None or row.deadline_at is None:
        return _truth(exchange_id)
    deadline = row.deadline_at + timedelta(seconds=seconds)
    if not Exchange.objects.filter(id=exchange_id, state=State.WAITING).update(deadline_at=deadline):
        return _truth(exchange_id)
    return Verdict(200, {"deadline": deadline.timestamp()}, row.reply_channel)


def _abort(exchange_id: str) -> Verdict:
    channel = Exchange.objects.filter(id=exchange_id).values_list("reply_channel", flat=True).first()
    if settle(exchange_id, State.ABORTED, source=Source.PERSON):
        return Verdict(200, {"state": State.ABORTED.value}, channel or "")
    return _truth(exchange_id)


def _claimed_by_other(row: Exchange, by: Person) -> bool:
    lasts = row.claim_until is not None and row.claim_until > timezone.now()
    return lasts and row.claimed_by not in ("", by.name) and not by.take_over


def _claimed(row: Exchange) -> Verdict:
    until = row.claim_until.timestamp() if row.claim_until else None
    detail = f"{row.claimed_by} is replying to this call; repeat with ?take_over=true to take it over."
    return Verdict(409, {"detail": detail, "state": "claimed", "by": row.claimed_by, "claim_until": until})


def _unknown(exchange_id: str) -> Verdict:
    return Verdict(404, {"detail": f"There is no call {exchange_id!r}."})


def _truth(exchange_id: str, *, key: str = "") -> Verdict:
    """What became of a call that waits no more."""
    row = Exchange.objects.filter(id=exchange_id).first()
    if row is None:
        return _unknown(exchange_id)
    answered = row.state in (State.ANSWERED, State.DELIVERED, State.UNDELIVERED, State.TAKEN)
    if key and answered and row.answer_key == key:
        code = 202 if row.state == State.ANSWERED else 410 if row.state == State.UNDELIVERED else 200
        return Verdict(code, {"state": row.state})
    at = row.answered_at or row.ended_at
    data = {"state": row.state, "by": row.answered_by or row.source, "at": at.timestamp() if at else None}
    if answered:
        body = Body.objects.filter(exchange_id=exchange_id).values_list("reply_body", flat=True).first()
        data["detail"] = f"This call was already answered by {data['by']}."
        return Verdict(409, {**data, "reply_id": reply_id(body or "")})
    data["detail"] = f"Nobody is waiting for this answer any more: the call is {row.state}."
    return Verdict(410, data)
