"""What a call's headers and the rules impose on its reply, whoever writes it.

Of two the header goes before what the author of the reply says for it, and that before the rules.
"""

from typing import NamedTuple

import orjson

from apps.faults.drawing import Drawn
from apps.faults.in_force import InForce
from apps.wire.call import Call
from apps.wire.faults.read import stands_alone
from apps.wire.faults.strike import answers_instead
from apps.wire.reply import INSTANT, Draft, Fault

_KEY = "imposed"


class Imposed(NamedTuple):
    """What strikes the reply to one call."""

    asked: Fault | None = None  # by its header
    drawn: Drawn | None = None  # by a rule
    status: int = 0  # 0: as it would be
    delay_ms: int | None = None  # by its header, where 0 is a wish, too

    @property
    def fault(self) -> Fault | None:
        """What strikes a reply that names no fault of its own."""
        return self.asked or (self.drawn.fault if self.drawn else None)

    @property
    def is_answer(self) -> bool:
        """Whether it is an error instead of any reply."""
        return self.status >= 400 or (self.fault is not None and answers_instead(self.fault))

    @property
    def stands_alone(self) -> bool:
        """Whether it needs no reply: nobody has to write one."""
        return self.is_answer or (self.fault is not None and stands_alone(self.fault))

    def over(self, draft: Draft, call: Call, rules: InForce) -> Draft:
        """The plain draft as it is to be, before it is completed.

        Of its own fault it is known that it strikes.
        """
        fault = self.asked or draft.fault or self.fault
        if fault != draft.fault or self.status or self.delay_ms is not None:
            draft = draft._replace(
                fault=None if self.status >= 400 else fault,
                status=self.status or draft.status,
                delay_ms=draft.delay_ms if self.delay_ms is None else self.delay_ms,
            )
        if self.delay_ms is not None or draft.delay_ms or draft.pace != INSTANT:
            return draft
        pace = rules.latency_index.pace(call)
        return draft if pace is None else draft._replace(pace=pace)

    def still(self, rules: InForce) -> "Imposed":
        """The same some time later: what a rule imposed ends with the rule."""
        is_gone = self.drawn is not None and all(rule.id != self.drawn.rule_id for rule in rules.faults)
        return self._replace(drawn=None) if is_gone else self


NONE = Imposed()


def extras_of(imposed: Imposed) -> str:
    """What the journal keeps of it, as JSON, beside a call that waits, until there is a reply."""
    if imposed == NONE:
        return "{}"
    asked, drawn = imposed.asked, imposed.drawn
    by_rule = (drawn.rule_id, tuple(drawn.fault)) if drawn else None
    kept = (tuple(asked) if asked else None, by_rule, imposed.status, imposed.delay_ms)
    return orjson.dumps({_KEY: kept}).decode()


def imposed_in(extras: str) -> Imposed:
    """What `extras_of` kept."""
    kept = orjson.loads(extras).get(_KEY)
    if kept is None:
        return NONE
    asked, drawn, status, delay_ms = kept
    return Imposed(
        Fault(*asked) if asked else None,
        Drawn(drawn[0], Fault(*drawn[1])) if drawn else None,
        status,
        delay_ms,
    )
