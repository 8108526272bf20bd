"""Decides for calls that no preset accepts, as their family's fallback says: hold, answer or refuse."""

import orjson
from django.conf import settings

from apps.gateway.decision import Asked, Decision, answered, refused
from apps.gateway.intake import Intake
from apps.gateway.trouble import Trouble
from apps.journal.inline import not_on_the_loop
from apps.journal.models import Source, State
from apps.journal.record import Opening, waiting_by_caller
from apps.kept.shelf import shelf_of
from apps.queues.elsewhere import beyond_reach, first_queues, near_misses
from apps.queues.fallback import modes, use_up_once
from apps.queues.models import Mode
from apps.queues.pause import paused
from apps.queues.take import SHARED
from apps.wire import errors
from apps.wire.errors import WireError
from apps.wire.reply import Draft

NEAR_MISSES = 5  # how many presets a refusal names


class Fallback:
    """What happens to calls that no preset accepts; each table is asked once a group, when needed."""

    def __init__(self, trouble: Trouble | None = None) -> None:
        self._trouble = trouble
        self._modes: dict[str, str] | None = None
        self._waiting: dict[str, int] | None = None
        self._queues: list[tuple[str, str]] | None = None
        self._paused: set[str] = set()

    def decide(self, asked: Asked) -> Decision:
        intake = asked.intake
        if self._modes is None:
            self._modes = modes()
        mode = self._modes.get(intake.known_endpoint.family, Mode.AUTO)
        if mode == Mode.AUTO:
            return self._auto(asked)
        if mode == Mode.REFUSE:
            refusal = errors.no_preset(self._why_none(intake))
            return refused(intake, refusal, Source.REFUSED)
        if asked.closing:
            return refused(intake, errors.shutting_down(), Source.SHUTDOWN)
        unasked = None if self._trouble is None else self._trouble.unasked(asked)
        return unasked or self._park(asked, once=mode == Mode.ONCE)

    def _auto(self, asked: Asked) -> Decision:
        intake = asked.intake
        endpoint = intake.known_endpoint
        try:
            if endpoint.slow or (endpoint.slow_for is not None and endpoint.slow_for(intake.call)):
                not_on_the_loop()
            body = endpoint.auto(intake.call, shelf_of(intake.call.caller))
        except WireError as refusal:  # what is asked for does not exist
            return refused(intake, refusal, Source.AUTO)
        over = None if self._trouble is None else self._trouble.over(asked)
        return answered(intake, Draft(body=orjson.dumps(body)), Source.AUTO, over=over)

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
            return refused(asked.intake, refusal, Source.LIMIT)
        if once:
            self._modes = None  # whoever used it up, it is auto from here on
            if not use_up_once(asked.intake.known_endpoint.family):
                return self.decide(asked)
        self._waiting[call.caller] = mine + 1
        deadline_at = call.received_at + settings.MOCKOPENAI_HOLD_S
        opening = Opening(
            call=call,
            state=State.WAITING,
            summary=asked.intake.known_endpoint.summary(call),
            deadline_at=deadline_at,
            reply_channel=asked.channel,
            note=self._elsewhere(asked.intake),
        )
        return Decision(opening, None, deadline_at)

    def _elsewhere(self, intake: Intake) -> str:
        """Why presets that lie there do not reach this call; "" if there are none."""
        if self._queues is None:
            self._queues, self._paused = first_queues(), paused()
        return beyond_reach(intake.call.caller, self._queues, self._paused)

    def _why_none(self, intake: Intake) -> str:
        """Why no preset accepted this call, as a refusal says it."""
        caller, name = intake.call.caller, intake.call.endpoint
        why = near_misses(intake.call, intake.known_endpoint, limit=NEAR_MISSES)
        why = why or f"the queues '{caller}' and '{SHARED}' are empty"
        told = f"No preset accepts this {name} call of caller '{caller}': {why}. {self._elsewhere(intake)}"
        return told.strip()
