"""What is in force for a group of calls: limits, faults, latency; also what a call asks for by header.

One object a group, made only where there are rules at all.
"""

from collections.abc import Sequence

from apps.faults.drawing import Drawing
from apps.faults.in_force import InForce
from apps.faults.latency import narrowest_first, slowed
from apps.faults.limits import Admission, key_of, with_key
from apps.gateway.decision import Asked, Decision, answered, refused
from apps.journal.inline import not_on_the_loop
from apps.journal.models import Source
from apps.library.resolve import resolve
from apps.queues.take import lock_queues
from apps.wire.asked_tokens import asked_tokens
from apps.wire.call import Call
from apps.wire.faults.asks import Asks
from apps.wire.faults.strike import instead_of, strikes
from apps.wire.reply import Draft, Fault

_NOTHING = Asks()


class Trouble:
    """The rules, for the calls of one group, in the writer's transaction."""

    def __init__(self, rules: InForce, asked: Sequence[Asked]) -> None:
        self._latencies = narrowest_first(rules.latencies)
        self._admission: Admission | None = None
        if rules.limits:
            lock_queues()  # one group at a time looks into the buckets
            calls = [one.intake.call for one in asked]
            self._admission = Admission(rules.limits, [(call, key_of(call)) for call in calls])
        self._faults: dict[str, Fault] = {}  # what strikes a call, by its id
        self._drawing: Drawing | None = None
        if rules.faults:
            lock_queues()  # the number of a caller's call is one group's at a time
            self._drawing = Drawing(rules.faults, [one.intake.call.caller for one in asked])

    def ended(self, asked: Sequence[Asked]) -> dict[str, Decision]:
        """The decisions about calls that go no further, by the id of the call."""
        found = {one.intake.call.id: self.before(one) for one in asked}
        return {call_id: decision for call_id, decision in found.items() if decision is not None}

    def before(self, asked: Asked) -> Decision | None:
        """What answers a call instead of presets and fallback; None when it goes its way."""
        limited = self._limited(asked)
        return self._instead(asked) if limited is None and asked.intake.refusal is None else limited

    def _limited(self, asked: Asked) -> Decision | None:
        admission, intake = self._admission, asked.intake
        if admission is None:
            return None
        call = intake.call
        weighed = intake.refusal is None and admission.weighs_tokens(call)
        refusal = admission.refusal(call, asked_tokens(call) if weighed else 0)
        return None if refusal is None else refused(intake, refusal, Source.LIMIT)

    def _instead(self, asked: Asked) -> Decision | None:
        """The answer of a fault, or of a status that was asked for, that needs no preset."""
        intake, asks = asked.intake, asked.intake.asks or _NOTHING
        call, endpoint = intake.call, intake.known_endpoint
        drawn = self._drawing.fault(call, endpoint) if self._drawing is not None else None
        fault = (
            asks.fault if asks.fault is not None and strikes(asks.fault, seed=call.id, number=0) else drawn
        )
        if asks.status >= 400:
            draft = Draft(b"{}", asks.status, delay_ms=asks.delay_ms)
            return answered(intake, draft, Source.FAULT)
        if fault is None:
            return None
        fault = fault._replace(probability_pct=100.0)
        if instead_of(fault, call) is not None:
            return answered(intake, Draft(b"{}", delay_ms=asks.delay_ms, fault=fault), Source.FAULT)
        self._faults[call.id] = fault
        return None

    def over(self, asked: Asked, draft: Draft) -> Draft:
        """The draft as it is to be, before it is completed; its own fault goes before those of rules."""
        call, asks = asked.intake.call, asked.intake.asks or _NOTHING
        if draft.kind:  # what a template or a step says for itself goes before rules, too
            not_on_the_loop()
            draft = resolve(draft, call)
        if call.id in self._faults and (draft.fault is None or asks.fault is not None):
            draft = draft._replace(fault=self._faults[call.id])
        if asks.status or asks.delay_ms:
            draft = draft._replace(
                status=asks.status or draft.status, delay_ms=asks.delay_ms or draft.delay_ms
            )
        return slowed(draft, call, self._latencies)

    def settle(self, asked: Sequence[Asked], decisions: list[Decision]) -> list[Decision]:
        """Counts and keeps what the group has spent; the decisions with what is true of the limits then."""
        if self._drawing is not None:
            self._drawing.write()
        admission = self._admission
        if admission is None:
            return decisions
        for decision in decisions:
            reply = decision.reply  # of what waits, whoever answers it spends the tokens
            spent = (reply.prompt_tokens or 0) + (reply.completion_tokens or 0) if reply else 0
            admission.spent(decision.opening.call, spent)
        admission.write()
        return [
            _told(one.intake.call, decision, admission)
            for one, decision in zip(asked, decisions, strict=True)
        ]


def _told(call: Call, decision: Decision, admission: Admission) -> Decision:
    if decision.reply is None:
        extras = with_key("{}", key_of(call))
        return decision._replace(opening=decision.opening._replace(extras=extras))
    reply = admission.told(call, decision.reply)
    return decision._replace(reply=reply, opening=decision.opening._replace(reply=reply))
