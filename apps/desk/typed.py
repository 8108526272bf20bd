"""What people type to streaming callers, as the database holds it: frames in order, the last one ends it.

Who ends it makes no difference: the person, a stream at which nobody types any more, a caller who hung
up, a server that goes away; each adds the last frame, and writes the whole body as if it had been
answered at once. All of it runs in the writer's transaction.
"""

from datetime import timedelta
from typing import Any, NamedTuple

import orjson
from django.conf import settings

from apps.desk.answer import NOTE_MAX, win, write_reply
from apps.desk.models import Typed
from apps.desk.verdict import Person
from apps.faults.imposed import imposed_in
from apps.faults.in_force import in_force
from apps.faults.limits import charge, key_in, with_key
from apps.journal import clock
from apps.journal.models import Body, Exchange, State
from apps.journal.texts import read_call, read_reply, reply_extras
from apps.kept.keeping import keep_reply
from apps.queues.take import lock_queues
from apps.wire import endpoint as wire
from apps.wire.complete import complete, tokens
from apps.wire.reply import Draft, Reply
from apps.wire.table import BY_NAME

CUT_SHORT = "length"  # the finish reason of a text that its author did not end; the caller got all of it
_EMPTY = Draft(body=b'{"content":""}')
_SHUT_DOWN = "The server was shut down while this answer was typed: the stream was ended where it was."


class Frame(NamedTuple):
    """A piece of text; the last one says how the whole ends. `finish_reason` None: it never did."""

    seq: int
    delta: str = ""
    done: bool = False
    finish_reason: str | None = None
    usage: Any = None  # what its author says of it; else it is counted

    def text(self) -> str:
        """Its JSON, as it is kept; the same text means the same frame."""
        last = {"done": True, "finish_reason": self.finish_reason, "usage": self.usage} if self.done else {}
        return orjson.dumps({"delta": self.delta, **last}, option=orjson.OPT_SORT_KEYS).decode()

    @property
    def size_bytes(self) -> int:
        return len(self.delta.encode())


def lock(exchange_id: str) -> Exchange | None:
    """The exchange; whoever else would type or end it waits until the commit."""
    return Exchange.objects.select_for_update().filter(id=exchange_id).first()


def newest(exchange_id: str) -> Typed | None:
    """The last frame so far; None for a call that nobody types an answer to."""
    return Typed.objects.filter(exchange_id=exchange_id).order_by("-seq").first()


def is_typed_by(row: Exchange, person: Person) -> bool:
    """Whether this person is typing the answer to this call."""
    if row.state != State.ANSWERED or row.answered_by != person.name:
        return False
    last = newest(row.id)
    return last is not None and not last.is_last


def is_cut(last: Typed) -> bool:
    """Whether this newest frame says that the caller is no more there."""
    return last.is_last and orjson.loads(last.frame)["finish_reason"] is None


def is_same(exchange_id: str, frame: Frame) -> bool:
    """Whether this very frame is there already."""
    rows = Typed.objects.filter(exchange_id=exchange_id, seq=frame.seq)
    return rows.values_list("frame", flat=True).first() == frame.text()


def frames_after(exchange_id: str, seq: int) -> list[Frame]:
    """What was typed after the frame with this number."""
    rows = Typed.objects.filter(exchange_id=exchange_id, seq__gt=seq).order_by("seq")
    return [Frame(number, **orjson.loads(text)) for number, text in rows.values_list("seq", "frame")]


def how_typed(row: Exchange) -> wire.Typed | None:
    """How an answer to this call is typed; None when it did not ask for a stream, or has no such answer."""
    endpoint = BY_NAME.get(row.endpoint)
    return endpoint.typed if row.stream and endpoint is not None else None


