"""What a client did about answers that went wrong: one verdict for each thing, with a sentence."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_noop as _

from apps.journal.attempts import Chain, Fact

EARLY_BY_S = 0.02  # an SDK's timer, and our own clock in whole milliseconds, may be that much off
ATTEMPTS_MAX = 6  # of one call; SDKs make three unless they are told otherwise
FAST_S, FAST_MIN = 0.25, 3  # so many retries each sooner than that; SDKs wait 0.375 s at least
RUSH_S, RUSH_MAX = 1.0, 10  # calls of one caller after a 429, in its retry-after or that time
BACK_OFF_S = 10.0  # the longest that SDKs wait of their own accord is 8 s
NAMED_MAX = 20  # exchanges that one verdict names

KINDS = ("retried_early", "retried_final", "storm", "accepted_truncated", "gave_up", "recovered", "no_calls")
# `%` texts, in English for REST and translated on pages.
TEXTS = {
    "retried_early": _("Asked again after %(waited)s; the %(status)s said: wait %(wait)s (%(header)s)."),
    "retried_final": _("Asked again after a %(status)s, which must not be retried."),
    "retried_forbidden": _("Asked again after a %(status)s with x-should-retry: false."),
    "storm_many": _("Retry storm: %(count)s attempts of one call."),
    "storm_fast": _("Retry storm: %(count)s times asked again within %(waited)s of the answer."),
    "storm_rush": _("Retry storm: %(count)s more calls within %(waited)s of a 429."),
    "truncated": _("Accepted a stream that ended too early (%(fault)s): it did not ask again."),
    "gave_up_once": _("Gave up after the first attempt: %(status)s, and nothing followed."),
    "gave_up": _("Gave up after %(count)s attempts: the last got %(status)s, and nothing followed."),
    "pending": _("Attempt %(count)s got %(status)s; nothing has followed until now, but still may."),
    "recovered": _("Recovered: attempt %(count)s succeeded, %(waited)s after the first came."),
    "no_calls": _("No call is there to be judged: nothing in the journal is what was asked for."),
}  # fmt: skip
BROKEN = _("broken connection")


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that a client did. `text` is a key of TEXTS, `values` what it is filled with.

    `kind` is one of KINDS; `numbers` are fields of its JSON.
    """

    kind: str
    text: str
    caller: str
    exchanges: tuple[str, ...]
    values: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.kind == "recovered"

    @property
    def sentence(self) -> str:
        return TEXTS[self.text] % self.values

    @property
    def item(self) -> dict[str, Any]:
        """Its JSON."""
        head = {"kind": self.kind, "ok": self.ok, "caller": self.caller, "sentence": self.sentence}
        return {**head, **self.numbers, "exchanges": list(self.exchanges)}


def judge(chains: Sequence[Chain], *, now: float) -> list[Verdict]:
    """Every verdict on these calls, call by call, then those on what a caller did with many of them."""
    found = [verdict for chain in chains for verdict in judge_call(chain, now=now)]
    return found + rushes(fact for chain in chains for fact in chain.attempts)


def no_calls(caller: str) -> Verdict:
    """What is said where there is nothing to judge: a client that never called has passed no test."""
    return Verdict("no_calls", "no_calls", caller, ())


def judge_call(chain: Chain, *, now: float) -> list[Verdict]:
    """The verdicts on one call, in the order in which they came about."""
    found = _too_early(chain) + _final(chain) + _storm(chain)
    return found if chain.is_open else found + _end(chain, now)


def _too_early(chain: Chain) -> list[Verdict]:
    found = []
    for before, after, waited_s in _steps(chain):
        if before.wait_name and before.is_retried and waited_s < before.wait_s - EARLY_BY_S:
            values = {
                "waited": spell_s(waited_s),
                "wait": spell_s(before.wait_s),
                "header": before.wait_name,
                "status": outcome(before),
            }
            numbers = {"waited_ms": _ms(waited_s), "wait_ms": _ms(before.wait_s)}
            found.append(_of(chain, "retried_early", "retried_early", values, numbers, [before, after]))
    return found


def _final(chain: Chain) -> list[Verdict]:
    found = []
    for before, after, _waited_s in _steps(chain):
        if before.is_failed and not before.is_retried:
            text = "retried_forbidden" if before.x_should_retry is False else "retried_final"
            values = {"status": outcome(before)}
            numbers = {"status_code": before.status}
            found.append(_of(chain, "retried_final", text, values, numbers, [before, after]))
    return found


