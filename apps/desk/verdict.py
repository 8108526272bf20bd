"""The verdict on what somebody did with a waiting call: the truth, as an HTTP status and its JSON."""

from dataclasses import dataclass, field
from typing import Any

from apps.desk.answer_key import read_answer_key
from apps.desk.outcome import reply_id
from apps.journal import clock
from apps.journal.models import Body, Exchange, State


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


def is_claimed_by_other(row: Exchange, by: Person) -> bool:
    """Whether somebody else holds a claim that lasts, which `by` does not take over."""
    lasts = row.claim_until is not None and row.claim_until > clock.now()
    return lasts and row.claimed_by not in ("", by.name) and not by.take_over


def claimed(row: Exchange) -> Verdict:
    """Somebody else is at it."""
    until = row.claim_until.timestamp() if row.claim_until else None
    detail = f"{row.claimed_by} is replying to this call; repeat with ?take_over=true to take it over."
    return Verdict(409, {"detail": detail, "state": "claimed", "by": row.claimed_by, "claim_until": until})


def unknown(exchange_id: str) -> Verdict:
    """No such call."""
    return Verdict(404, {"detail": f"There is no call {exchange_id!r}."})


def truth(exchange_id: str, *, key: str = "") -> Verdict:
    """What became of a call that waits no more; `key` as `answer_key` makes it."""
    row = Exchange.objects.filter(id=exchange_id).first()
    if row is None:
        return unknown(exchange_id)
    answered = row.state in (State.ANSWERED, State.DELIVERED, State.UNDELIVERED, State.TAKEN)
    given, kept = read_answer_key(key), read_answer_key(row.answer_key)
    if given.key and answered and given.key == kept.key:
        if given != kept:
            return _other_answer(row, given.key)
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


def _other_answer(row: Exchange, key: str) -> Verdict:
    detail = f"The Idempotency-Key {key!r} came with another answer before, and that one was given."
    return Verdict(409, {"detail": detail, "state": row.state, "by": row.answered_by})