def begin(row: Exchange, *, by: Person) -> bool:
    """Makes what `by` is going to type the reply of a waiting call; False when it waits no more."""
    body, rules = Body.objects.get(exchange_id=row.id), in_force()
    call, key = read_call(row, body), key_in(body.reply_extras)
    opening = complete(_EMPTY, call, BY_NAME[row.endpoint])._replace(typed=True)
    opening = charge(rules, call, key, 0, opening)  # what it spends is known at its end
    won = win(row.id, opening, by=by)
    if won and key:
        Body.objects.filter(exchange_id=row.id).update(reply_extras=with_key(reply_extras(opening), key))
    if won and (fault := imposed_in(body.reply_extras).still(rules).fault):
        note = f"The fault {fault.name} changed nothing: this answer was typed live. {row.note}".strip()
        Exchange.objects.filter(id=row.id).update(note=note[:NOTE_MAX])
    return won


def add(exchange_id: str, frame: Frame, *, before_bytes: int) -> None:
    """Adds a frame; `before_bytes` is the size of the text before it."""
    Typed.objects.create(
        exchange_id=exchange_id,
        seq=frame.seq,
        frame=frame.text(),
        is_last=frame.done,
        size_bytes=before_bytes + frame.size_bytes,
        at=clock.now(),
    )


def finish(row: Exchange, frame: Frame, *, before_bytes: int, note: str = "") -> bool:
    """Adds the last frame and writes the whole body; whether that is one that SDKs can read."""
    endpoint, body = BY_NAME[row.endpoint], Body.objects.get(exchange_id=row.id)
    assert endpoint.typed is not None
    add(row.id, frame, before_bytes=before_bytes)
    text = "".join([one.delta for one in frames_after(row.id, 0)])
    call, opening = read_call(row, body), orjson.loads(body.reply_body)
    whole = endpoint.typed.whole(opening, text, frame.finish_reason, frame.usage, call)
    prompt_tokens, completion_tokens = tokens(whole)
    spent = (prompt_tokens or 0) + (completion_tokens or 0)
    if (rules := in_force()).limits:
        lock_queues()
        charge(rules, call, key_in(body.reply_extras), spent, Reply(body=b""))
    reply = read_reply(row, body)._replace(body=orjson.dumps(whole), typed=False)
    write_reply(row.id, reply)
    keep_reply(call, endpoint, reply)
    changes: dict[str, Any] = {"prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens}
    Exchange.objects.filter(id=row.id).update(**changes, **({"note": note} if note else {}))
    return endpoint.is_whole(whole)


def end_early(exchange_id: str, *, finish_reason: str | None, note: str = "") -> None:
    """Ends what is typed where it is, unless it has ended."""
    row, last = lock(exchange_id), newest(exchange_id)
    if row is not None and last is not None and not last.is_last:
        frame = Frame(last.seq + 1, done=True, finish_reason=finish_reason)
        finish(row, frame, before_bytes=last.size_bytes, note=note)


def news(exchange_id: str, *, after: int, closing: bool) -> list[Frame]:
    """What was typed since; ends a stream at which nobody types any more, and all of a `closing` process."""
    frames = frames_after(exchange_id, after)
    if frames and not closing:
        return frames
    if closing:
        end_early(exchange_id, finish_reason=CUT_SHORT, note=_SHUT_DOWN)
    elif _is_left(exchange_id):
        note = f"Nobody went on typing for {settings.MOCKOPENAI_TYPING_IDLE_S:g} s: the stream was ended."
        end_early(exchange_id, finish_reason=CUT_SHORT, note=note)
    return frames_after(exchange_id, after)


def typing_now() -> list[Typed]:
    """The first frame of each answer that is being typed, with its exchange."""
    begun = Typed.objects.filter(seq=1, exchange__state=State.ANSWERED)
    return list(begun.select_related("exchange").order_by("exchange_id"))


def _is_left(exchange_id: str) -> bool:
    """Whether nothing has been typed for long, and nobody holds a claim on the call."""
    last = Typed.objects.filter(exchange_id=exchange_id).select_related("exchange").order_by("-seq").first()
    now = clock.now()
    if last is None or now - last.at < timedelta(seconds=settings.MOCKOPENAI_TYPING_IDLE_S):
        return False
    claim_until = last.exchange.claim_until
    return claim_until is None or claim_until < now
