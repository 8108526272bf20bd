"""Reports on a call while it is served: to dashboards what begins and ends, to the journal how it left."""

import logging
import time
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import Value
from django.db.models.functions import Concat, Left, Trim

from apps.desk.outcome import Outcome
from apps.desk.waiting import waiting_here
from apps.gateway.decision import Decision
from apps.gateway.intake import Intake
from apps.journal.inline import plain
from apps.journal.models import Exchange, State
from apps.journal.present import completed_request_data, new_request_data
from apps.journal.record import Ending, apply_ending, end_exchanges, rows_of, still_open
from apps.journal.texts import read_call
from apps.journal.writer import writer
from apps.live.events import listening, publish
from apps.queues.take import discard, give_back
from apps.stats.counted import count_call, count_ended, count_injected, count_person
from apps.wire.reply import Reply

log = logging.getLogger(__name__)

NOTE_MAX = 1000  # characters that the column holds
WARM_NOTE = "The stream had begun, with status 200, while the call waited: this answer went into it."


class Gone(NamedTuple):
    """How a reply left, the preset that comes back when it did not, and what is to be said of it."""

    ending: Ending
    preset_id: int | None = None
    note: str = ""


@plain
def settle_group(items: Sequence[Gone]) -> list[None]:
    """Writes how replies left. Runs in the writer's transaction."""
    returning = [(ending, preset_id) for ending, preset_id, _ in items if preset_id is not None]
    # Who took this process for dead has settled its exchanges, and given back their presets.
    ours = still_open([ending.id for ending, _ in returning])
    end_exchanges([ending for ending, _, _ in items])
    discard([preset_id for ending, preset_id in returning if ending.id in ours and ending.delivered])
    give_back([preset_id for ending, preset_id in returning if ending.id in ours and not ending.delivered])
    for ending, _, note in items:
        if note:
            whole = Left(Trim(Concat("note", Value(f" {note}"))), NOTE_MAX)
            Exchange.objects.filter(id=ending.id).update(note=whole)
    return [None] * len(items)


def sent_at_once(intake: Intake, decision: Decision, *, sent_at: float, bytes_sent: int) -> None:
    """A decided call has its whole reply already, sent in one go at `sent_at` (unix seconds)."""
    taken = decision.taken
    if listening() or (taken is not None and taken.returns):
        progress = Progress(intake, decision)
        progress.delivered = True
        progress.end(first_byte_at=sent_at, bytes_sent=bytes_sent)
    else:  # nobody hears of it, and nothing comes back: the row alone
        took_s = sent_at - intake.call.received_at
        took_ms = _ms(took_s)
        count_call(intake.call.endpoint, decision.reply.status, decision.opening.source, took_s)  # type: ignore[union-attr]
        writer.post(settle_group, Gone(Ending(intake.call.id, True, took_ms, took_ms, bytes_sent)))


class Progress:
    """Follows one decided call to its end.

    `intake` and `decision` are those of the call; while it is parked they lack its request, which may
    be large and is in the journal.
    """

    def __init__(self, intake: Intake, decision: Decision) -> None:
        self.intake = intake
        self.decision = decision
        self._outcome: Outcome | None = None
        self._note = ""
        self._held_s = 0.0  # how long it has waited for a person
        self.delivered = False
        if listening():
            self._tell_begin()
        if decision.reply is None:
            self._parked_at = time.time()
            self._forget_request()

    @property
    def reply(self) -> Reply | None:
        """What goes back; None while it waits, and when nothing does."""
        return self._outcome.reply if self._outcome is not None else self.decision.reply

    @property
    def source(self) -> str:
        """What gave the reply."""
        if self._outcome is None:
            return str(self.decision.opening.source)
        return self._outcome.rows[0].source if self._outcome.rows is not None else ""

    def ended_as(self, outcome: Outcome) -> None:
        """A waiting call waits no more."""
        self._outcome = outcome
        self._held_s = time.time() - self._parked_at
        if self.intake.call.stream and outcome.rows is not None:  # how it is cut into events depends on it
            self.intake = self.intake._replace(call=read_call(*outcome.rows))

    def warm(self, status: int) -> None:
        """The reply goes into a stream that has begun already, so that its status cannot be seen."""
        if self._outcome is not None and self._outcome.rows is not None and status != 200:
            self._note = WARM_NOTE

    def remark(self, text: str) -> None:
        """Something that the exchange is to say of itself, after what it says already."""
        self._note = f"{self._note} {text}".strip()

    def end(self, *, first_byte_at: float | None, bytes_sent: int, injected_s: float = 0.0) -> None:
        """The last byte is gone, or never will be. `first_byte_at` in unix seconds.

        `injected_s` is how long the reply's author had it wait.
        """
        self._count(injected_s)
        if self._outcome is not None and self._outcome.state is not State.ANSWERED:
            publish("settled", {"id": self.intake.call.id, "state": self._outcome.state.value})
            return
        if self._outcome is None and self.decision.reply is None:
            return  # its server is going away; the next start settles it
        began, now = self.intake.call.received_at, time.time()
        ending = Ending(
            id=self.intake.call.id,
            delivered=self.delivered,
            first_byte_ms=None if first_byte_at is None else _ms(first_byte_at - began),
            duration_ms=_ms(now - began),
            bytes_sent=bytes_sent,
            injected_ms=_ms(injected_s),
        )
        taken = self.decision.taken
        left = Gone(ending, taken.preset_id if taken is not None and taken.returns else None, self._note)
        is_awaited = self._outcome is not None  # by whoever answered
        heard = is_awaited or listening()
        writer.post(settle_group, left, (lambda _, error: self._tell_end(ending, error)) if heard else None)
        if is_awaited:
            writer.hurry()

    def _count(self, injected_s: float) -> None:
        """For /metrics; a call that is left to the next start is counted by nobody."""
        endpoint, outcome, reply = self.intake.call.endpoint, self._outcome, self.reply
        if outcome is not None:
            row = outcome.rows[0] if outcome.rows else None
            if outcome.state is not State.ANSWERED:
                count_ended(endpoint, outcome.state.value)
            elif row is not None and row.answered_at is not None:
                count_person((row.answered_at - row.created_at).total_seconds())
        if reply is not None:
            own_s = time.time() - self.intake.call.received_at - self._held_s - injected_s
            count_call(endpoint, reply.status, self.source, max(0.0, own_s))
            if injected_s:
                count_injected(endpoint, injected_s)

    def _tell_begin(self) -> None:
        taken = self.decision.taken
        if taken is not None:
            publish("queue_updated", {"ip": taken.queue}, ip=taken.queue)
        if self.decision.reply is None:
            opening = self.decision.opening  # the whole one: it is kept until the event has been sent
            publish("new_request", lambda: new_request_data(*rows_of(opening)))

    def _forget_request(self) -> None:
        call = self.intake.call
        call = call._replace(body=b"", data={"model": call.model, "stream": call.stream})
        self.intake = self.intake._replace(call=call)
        self.decision = self.decision._replace(opening=self.decision.opening._replace(call=call))

    def _tell_end(self, ending: Ending, error: Exception | None) -> None:
        if error is not None:  # the row does not say so: the next start, or another process, will
            log.error("How %s ended could not be written.", ending.id, exc_info=error)
            return
        waiting_here().left(ending.id)
        publish("completed_request", lambda: self._completed(ending))

    def _completed(self, ending: Ending) -> dict[str, Any]:
        """The event's data; made only when the event is really sent."""
        rows = self._outcome.rows if self._outcome else None
        row, body = rows or rows_of(self.decision.opening)
        apply_ending(row, ending)
        return completed_request_data(row, body)


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))
