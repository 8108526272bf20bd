"""How a waiting call ended: one conditional UPDATE by whoever noticed, then the truth read back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import orjson
from django.db.models import F
from django.utils import timezone

from apps.faults.in_force import in_force
from apps.faults.limits import charge, key_in
from apps.journal.models import Body, Exchange, Source, State
from apps.journal.rows import update_rows
from apps.journal.texts import read_call, read_reply, reply_texts
from apps.journal.writer import WORKER_ID
from apps.wire import errors
from apps.wire.errors import WireError
from apps.wire.reply import Reply

# What a caller hears whose process stood still so long that another one settled its call.
_TAKEN_FOR_DEAD = WireError(
    503,
    "This server stood still for so long that it was taken for dead. Ask again in a moment.",
    type="server_error",
    code="orphaned",
    headers=(("retry-after", "1"),),
)
HINT = "Answer it on the dashboard's desk, or queue presets for its caller over /api/preset-queue."


class Cause(Enum):
    """Why a waiting call is looked at again."""

    BELL = "bell"
    DEADLINE = "deadline"
    GONE = "gone"
    SHUTDOWN = "shutdown"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the row says now. `reply` is what goes to the caller; None for aborted and gone."""

    state: State
    deadline_at: float  # unix seconds
    reply: Reply | None = None
    rows: tuple[Exchange, Body] | None = None  # those of a reply

    @property
    def settled(self) -> bool:
        return self.state is not State.WAITING


def look(items: list[tuple[str, Cause]]) -> list[Outcome]:
    """For each (exchange, cause): tries the change that the cause asks for, then reads the row.

    Runs in the writer's transaction. One that lost its race reads the winner's answer.
    """
    _shut_out([exchange_id for exchange_id, cause in items if cause is Cause.SHUTDOWN])
    for exchange_id, cause in items:
        _try(exchange_id, cause)
    ids = [exchange_id for exchange_id, _ in items]
    rows = {row.id: row for row in Exchange.objects.filter(id__in=ids)}
    answered = [row.id for row in rows.values() if row.state != State.WAITING]
    bodies = {body.exchange_id: body for body in Body.objects.filter(exchange_id__in=answered)}
    return [_outcome(rows.get(exchange_id), bodies.get(exchange_id)) for exchange_id in ids]


def still_waiting() -> set[str]:
    """The exchanges that wait in this process and whose deadline is still ahead."""
    waiting = Exchange.objects.filter(state=State.WAITING, worker=WORKER_ID)
    return set(waiting.filter(deadline_at__gt=timezone.now()).values_list("id", flat=True))


def settle(
    exchange_id: str,
    state: State,
    *,
    source: Source,
    reply: Reply | None = None,
    note: str = "",
    answered_by: str = "",
    **where: Any,
) -> bool:
    """Ends a waiting exchange without an author's answer; False when it waits no more."""
    now = timezone.now()
    row = Exchange.objects.filter(id=exchange_id, state=State.WAITING, **where)
    created_at = row.values_list("created_at", flat=True).first()
    if created_at is None:
        return False
    changes: dict[str, Any] = {"state": state, "source": source, "ended_at": now, "claimed_by": ""}
    # Its beginning was read on the clock of the host that took it, which may be ahead of ours.
    changes["duration_ms"] = max(0, int((now - created_at).total_seconds() * 1000))
    if note:
        changes["note"] = note
    if answered_by:
        changes["answered_by"] = answered_by
    if reply is not None:
        changes["status_code"] = reply.status
    if not row.update(**changes):
        return False
    if reply is not None:  # only now: another process may have answered since the row was read
        headers, body, extras = reply_texts(reply)
        Body.objects.filter(exchange_id=exchange_id).update(
            reply_headers=headers, reply_body=body, reply_extras=extras
        )
    return True


def _shut_out(ids: list[str]) -> None:
    """Ends those that still wait, all with the same reply and together: there may be thousands, and 2 s."""
    waiting = Exchange.objects.select_for_update().filter(id__in=ids, state=State.WAITING).order_by("id")
    began = dict(waiting.values_list("id", "created_at")) if ids else {}
    if not began:
        return
    now, reply = timezone.now(), errors.shutting_down().reply()
    Exchange.objects.filter(id__in=began).update(
        state=State.ORPHANED,
        source=Source.SHUTDOWN,
        ended_at=now,
        claimed_by="",
        note="The server was shut down while this call waited.",
        status_code=reply.status,
    )
    took = [(name, int((now - at).total_seconds() * 1000)) for name, at in began.items()]
    update_rows(Exchange._meta.db_table, (("duration_ms", "integer"),), took, only="state = 'orphaned'")
    headers, body, extras = reply_texts(reply)
    Body.objects.filter(exchange_id__in=began).update(
        reply_headers=headers, reply_body=body, reply_extras=extras
    )


def _try(exchange_id: str, cause: Cause) -> None:
    if cause is Cause.GONE:
        settle(exchange_id, State.GONE, source=Source.NONE)
    elif cause is Cause.DEADLINE:
        now = timezone.now()
        row = Exchange.objects.filter(id=exchange_id, state=State.WAITING, deadline_at__lte=now)
        found = row.values_list("note", F("deadline_at") - F("created_at")).first()
        if found is not None:
            note, held = found
            text = f"Nobody answered this call within {held.total_seconds():.0f} s. {note}".strip()
            reply = errors.timed_out(f"{text} {HINT}").reply()
            reply = _limited(exchange_id, reply)
            settle(exchange_id, State.TIMED_OUT, source=Source.TIMEOUT, reply=reply, deadline_at__lte=now)


def _limited(exchange_id: str, reply: Reply) -> Reply:
    """The reply with what is true of rate limits; it spends no tokens."""
    rules = in_force()
    if not rules.limits:
        return reply
    body = Body.objects.select_related("exchange").get(exchange_id=exchange_id)
    return charge(rules, read_call(body.exchange, body), key_in(body.reply_extras), 0, reply)


def _outcome(row: Exchange | None, body: Body | None) -> Outcome:
    """A row that was deleted meanwhile answers as aborted: nothing is left to say."""
    if row is None:
        return Outcome(State.ABORTED, 0.0)
    deadline_at = (row.deadline_at or datetime.now(UTC)).timestamp()
    state = State(row.state)
    if body is None or state in (State.GONE, State.ABORTED, State.WAITING):
        return Outcome(state, deadline_at)
    reply = _TAKEN_FOR_DEAD.reply() if row.status_code is None else read_reply(row, body)
    return Outcome(state, deadline_at, reply, (row, body))


def reply_id(body: str) -> str:
    """The `id` inside a reply's body, to name the winning reply; "" when it has none."""
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        return ""
    identifier = found.get("id") if isinstance(found, dict) else None
    return identifier if isinstance(identifier, str) else ""
