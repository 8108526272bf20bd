"""What this process has counted since it started: plain numbers, read only when somebody asks.

No lock and no library stand in a call's way: a call costs a look into a dictionary and one bucket.
"""

from collections.abc import Sequence

from apps.journal import tally
from apps.journal.tally import Histogram
from apps.live import events

OWN_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
INJECTED_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
PERSON_S = (1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 180.0, 240.0, 300.0, 600.0)

# A family's name and its labels, joined by this, → [count, …, sum] of a histogram, or [count].
Counts = dict[str, Sequence[float]]
SEPARATOR = "\x1f"

_calls: dict[tuple[str, int, str], Histogram] = {}
_injected: dict[str, Histogram] = {}
_person = Histogram(PERSON_S)
_ended: dict[tuple[str, str], int] = {}


def count_call(endpoint: str, status: int, source: str, own_s: float) -> None:
    """A call was answered; `own_s` is what this server added, without waits that somebody asked for."""
    key = (endpoint, status, source)
    found = _calls.get(key)
    if found is None:
        found = _calls[key] = Histogram(OWN_S)
    found.add(own_s)


def count_injected(endpoint: str, injected_s: float) -> None:
    """A reply left as late as its author wanted: delay and pace together."""
    found = _injected.get(endpoint)
    if found is None:
        found = _injected[endpoint] = Histogram(INJECTED_S)
    found.add(injected_s)


def count_person(answer_s: float) -> None:
    """A person answered a call that had waited so long."""
    _person.add(answer_s)


def count_ended(endpoint: str, state: str) -> None:
    """A waiting call ended without an answer of its author's: gone, timed_out, aborted, orphaned."""
    _ended[endpoint, state] = _ended.get((endpoint, state), 0) + 1


def counts() -> Counts:
    """All of it, as numbers that add up over processes."""
    found: Counts = {
        _key("calls", endpoint, str(status), str.__str__(source)): histogram.row()
        for (endpoint, status, source), histogram in list(_calls.items())
    }
    for endpoint, histogram in list(_injected.items()):
        found[_key("injected", endpoint)] = histogram.row()
    for (endpoint, state), number in list(_ended.items()):
        found[_key("ended", endpoint, state)] = [number]
    found[_key("person")] = _person.row()
    for where, groups in (("loop", tally.on_loop), ("thread", tally.on_thread)):
        found[_key("writer_seconds", where)] = groups.seconds.row()
        found[_key("writer_jobs", where)] = groups.jobs.row()
    for what, number in events.told().items():
        found[_key("events", what)] = [number]
    return found


def added(rows: Sequence[Counts]) -> Counts:
    """The sums of several processes' counts; another length (of another version) begins anew."""
    total: dict[str, list[float]] = {}
    for row in rows:
        for key, numbers in row.items():
            before = total.get(key)
            if before is None or len(before) != len(numbers):
                total[key] = list(numbers)
            else:
                total[key] = [a + b for a, b in zip(before, numbers, strict=True)]
    return dict(total)


def _key(*words: str) -> str:
    return SEPARATOR.join(words)
