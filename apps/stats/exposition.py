"""The text of /metrics, as Prometheus reads it (prometheus-client does the writing)."""

from collections.abc import Iterable, Iterator, Sequence

from django.conf import settings
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector, CollectorRegistry

from apps.journal.tally import GROUP_JOBS, GROUP_S
from apps.stats.counted import INJECTED_S, OWN_S, PERSON_S, SEPARATOR, Counts
from apps.stats.kept import Kept, Worker
from apps.stats.standing import Standing

PREFIX = "mockopenai_"


def exposition(accept: str, kept: Kept | None, standing: Standing | None) -> tuple[bytes, str]:
    """(body, content type); without the database only that it is away is told, and the version."""
    registry = CollectorRegistry()
    registry.register(_Told(kept, standing))
    encode, content_type = choose_encoder(accept)
    return encode(registry), content_type


class _Told(Collector):
    """What was found, as the library wants to be given it."""

    def __init__(self, kept: Kept | None, standing: Standing | None) -> None:
        self._kept = kept
        self._standing = standing

    def collect(self) -> Iterable[Metric]:
        yield InfoMetricFamily(PREFIX + "build", "The version that runs.", {"version": settings.VERSION})
        is_up = self._kept is not None and self._standing is not None
        yield GaugeMetricFamily(PREFIX + "database_up", "Whether the database answers in time.", int(is_up))
        if self._kept is not None:
            yield from _counted(self._kept.counts)
            yield from _processes(self._kept.workers)
        if self._standing is not None:
            yield from _standing(self._standing)


def _counted(counts: Counts) -> Iterator[Metric]:
    calls = CounterMetricFamily(
        PREFIX + "calls", "Calls that got a reply.", labels=["endpoint", "status", "source"]
    )
    own: dict[str, list[float]] = {}
    for (endpoint, status, source), row in _rows(counts, "calls"):
        calls.add_metric([endpoint or "none", status, source or "none"], sum(row[:-1]))
        before = own.setdefault(endpoint or "none", [0.0] * len(row))
        own[endpoint or "none"] = [a + b for a, b in zip(before, row, strict=True)]
    yield calls
    text = "What the server added to a call: without the wait for a person and what the author asked for."
    yield _histogram("own_seconds", text, OWN_S, ["endpoint"], (([name], row) for name, row in own.items()))
    text = "How long a reply was held back and paced as its author asked; only replies with such a wait."
    yield _histogram("injected_seconds", text, INJECTED_S, ["endpoint"], _rows(counts, "injected"))
    text = "How long calls waited until a person answered."
    yield _histogram("person_answer_seconds", text, PERSON_S, [], _rows(counts, "person"))
    text = "Calls that waited for a person and got no answer."
    yield _counter("unanswered", text, ["endpoint", "state"], _rows(counts, "ended"))
    text = "Events for dashboards: published, dropped (fetched again instead), resyncs sent."
    yield _counter("events", text, ["what"], _rows(counts, "events"))
    text = "Transactions of the writer: how long each took."
    yield _histogram("writer_group_seconds", text, GROUP_S, ["where"], _rows(counts, "writer_seconds"))
    text = "Transactions of the writer: how many jobs each had."
    yield _histogram("writer_group_jobs", text, GROUP_JOBS, ["where"], _rows(counts, "writer_jobs"))


def _processes(workers: Sequence[Worker]) -> Iterator[Metric]:
    yield GaugeMetricFamily(PREFIX + "workers", "Living processes of this host.", len(workers))
    told = (
        ("memory_bytes", "worker_resident_memory_bytes", "Resident memory.", GaugeMetricFamily),
        ("cpu_s", "worker_cpu_seconds", "CPU time, user and system.", CounterMetricFamily),
        ("files", "worker_open_fds", "Open file descriptors.", GaugeMetricFamily),
        ("threads", "worker_threads", "Threads.", GaugeMetricFamily),
        ("dashboards", "worker_dashboards", "Open dashboards.", GaugeMetricFamily),
    )
    for figure, name, text, family in told:
        metric = family(PREFIX + name, text, labels=["pid"])
        for worker in workers:
            if figure in worker.figures:
                metric.add_metric([str(worker.pid)], worker.figures[figure])
        yield metric


def _standing(now: Standing) -> Iterator[Metric]:
    told = (
        ("waiting_calls", "Calls that wait for a person.", now.waiting),
        ("waiting_oldest_seconds", "How long the one that waits longest has.", now.oldest_s),
        ("waiting_callers", "Callers of which a call waits.", now.callers_waiting),
        ("queues", "Queues that hold presets.", now.queues),
        ("queue_presets", "Presets in all queues.", now.presets),
        ("queue_deepest_presets", "Presets in the longest queue.", now.deepest),
        ("journal_exchanges", "Exchanges in the journal.", now.exchanges),
        ("database_size_bytes", "Size of the database.", now.size_bytes),
    )
    for name, text, value in told:
        yield GaugeMetricFamily(PREFIX + name, text, value)
    yield CounterMetricFamily(
        PREFIX + "journal_pruned", "Exchanges that the journal's limits have deleted.", now.pruned
    )


def _rows(counts: Counts, family: str) -> Iterator[tuple[list[str], Sequence[float]]]:
    for key, row in sorted(counts.items()):
        name, *labels = key.split(SEPARATOR)
        if name == family:
            yield labels, row


def _counter(
    name: str, text: str, labels: list[str], rows: Iterable[tuple[list[str], Sequence[float]]]
) -> Metric:
    metric = CounterMetricFamily(PREFIX + name, text, labels=labels)
    for values, row in rows:
        metric.add_metric([value or "none" for value in values], row[0])
    return metric


def _histogram(
    name: str,
    text: str,
    bounds: Sequence[float],
    labels: list[str],
    rows: Iterable[tuple[list[str], Sequence[float]]],
) -> Metric:
    metric = HistogramMetricFamily(PREFIX + name, text, labels=labels)
    for values, row in rows:
        if len(row) != len(bounds) + 2:
            continue  # counted by another version, with other bounds
        below = 0.0
        buckets = []
        for bound, count in zip([*bounds, float("inf")], row[:-1], strict=True):
            below += count
            buckets.append(("+Inf" if bound == float("inf") else str(float(bound)), below))
        metric.add_metric([value or "none" for value in values], buckets, row[-1])
    return metric
