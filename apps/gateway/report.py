"""Reports on a call while it is served: to dashboards what begins and ends, to the journal how it left."""

import time
from collections.abc import Sequence
from typing import Any

from apps.desk.outcome import Outcome
from apps.gateway.answer import Decision
from apps.gateway.intake import Intake
from apps.journal.models import State
from apps.journal.present import completed_request_data, new_request_data
from apps.journal.record import Ending, apply_ending, end_exchanges, rows_of, still_open
from apps.journal.writer import writer
from apps.live.events import listening, publish
from apps.queues.take import discard, give_back

Left = tuple[Ending, int | None]  # an ending, and the preset that comes back when it failed


def settle_group(items: Sequence[Left]) -> list[None]:
    """Writes how replies left. Runs in the writer's transaction."""
    returning = [(ending, preset_id) for ending, preset_id in items if preset_id is not None]
    # Who took this process for dead has settled its exchanges, and given back their presets.
    ours = still_open([ending.id for ending, _ in returning])
    end_exchanges([ending for ending, _ in items])
    discard([preset_id for ending, preset_id in returning if ending.id in ours and ending.delivered])
    give_back([preset_id for ending, preset_id in returning if ending.id in ours and not ending.delivered])
    return [None] * len(items)


class Progress:
    """Follows one decided call to its end."""

    def __init__(self, intake: Intake, decision: Decision) -> None:
        self._intake = intake
        self._decision = decision
        self._outcome: Outcome | None = None
        self.delivered = False
        if listening():
            self._tell_begin()

    def ended_as(self, outcome: Outcome) -> None:
        """A waiting call waits no more."""
        self._outcome = outcome

    def end(self, *, first_byte_at: float | None, bytes_sent: int) -> None:
        """The last byte is gone, or never will be. `first_byte_at` in unix seconds."""
        if self._outcome is not None and self._outcome.state is not State.ANSWERED:
            publish("settled", {"id": self._intake.call.id, "state": self._outcome.state.value})
            return
        if self._outcome is None and self._decision.reply is None:
            return  # its server is going away; the next start settles it
        began, now = self._intake.call.received_at, time.time()
        ending = Ending(
            id=self._intake.call.id,
            delivered=self.delivered,
            first_byte_ms=None if first_byte_at is None else _ms(first_byte_at - began),
            duration_ms=_ms(now - began),
            bytes_sent=bytes_sent,
        )
        taken = self._decision.taken
        left: Left = (ending, taken.preset_id if taken is not None and taken.returns else None)
        if listening():
            writer.submit(settle_group, left).add_done_callback(lambda _: self._tell_end(ending))
        else:
            writer.post(settle_group, left)

    def _tell_begin(self) -> None:
        taken = self._decision.taken
        if taken is not None:
            publish("queue_updated", {"ip": taken.queue}, ip=taken.queue)
        if self._decision.reply is None:
            opening = self._decision.opening
            publish("new_request", lambda: new_request_data(*rows_of(opening)))

    def _tell_end(self, ending: Ending) -> None:
        publish("completed_request", lambda: self._completed(ending))

    def _completed(self, ending: Ending) -> dict[str, Any]:
        """The event's data; made only when the event is really sent."""
        rows = self._outcome.rows if self._outcome else None
        row, body = rows or rows_of(self._decision.opening)
        apply_ending(row, ending)
        return completed_request_data(row, body)


def _ms(seconds: float) -> int:
    return max(0, round(seconds * 1000))
