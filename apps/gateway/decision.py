"""What is decided about one call: the reply that it gets and the exchange that is opened with it."""

import contextlib
from collections.abc import Callable
from typing import NamedTuple

from apps.accounts.errors import FAILED
from apps.faults.models import OwnDraw
from apps.faults.own_draws import struck_by
from apps.gateway.intake import Intake
from apps.journal.inline import not_on_the_loop
from apps.journal.models import Source, State
from apps.journal.record import Opening
from apps.kept.keeping import keep_reply
from apps.library.resolve import resolve
from apps.queues.taken import Taken
from apps.wire import errors
from apps.wire.complete import complete, effort
from apps.wire.errors import WireError
from apps.wire.faults.strike import struck
from apps.wire.reply import Draft, Reply

HEAVY = 64 * 1024  # bytes to be made; about a millisecond


class Asked(NamedTuple):
    """An intake that joins a group: `channel` is where its process hears bells, "" while it has none."""

    intake: Intake
    channel: str
    closing: bool


class Decision(NamedTuple):
    """What was decided and committed. Without a `reply` the call waits until `deadline_at` (unix s)."""

    opening: Opening
    reply: Reply | None
    deadline_at: float = 0.0
    taken: Taken | None = None


def answered(
    intake: Intake,
    draft: Draft,
    source: Source,
    taken: Taken | None = None,
    over: Callable[[Draft], Draft] | None = None,
) -> Decision:
    """The draft, completed for this call, goes back at once; `over` is what rules and headers do to it."""
    call, endpoint = intake.call, intake.known_endpoint
    if draft.kind:
        not_on_the_loop()
        draft = resolve(draft, call)
    if draft.fault is not None:
        queue = taken.queue if taken is not None else call.caller
        draft = draft._replace(fault=struck_by(draft.fault, OwnDraw.By.PRESET, queue))
    if over is not None:
        draft = over(draft)
    if endpoint.slow or effort(draft, call, endpoint) > HEAVY:
        not_on_the_loop()
    sound = reply = complete(draft, call, endpoint)
    note = ""
    if sound.fault is not None:
        reply, note = struck(sound, call, endpoint)
    if endpoint.keep is not None and reply.status < 300:  # an error that a fault makes of it does nothing
        keep_reply(call, endpoint, sound)
    opening = Opening(
        call=call,
        state=State.TAKEN,
        source=source,
        reply=reply,
        summary=endpoint.summary(call),
        preset_id=taken.preset_id if taken else None,
        preset_queue=taken.queue if taken else "",
        note=note,
    )
    return Decision(opening, reply, taken=taken)


def refused(intake: Intake, refusal: WireError, source: Source) -> Decision:
    """An error goes back at once."""
    reply = refusal.reply()
    summary = intake.endpoint.summary(intake.call) if intake.endpoint else ""
    opening = Opening(
        call=intake.call,
        state=State.TAKEN,
        source=source,
        reply=reply,
        summary=summary,
        note=refusal.message,
    )
    return Decision(opening, reply)


def failed(intake: Intake) -> Decision:
    """Our own error goes back at once: this server has failed at the call."""
    reply, summary = errors.server_error().reply(), ""
    if intake.endpoint is not None:
        with contextlib.suppress(Exception):  # it may be what failed
            summary = intake.endpoint.summary(intake.call)
    opening = Opening(
        call=intake.call, state=State.TAKEN, reply=reply, summary=summary, note=str(FAILED["detail"])
    )
    return Decision(opening, reply)
