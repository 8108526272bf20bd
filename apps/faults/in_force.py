"""What is in force now, as the gateway asks it for every group of calls: one row, unless it has changed."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from django.db import transaction

from apps.faults.indexes import FaultIndex, LatencyIndex, LimitIndex
from apps.faults.lines import FaultLine, LatencyLine, LimitLine
from apps.faults.models import Control, FaultRule, LatencyRule, Limit
from apps.journal.inline import not_on_the_loop
from apps.journal.rows import select_rows
from apps.journal.writer import writer
from apps.live.events import publish

T = TypeVar("T")

_TOKEN = f"SELECT token FROM {Control._meta.db_table}"  # noqa: S608 - the name of a table


@dataclass(frozen=True, slots=True)
class InForce:
    """Every rule that is in force, in the order in which they were made; and indexes of them."""

    faults: tuple[FaultLine, ...] = ()
    latencies: tuple[LatencyLine, ...] = ()
    limits: tuple[LimitLine, ...] = ()
    fault_index: FaultIndex = field(default=FaultIndex(()), compare=False)
    latency_index: LatencyIndex = field(default=LatencyIndex(()), compare=False)
    limit_index: LimitIndex = field(default=LimitIndex(()), compare=False)


NOTHING = InForce()
_known: tuple[object, InForce] = (None, NOTHING)  # the token, and what was read with it


def in_force() -> InForce:
    """The rules as this transaction sees them; `NOTHING` itself where there are none."""
    global _known
    found = select_rows(_TOKEN, ())
    token = found[0][0] if found else None
    known = _known
    if known[0] != token:
        not_on_the_loop()  # there may be thousands of them
        known = _known = (token, _read())
    return known[1]


def change(work: Callable[[], T]) -> T:
    """Runs a change of the rules in the writer's transaction; every call that is decided later sees it."""

    def changing() -> T:
        result = work()
        renew()
        return result

    return writer.call(changing)


def renew() -> None:
    """Has every process read the rules anew; within the transaction that changed them."""
    Control.objects.update_or_create(id=1, defaults={"token": secrets.randbits(62)})
    transaction.on_commit(lambda: publish("faults_updated", {}), robust=True)


def _read() -> InForce:
    faults = _lines(FaultLine, FaultRule, "id, caller, endpoint, fault, seed", "WHERE is_on")
    latencies = _lines(LatencyLine, LatencyRule, "id, caller, model, spread")
    limits = _lines(LimitLine, Limit, "id, per, name, requests_per_minute, tokens_per_minute")
    if not (faults or latencies or limits):
        return NOTHING
    indexes = FaultIndex(faults), LatencyIndex(latencies), LimitIndex(limits)
    return InForce(faults, latencies, limits, *indexes)


def _lines(line: Callable[..., T], table: type, columns: str, only: str = "") -> tuple[T, ...]:
    name = table._meta.db_table  # type: ignore[attr-defined]
    return tuple(line(*row) for row in select_rows(f"SELECT {columns} FROM {name} {only} ORDER BY id", ()))  # noqa: S608
