"""Decides what answers a call: own queue, shared queue, fallback; one transaction for a group of calls."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import orjson
from django.conf import settings

from apps.desk.parked import note_parked
from apps.desk.waiting import waiting_here
from apps.gateway.intake import Intake
from apps.journal.group import Then
from apps.journal.inline import plain
from apps.journal.models import Source, State
from apps.journal.record import Opening, open_exchanges, waiting_by_caller
from apps.journal.writer import writer
from apps.queues.elsewhere import first_queues, near_misses
from apps.queues.fallback import modes, use_up_once
from apps.queues.models import Mode
from apps.queues.pause import paused
from apps.queues.take import SHARED, Taken, Wanted, take
from apps.wire import errors
from apps.wire.complete import complete
from apps.wire.endpoint import Endpoint
from apps.wire.errors import WireError
from apps.wire.reply import Draft, Reply

NEAR_MISSES = 5  # how many presets and queues a refusal names


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


async def decide(intake: Intake) -> Decision:
    """Answers a call from presets or the fallback, or parks it; committed when it returns."""
    table = waiting_here()
    decision: Decision = await writer.submit(decide_group, Asked(intake, table.channel, table.closing))
    return decision


def ask(intake: Intake, then: Then, loop: asyncio.AbstractEventLoop) -> None:
    """The same without a coroutine: `then` hears the decision, on the (running) loop, or the error."""
    table = waiting_here()
    writer.ask(decide_group, Asked(intake, table.channel, table.closing), then, loop)


@plain
def decide_group(asked: Sequence[Asked]) -> list[Decision]:
    """Decides for a group of calls, in order, and opens their exchanges. In the writer's transaction."""
    usable = [index for index, one in enumerate(asked) if one.intake.refusal is None]
    taken = dict(zip(usable, take([_wanted(asked[index].intake) for index in usable]), strict=True))
    fallback = _Fallback()
    decisions = []
    for index, one in enumerate(asked):
        preset = taken.get(index)
        if one.intake.refusal is not None:
            decisions.append(_refused(one.intake, one.intake.refusal, Source.INVALID))
        elif preset is not None:
            decisions.append(_from_preset(one.intake, preset))
        else:
            decisions.append(fallback.decide(one))
    open_exchanges([decision.opening for decision in decisions])
    note_parked([decision.opening.call for decision in decisions if decision.reply is None])
    return decisions


def _wanted(intake: Intake) -> Wanted:
    endpoint = _endpoint(intake)
    return Wanted(intake.call.caller, endpoint.name, endpoint.family)


def _endpoint(intake: Intake) -> Endpoint:
    assert intake.endpoint is not None  # only an intake with a refusal has none
    return intake.endpoint


def _from_preset(intake: Intake, taken: Taken) -> Decision:
    reply = complete(taken.draft, intake.call, _endpoint(intake))
    opening = Opening(
        call=intake.call,
        state=State.TAKEN,
        source=Source.PRESET,
        reply=reply,
        summary=_endpoint(intake).summary(intake.call),
        preset_id=taken.preset_id,
        preset_queue=taken.queue,
    )
    return Decision(opening, reply, taken=taken)


def _refused(intake: Intake, refusal: WireError, source: Source) -> Decision:
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


class _Fallback:
    """What happens to calls that no preset accepts; each table is asked once a group, when needed."""

    def __init__(self) -> None:
        self._modes: dict[str, str] | None = None
        self._waiting: dict[str, int] | None = None
        self._queues: list[tuple[str, str]] | None = None
        self._paused: set[str] = set()

    def decide(self, asked: Asked) -> Decision:
        intake = asked.intake
        if self._modes is None:
            self._modes = modes()
        mode = self._modes.get(_endpoint(intake).family, Mode.AUTO)
        if mode == Mode.AUTO:
            return self._auto(intake)
        if mode == Mode.REFUSE:
            refusal = errors.no_preset(self._why_none(intake))
            return _refused(intake, refusal, Source.REFUSED)
        if asked.closing:
            return _refused(intake, errors.shutting_down(), Source.SHUTDOWN)
        return self._park(asked, once=mode == Mode.ONCE)

    def _auto(self, intake: Intake) -> Decision:
        endpoint = _endpoint(intake)
        try:
            draft = Draft(body=orjson.dumps(endpoint.auto(intake.call)))
        except WireError as refusal:  # what is asked for does not exist
            return _refused(intake, refusal, Source.AUTO)
        reply = complete(draft, intake.call, endpoint)
        opening = Opening(
            call=intake.call,
            state=State.TAKEN,
            source=Source.AUTO,
            reply=reply,
            summary=endpoint.summary(intake.call),
        )
        return Decision(opening, reply)

    def _park(self, asked: Asked, *, once: bool) -> Decision:
        call = asked.intake.call
        if self._waiting is None:
            self._waiting = waiting_by_caller()
        mine, limit = self._waiting.get(call.caller, 0), settings.MOCKOPENAI_MAX_WAITING_PER_CALLER
        everyone, limit_all = sum(self._waiting.values()), settings.MOCKOPENAI_MAX_WAITING
        if mine >= limit or everyone >= limit_all:
            refusal = (
                errors.too_many_waiting(limit, caller=call.caller)
                if mine >= limit
                else errors.too_many_waiting(limit_all)
            )
            return _refused(asked.intake, refusal, Source.LIMIT)
        if once:
            self._modes = None  # whoever used it up, it is auto from here on
            if not use_up_once(_endpoint(asked.intake).family):
                return self.decide(asked)
        self._waiting[call.caller] = mine + 1
        deadline_at = call.received_at + settings.MOCKOPENAI_HOLD_S
        opening = Opening(
            call=call,
            state=State.WAITING,
            summary=_endpoint(asked.intake).summary(call),
            deadline_at=deadline_at,
            reply_channel=asked.channel,
            note=self._elsewhere(asked.intake),
        )
        return Decision(opening, None, deadline_at)

    def _elsewhere(self, intake: Intake) -> str:
        """Why presets that lie there do not reach this call: the commonest traps; "" if there are none."""
        caller = intake.call.caller
        if self._queues is None:
            # Two more: the call's own and the shared one may be among them.
            self._queues = first_queues(NEAR_MISSES + 2)
            self._paused = paused()
        others = [(name, count) for name, count in self._queues if name not in (caller, SHARED)]
        lie = ", ".join(f"'{name}' ({count})" for name, count in others[:NEAR_MISSES])
        told = [f"This call came as caller '{caller}'; presets lie in the queues of {lie}."] if lie else []
        stopped = [f"The queue '{name}' is paused." for name in (caller, SHARED) if name in self._paused]
        return " ".join([*stopped, *told])

    def _why_none(self, intake: Intake) -> str:
        """Why no preset accepted this call, as a refusal says it."""
        caller, name = intake.call.caller, intake.call.endpoint
        why = near_misses(caller, limit=NEAR_MISSES) or f"the queues '{caller}' and '{SHARED}' are empty"
        told = f"No preset accepts this {name} call of caller '{caller}': {why}. {self._elsewhere(intake)}"
        return told.strip()
