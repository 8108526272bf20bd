"""What is in force for a group of calls: limits that let some through only, and how slowly replies leave.

One object a group, made only where there are rules at all.
"""

from collections.abc import Sequence

from apps.faults.in_force import InForce
from apps.faults.latency import narrowest_first, slowed
from apps.faults.limits import Admission, key_of, with_key
from apps.gateway.decision import Asked, Decision, refused
from apps.journal.models import Source
from apps.queues.take import lock_queues
from apps.wire.asked_tokens import asked_tokens
from apps.wire.call import Call
from apps.wire.reply import Draft


class Trouble:
    """The rules, for the calls of one group, in the writer's transaction."""

    def __init__(self, rules: InForce, asked: Sequence[Asked]) -> None:
        self._latencies = narrowest_first(rules.latencies)
        self._admission: Admission | None = None
        if rules.limits:
            lock_queues()  # one group at a time looks into the buckets
            calls = [one.intake.call for one in asked]
            self._admission = Admission(rules.limits, [(call, key_of(call)) for call in calls])

    def ended(self, asked: Sequence[Asked]) -> dict[str, Decision]:
        """The decisions about calls that go no further, by the id of the call."""
        found = {one.intake.call.id: self.before(one) for one in asked}
        return {call_id: decision for call_id, decision in found.items() if decision is not None}

    def before(self, asked: Asked) -> Decision | None:
        """What answers a call instead of presets and fallback; None when it goes its way."""
        admission, intake = self._admission, asked.intake
        if admission is None:
            return None
        call = intake.call
        weighed = intake.refusal is None and admission.weighs_tokens(call)
        refusal = admission.refusal(call, asked_tokens(call) if weighed else 0)
        return None if refusal is None else refused(intake, refusal, Source.LIMIT)

    def over(self, asked: Asked, draft: Draft) -> Draft:
        """The draft as it is to be, before it is completed."""
        return slowed(draft, asked.intake.call, self._latencies)

    def settle(self, asked: Sequence[Asked], decisions: list[Decision]) -> list[Decision]:
        """Counts and keeps what the group has spent; the decisions with what is true of the limits then."""
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
