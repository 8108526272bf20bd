"""What the journal's pages show of the attempts of one call: which of them a line is, and the whole chain."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext

from apps.desk.shown import Context
from apps.desk.timing_bar import spell_ms
from apps.journal.attempt_rows import chain_of, chains_of, near
from apps.journal.attempts import Fact
from apps.journal.models import Exchange
from apps.journal.verdicts import BACK_OFF_S, TEXTS, Verdict, judge_call

MARKED_AMONG = 500  # exchanges, the newest from REACH after a page's lines on, among which attempts are found
REACH = 200
STEPS_SHOWN = 20  # of very many attempts the last ones

Place = tuple[int, int]  # which attempt of how many; of 0: that is not known


@dataclass(frozen=True, slots=True)
class Step:
    """One attempt in the chain. `waited`: how long after the answer before; `asked`: what that had asked."""

    fact: Fact
    number: int
    waited: str
    asked: str
    is_here: bool

    @property
    def level(self) -> str:
        if self.fact.is_broken or (self.fact.status is None and self.fact.ended):
            return "warn"
        if self.fact.status is None:
            return "none"
        return "bad" if self.fact.status >= 400 else "ok"

    @property
    def took(self) -> str:
        return "" if self.fact.ended is None else spell_ms(_ms(self.fact.ended - self.fact.came))


def places(rows: Sequence[Exchange]) -> dict[str, Place]:
    """Of those that are one of several attempts, which, by id."""
    found = {row.id: (row.retry_count + 1, 0) for row in rows if row.retry_count}
    suspects = {row.caller for row in rows if row.retry_count or (row.status_code or 500) >= 400}
    if suspects:
        around = near([row.id for row in rows], reach=REACH).filter(caller__in=suspects)
        for chain in chains_of(around, most=MARKED_AMONG):
            count = len(chain.attempts)
            if count > 1:
                found |= {fact.id: (number, count) for number, fact in enumerate(chain.attempts, 1)}
    return found


def attempts(row: Exchange) -> Context:
    """The chain that an exchange is in, with the verdicts on its client in words."""
    chain = chain_of(row)
    verdicts = judge_call(chain, now=timezone.now().timestamp())
    befores = [None, *chain.attempts]
    waits = ["", *(spell_ms(_ms(waited_s)) for waited_s in chain.waits_s)]
    steps = [
        Step(fact, number, waited, _asked(before), fact.id == row.id)
        for number, (before, fact, waited) in enumerate(
            zip(befores, chain.attempts, waits, strict=False), start=1
        )
    ]
    return {
        "row": row,
        "steps": steps[-STEPS_SHOWN:] if len(steps) > 1 else [],
        "steps_count": len(steps),
        "steps_hidden": max(0, len(steps) - STEPS_SHOWN),
        "verdicts": [{"ok": one.ok, "text": one.text, "words": _words(one)} for one in verdicts],
        "look_again_s": round(chain.last.wait_s + BACK_OFF_S + 1),
    }


def _asked(before: Fact | None) -> str:
    return spell_ms(_ms(before.wait_s)) if before is not None and before.wait_name else ""


def _words(verdict: Verdict) -> str:
    """Its sentence in the reader's language."""
    values = {name: gettext(one) if isinstance(one, str) else one for name, one in verdict.values.items()}
    return gettext(TEXTS[verdict.text]) % values


def _ms(seconds: float) -> int:
    return max(0, round(1000 * seconds))
