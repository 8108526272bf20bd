"""What is broken on purpose, in words for the banner of every page."""

from django.utils.translation import gettext, ngettext

from apps.desk.shown import Context
from apps.faults.in_force import in_force
from apps.queues.overview import faulty
from apps.wire.faults.read import fault_of

NAMED_MAX = 5


def trouble() -> Context:
    """What the banner is given: texts of the rules, and how many queues hold presets with faults."""
    count, first = faulty()
    return {"trouble": _rules(), "faulty_count": count, "faulty_queue": first if count == 1 else ""}


def _rules() -> list[str]:
    """One text for each rule of faults, then how many of latency and limits; [] while all is normal."""
    rules = in_force()
    told = [_fault(rule.fault, rule.caller, rule.endpoint) for rule in rules.faults[:NAMED_MAX]]
    if (more := len(rules.faults) - NAMED_MAX) > 0:
        told.append(ngettext("%(n)d more fault", "%(n)d more faults", more) % {"n": more})
    if count := len(rules.latencies):
        told.append(ngettext("%(n)d latency rule", "%(n)d latency rules", count) % {"n": count})
    if count := len(rules.limits):
        told.append(ngettext("%(n)d rate limit", "%(n)d rate limits", count) % {"n": count})
    return told


def _fault(text: str, caller: str, endpoint: str) -> str:
    whom = gettext("everybody") if caller == "*" else caller
    where = "" if endpoint == "*" else f" ({endpoint})"
    return f"{fault_line(text)} → {whom}{where}"


def fault_line(text: str) -> str:
    """A fault as it is kept, in a word, with its probability unless it is certain; "" for none."""
    fault = fault_of(text)
    if fault is None:
        return ""
    return fault.name if fault.probability_pct >= 100 else f"{fault.name} {fault.probability_pct:g} %"
