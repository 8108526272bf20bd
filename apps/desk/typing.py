"""Types an answer live: what a person sends, frame by frame, each with its verdict."""

from typing import Any

from django.conf import settings
from django.db import transaction

from apps.desk import typed
from apps.desk.answer import confirm
from apps.desk.typed import Frame
from apps.desk.verdict import Person, Verdict, claimed, is_claimed_by_other, truth, unknown
from apps.desk.waiting import ring
from apps.journal.models import Exchange, State
from apps.journal.present import exchange_item
from apps.journal.writer import writer
from apps.live.events import publish
from apps.wire.draft import DraftError
from apps.wire.jsongate import kind

DELTA_MAX_BYTES = 64 * 1024
FIELDS = ("seq", "delta", "done", "finish_reason", "usage")
_NO_STREAM = "This call did not ask for a stream that can be typed: answer it as a whole."
_GONE = "The caller hung up."


class _Refused(Exception):
    """Nothing of the frame may stay; says why."""

    def __init__(self, code: int, detail: str, **data: Any) -> None:
        super().__init__(detail)
        self.verdict = Verdict(code, {"detail": detail, **data})


def read_frame(fields: dict[str, Any]) -> Frame:
    """The frame in what somebody sent; raises DraftError."""
    errors: list[dict[str, str]] = []

    def read(name: str, default: Any, want: type, meaning: str) -> Any:
        value = fields.get(name)
        if value is None and default is not ...:
            return default
        if type(value) is not want:
            errors.append({"field": name, "error": f"must be {meaning}, not {kind(value)}"})
        return value

    known = ", ".join(FIELDS)
    for name in fields.keys() - set(FIELDS):
        errors.append({"field": name, "error": f"is not a field of what is typed; known: {known}"})
    seq = read("seq", ..., int, "a whole number that counts from 1")
    delta, done = read("delta", "", str, "a string"), read("done", False, bool, "true or false")
    reason, usage = read("finish_reason", None, str, "a string"), read("usage", None, dict, "an object")
    if type(seq) is int and seq < 1:
        errors.append({"field": "seq", "error": "counts from 1"})
    if done is False:
        for name in ("finish_reason", "usage"):
            if fields.get(name) is not None:
                errors.append({"field": name, "error": "belongs to the last piece, with done: true"})
    if errors:
        raise DraftError(errors)
    return Frame(seq, delta, done, (reason or "stop") if done else None, usage)


async def type_live(exchange_id: str, frame: Frame, *, by: Person) -> Verdict:
    """Sends a piece of an answer to the caller of a streaming call; the first piece wins the call."""
    if not exchange_id.isalnum():
        return unknown(exchange_id)
    if frame.size_bytes > DELTA_MAX_BYTES:
        return Verdict(
            413, {"detail": f"The delta has {frame.size_bytes:,} bytes: at most {DELTA_MAX_BYTES:,}."}
        )
    verdict = await writer.run(lambda: _type(exchange_id, frame, by=by))
    if not verdict.done:
        return verdict
    if frame.seq == 1 or by.take_over:
        publish("typing", {"id": exchange_id, "by": by.name})
    if verdict.code == 202:
        ended = await confirm(exchange_id, verdict.channel)
        return Verdict(ended.code, {**ended.data, "seq": frame.seq})
    await ring(verdict.channel, exchange_id)  # also for a repeated one: its bell may have been lost
    return verdict


def typed_so_far(exchange_id: str) -> Verdict:
    """What has been typed to a call, for a page that opens anew: {"id", "state", "by", "seq", …}."""
    row = Exchange.objects.filter(id=exchange_id).first() if exchange_id.isalnum() else None
    if row is None:
        return unknown(exchange_id)
    frames = typed.frames_after(exchange_id, 0)
    return Verdict(
        200,
        {
            "id": row.id,
            "state": row.state,
            "by": row.answered_by,
            "seq": frames[-1].seq if frames else 0,
            "text": "".join([frame.delta for frame in frames]),
            "done": bool(frames) and frames[-1].done,
        },
    )


def typing_items() -> list[dict[str, Any]]:
    """The calls to which an answer is being typed."""
    return [exchange_item(first.exchange) for first in typed.typing_now()]


def _type(exchange_id: str, frame: Frame, *, by: Person) -> Verdict:
    try:
        with transaction.atomic():  # a savepoint: what is refused leaves nothing behind
            return _typed(exchange_id, frame, by=by)
    except _Refused as refused:
        return refused.verdict


def _typed(exchange_id: str, frame: Frame, *, by: Person) -> Verdict:
    row = typed.lock(exchange_id)
    if row is None:
        return unknown(exchange_id)
    if row.state == State.WAITING:
        return _begin(row, frame, by=by)
    last = typed.newest(row.id)
    if last is None or (row.answered_by != by.name and not by.take_over):
        return truth(row.id)
    if row.state == State.UNDELIVERED or typed.is_cut(last):
        return Verdict(410, {"state": State.UNDELIVERED.value, "detail": row.note or _GONE, "seq": last.seq})
    if typed.is_same(row.id, frame):
        return _accepted(row, last.seq, is_last=frame.done)
    if last.is_last:
        told = truth(row.id)
        return Verdict(told.code, {**told.data, "detail": f"{told.data['detail']} {row.note}".strip()})
    if frame.seq != last.seq + 1:
        raise _out_of_order(frame, last.seq + 1)
    if row.answered_by != by.name:
        Exchange.objects.filter(id=row.id).update(answered_by=by.name)
    return _go_on(row, frame, before_bytes=last.size_bytes)


def _begin(row: Exchange, frame: Frame, *, by: Person) -> Verdict:
    if is_claimed_by_other(row, by):
        return claimed(row)
    if typed.how_typed(row) is None:
        raise _Refused(400, _NO_STREAM)
    if frame.seq != 1:
        raise _out_of_order(frame, 1)
    if not typed.begin(row, by=by):
        return truth(row.id)
    row.state = State.ANSWERED
    return _go_on(row, frame, before_bytes=0)


def _go_on(row: Exchange, frame: Frame, *, before_bytes: int) -> Verdict:
    """Adds the next frame."""
    if before_bytes + frame.size_bytes > settings.MAX_BODY_BYTES:
        raise _Refused(413, f"The whole answer would have more than {settings.MAX_BODY_BYTES:,} bytes.")
    if not frame.done:
        typed.add(row.id, frame, before_bytes=before_bytes)
        return _accepted(row, frame.seq, is_last=False)
    how = typed.how_typed(row)
    if how is not None and frame.finish_reason not in how.reasons:
        raise _Refused(400, f"finish_reason: must be one of {', '.join(how.reasons)}.")
    if not typed.finish(row, frame, before_bytes=before_bytes):
        raise _Refused(400, "usage: with these numbers the answer would be one that SDKs cannot read.")
    return _accepted(row, frame.seq, is_last=True)


def _accepted(row: Exchange, seq: int, *, is_last: bool) -> Verdict:
    """The frame is there, now or already; `seq` is the newest."""
    code = 202 if is_last and row.state == State.ANSWERED else 200
    return Verdict(code, {"state": row.state, "seq": seq}, row.reply_channel)


def _out_of_order(frame: Frame, expected: int) -> _Refused:
    what = "comes too early" if frame.seq > expected else "is there already, with other content"
    return _Refused(409, f"Piece {frame.seq} {what}: expected is {expected}.", expected=expected)
