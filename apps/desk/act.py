"""What else people do with a waiting call than answer it: claim, release, extend, abort."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from apps.desk.outcome import settle
from apps.desk.typed import is_typed_by
from apps.desk.verdict import Person, Verdict, claimed, is_claimed_by_other, truth, unknown
from apps.desk.waiting import ring
from apps.journal import clock
from apps.journal.models import Exchange, Source, State
from apps.journal.writer import writer
from apps.live.events import publish

LEASE_S = 45  # how long a claim lasts without a sign from its holder
EXTEND_MAX_S = 86_400


async def claim(exchange_id: str, *, by: Person) -> Verdict:
    """Takes a call to answer it, or renews that; whoever types an answer live may, too."""
    return await _act(exchange_id, lambda row: _claim(row, by=by), "claimed", typist=by)


async def release(exchange_id: str, *, by: Person) -> Verdict:
    """Lets go of a call."""
    return await _act(exchange_id, lambda row: _release(row, by=by), "released", typist=by)


async def extend(exchange_id: str, *, seconds: float) -> Verdict:
    """Moves a call's deadline; anybody may."""
    return await _act(exchange_id, lambda row: _extend(row, seconds=seconds), "extended")


async def abort(exchange_id: str, *, by: Person) -> Verdict:
    """Drops a call's connection; the process that holds it tells the dashboards that it is settled."""
    return await _act(exchange_id, lambda row: _abort(row, by=by), "")


async def _act(
    exchange_id: str, work: Callable[[Exchange], Verdict], event: str, *, typist: Person | None = None
) -> Verdict:
    """Does the work on a waiting call (or one that `typist` types to), rings its process, tells all."""
    if not exchange_id.isalnum():
        return unknown(exchange_id)
    verdict = await writer.run(lambda: _on_open(exchange_id, work, typist))
    if verdict.done:
        await ring(verdict.channel, exchange_id)
        if event:
            publish(event, {"id": exchange_id, **verdict.data})
    return verdict


def _on_open(exchange_id: str, work: Callable[[Exchange], Verdict], typist: Person | None) -> Verdict:
    row = Exchange.objects.filter(id=exchange_id).first()
    if row is None or not (row.state == State.WAITING or (typist and is_typed_by(row, typist))):
        return truth(exchange_id)
    return work(row)


def _claim(row: Exchange, *, by: Person) -> Verdict:
    until = clock.now() + timedelta(seconds=LEASE_S)
    free = Q(claim_until__isnull=True) | Q(claim_until__lt=clock.now()) | Q(claimed_by__in=["", by.name])
    rows = Exchange.objects.filter(id=row.id, state=row.state)
    if (rows if by.take_over else rows.filter(free)).update(claimed_by=by.name, claim_until=until):
        return Verdict(200, {"claimed_by": by.name, "claim_until": until.timestamp()})
    return _beaten(row)


def _release(row: Exchange, *, by: Person) -> Verdict:
    if is_claimed_by_other(row, by):
        return claimed(row)
    held = Exchange.objects.filter(id=row.id, state=row.state, claimed_by=row.claimed_by)
    if held.update(claimed_by="", claim_until=None):
        return Verdict(200, {"claimed_by": ""})
    return _beaten(row)


def _extend(row: Exchange, *, seconds: float) -> Verdict:
    deadline = (row.deadline_at or timezone.now()) + timedelta(seconds=seconds)
    if Exchange.objects.filter(id=row.id, state=State.WAITING).update(deadline_at=deadline):
        return Verdict(200, {"deadline": deadline.timestamp()}, row.reply_channel)
    return _beaten(row)


def _abort(row: Exchange, *, by: Person) -> Verdict:
    if is_claimed_by_other(row, by):
        return claimed(row)
    if settle(row.id, State.ABORTED, source=Source.PERSON, answered_by=by.name):
        return Verdict(200, {"state": State.ABORTED.value}, row.reply_channel)
    return _beaten(row)


def _beaten(row: Exchange) -> Verdict:
    """Another process was faster between our look and our update."""
    row.refresh_from_db()
    return claimed(row) if row.state == State.WAITING else truth(row.id)
