"""What is in force for a group of calls: limits, faults, latency; also what a call asks for by header.

One object a group, made only where there are rules at all, or a header.
"""

from collections.abc import Callable, Sequence

from apps.faults.drawing import Drawing
from apps.faults.imposed import NONE, Imposed, extras_of
from apps.faults.in_force import InForce
from apps.faults.limits import Admission, key_of, with_key
from apps.faults.models import OwnDraw
from apps.faults.own_draws import struck_by
from apps.gateway.decision import Asked, Decision, answered, refused
from apps.journal.models import Source
from apps.queues.take import lock_queues
from apps.wire.asked_tokens import asked_tokens
from apps.wire.faults.asks import Asks
from apps.wire.reply import Draft

_NOTHING = Asks()


class Trouble:
    """The rules, for the calls of one group, in the writer's transaction."""

    def __init__(self, rules: InForce, asked: Sequence[Asked]) -> None:
        self._rules = rules
        self._imposed: dict[str, Imposed] = {}  # by the id of the call
        self._admission: Admission | None = None
        lock_queues()  # one group at a time looks into the buckets, and counts the calls of a caller
        if rules.limits:
            calls = [one.intake.call for one in asked]
            self._admission = Admission(rules.limit_index, [(call, key_of(call)) for call in calls])
        sound = [one.intake for one in asked if one.intake.refusal is None]
        self._drawing = Drawing(rules.fault_index, [(one.call, one.known_endpoint) for one in sound])

    def ended(self, asked: Sequence[Asked]) -> dict[str, Decision]:
        """The decisions about calls that go no further, by the id of the call."""
        found = {one.intake.call.id: self._before(one) for one in asked}
        return {call_id: decision for call_id, decision in found.items() if decision is not None}

    def over(self, asked: Asked) -> Callable[[Draft], Draft]:
        """What becomes of a draft that answers the call, before it is completed."""
        call = asked.intake.call
        imposed = self._imposed.get(call.id, NONE)
        return lambda draft: imposed.over(draft, call, self._rules)

    def unasked(self, asked: Asked) -> Decision | None:
        """The answer to a call that is about to wait for a person, where a fault needs nothing of one."""
        imposed = self._imposed.get(asked.intake.call.id, NONE)
        return self._at_once(asked) if imposed.stands_alone else None

    def settle(self, asked: Sequence[Asked], decisions: list[Decision]) -> list[Decision]:
        """Counts and keeps what the group has spent; the decisions with what is true of the limits then."""
        self._drawing.write()
        if self._admission is not None:
            for decision in decisions:
                reply = decision.reply  # of what waits, whoever answers it spends the tokens
                spent = (reply.prompt_tokens or 0) + (reply.completion_tokens or 0) if reply else 0
                self._admission.spent(decision.opening.call, spent)
            self._admission.write()
        return [self._told(one, decision) for one, decision in zip(asked, decisions, strict=True)]

    def _before(self, asked: Asked) -> Decision | None:
        """What answers a call instead of presets and fallback; None when it goes its way."""
        limited = self._limited(asked)
        if limited is not None or asked.intake.refusal is not None:
            return limited
        imposed = self._imposed[asked.intake.call.id] = self._impose(asked)
        return self._at_once(asked) if imposed.is_answer else None

    def _limited(self, asked: Asked) -> Decision | None:
        admission, intake = self._admission, asked.intake
        if admission is None:
            return None
        call = intake.call
        weighed = intake.refusal is None and admission.weighs_tokens(call)
        refusal = admission.refusal(call, asked_tokens(call) if weighed else 0)
        return None if refusal is None else refused(intake, refusal, Source.LIMIT)

    def _impose(self, asked: Asked) -> Imposed:
        call, asks = asked.intake.call, asked.intake.asks or _NOTHING
        by_header = struck_by(asks.fault, OwnDraw.By.HEADER, call.caller)
        return Imposed(by_header, self._drawing.fault(call), asks.status, asks.delay_ms)

    def _at_once(self, asked: Asked) -> Decision:
        return answered(asked.intake, Draft(b"{}"), Source.FAULT, over=self.over(asked))

    def _told(self, asked: Asked, decision: Decision) -> Decision:
        call, opening, reply = asked.intake.call, decision.opening, decision.reply
        if reply is None:
            key = key_of(call) if self._admission is not None else ""
            extras = with_key(extras_of(self._imposed.get(call.id, NONE)), key)
            return decision._replace(opening=opening._replace(extras=extras))
        if self._admission is None:
            return decision
        reply = self._admission.told(call, reply)
        return decision._replace(reply=reply, opening=opening._replace(reply=reply))