def _storm(chain: Chain) -> list[Verdict]:
    found, count = [], len(chain.attempts)
    if count > ATTEMPTS_MAX:
        found.append(_of(chain, "storm", "storm_many", {"count": count}, {"attempts": count}, chain.attempts))
    fast = [
        after
        for before, after, waited_s in _steps(chain)
        if waited_s < FAST_S and not (before.wait_name and waited_s >= before.wait_s - EARLY_BY_S)
    ]
    if len(fast) >= FAST_MIN:
        values = {"count": len(fast), "waited": spell_s(FAST_S)}
        found.append(_of(chain, "storm", "storm_fast", values, {"fast": len(fast)}, fast))
    return found


def _end(chain: Chain, now: float) -> list[Verdict]:
    """How the call ended, where something had gone wrong in it."""
    last, count = chain.last, len(chain.attempts)
    if last.is_truncated and not last.is_silently_truncated:  # its client raised, and SDKs do not retry that
        return []
    if last.is_truncated:
        named = {"fault": last.fault}
        return [_of(chain, "accepted_truncated", "truncated", named, named, [last])]
    if not last.is_failed:
        took_s = (last.ended or last.came) - chain.attempts[0].came
        values = {"count": count, "waited": spell_s(took_s)}
        told = {"attempts": count, "took_ms": _ms(took_s)}
        return [_of(chain, "recovered", "recovered", values, told, chain.attempts)] if count > 1 else []
    hung_up = last.is_broken and not last.fault and last.state in ("gone", "undelivered")
    if not last.is_retried or (hung_up and count == 1):  # who hangs up once may have been told to
        return []
    since_s = now - (last.ended or now)
    is_final = since_s > last.wait_s + BACK_OFF_S
    text = "gave_up_once" if count == 1 and is_final else "gave_up" if is_final else "pending"
    values = {"count": count, "status": outcome(last)}
    numbers: dict[str, Any] = {"attempts": count, "status_code": last.status, "since_ms": _ms(since_s)}
    return [_of(chain, "gave_up", text, values, numbers, chain.attempts)]


def rushes(facts: Iterable[Fact]) -> list[Verdict]:
    """Callers that went on with many calls after a 429, in the time that they should have waited."""
    by_caller: dict[str, list[Fact]] = {}
    for fact in sorted(facts, key=lambda one: one.came):
        by_caller.setdefault(fact.caller, []).append(fact)
    return [verdict for own in by_caller.values() for verdict in _rushes_of(own)]


def _rushes_of(facts: Sequence[Fact]) -> list[Verdict]:
    """Of one caller, whose exchanges come in their order."""
    came = [one.came for one in facts]
    limits = [(one.ended, one) for one in facts if one.status == 429 and one.ended is not None]
    found, until = list[Verdict](), 0.0
    for ended, limit in sorted(limits, key=lambda pair: pair[0]):
        within_s = limit.wait_s or RUSH_S
        during = facts[bisect_right(came, ended) : bisect_right(came, ended + within_s)]
        if ended < until or len(during) <= RUSH_MAX:
            continue
        until = ended + within_s  # what came until then is told
        values = {"count": len(during), "waited": spell_s(within_s)}
        ids = tuple(one.id for one in (limit, *during))[:NAMED_MAX]
        found.append(Verdict("storm", "storm_rush", limit.caller, ids, values, {"calls": len(during)}))
    return found


def _steps(chain: Chain) -> Iterable[tuple[Fact, Fact, float]]:
    return zip(chain.attempts, chain.attempts[1:], chain.waits_s, strict=False)


def _of(
    chain: Chain, kind: str, text: str, values: dict[str, Any], numbers: dict[str, Any], named: Sequence[Fact]
) -> Verdict:
    ids = tuple(one.id for one in named[-NAMED_MAX:])
    return Verdict(kind, text, chain.last.caller, ids, values, numbers)


def outcome(fact: Fact) -> str:
    """What an attempt got: its status, or that the connection broke."""
    return BROKEN if fact.is_broken or fact.status is None else str(fact.status)


def spell_s(seconds: float) -> str:
    """0.25 → "250 ms", 3.2 → "3.2 s"."""
    return f"{_ms(seconds)} ms" if seconds < 1 else f"{seconds:.1f} s"


def _ms(seconds: float) -> int:
    return round(1000 * seconds)
