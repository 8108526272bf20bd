"""The ledger: whether every preset was answered exactly once, in its order."""

import json

from benchmarks import traffic
from benchmarks.driver import Entry, Outcome

SHOWN = 3


def faults_of(outcome: Outcome, serials: range) -> tuple[str, ...]:
    """What was wrong with the answers of a run that should have taken exactly these serial numbers."""
    seen = [serial for _, _, serial in outcome.entries]
    found = list(outcome.faults)
    found += _some("lost", sorted(set(serials) - set(seen)))
    found += _some("answered with something else", [serial for serial in seen if serial not in serials])
    found += _some("answered twice", _twice(seen))
    found += _some("out of order", out_of_order(outcome.entries))
    found += _some("not said in full", [1 for answer in outcome.last_answers if not _in_full(answer)])
    return tuple(found)


def out_of_order(entries: list[Entry]) -> list[int]:
    """Serials that came after a higher one although they were asked for once that had been received.

    That is all that can be seen of FIFO from outside: of two calls on the way at the same time either may be
    first. With one connection it is the strict order; for each connection it means increasing serials.
    """
    earliest_higher, wrong = float("inf"), []
    for sent, received, serial in sorted(entries, key=lambda entry: -entry[2]):
        if sent > earliest_higher:
            wrong.append(serial)
        earliest_higher = min(earliest_higher, received)
    return wrong


def _twice(serials: list[int]) -> list[int]:
    seen: set[int] = set()
    return [serial for serial in serials if serial in seen or seen.add(serial)]  # type: ignore[func-returns-value]


def _in_full(answer: bytes) -> bool:
    try:
        return traffic.says_it_all(answer)
    except (json.JSONDecodeError, ValueError, KeyError, TypeError):
        return False


def _some(what: str, serials: list[int]) -> list[str]:
    return [f"{len(serials)} {what} (such as {serials[:SHOWN]})"] if serials else []
