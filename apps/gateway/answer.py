"""Decides what answers a call: own queue, shared queue, fallback; one transaction for a group of calls."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from django.db import InterfaceError, OperationalError

from apps.desk.parked import note_parked
from apps.desk.waiting import waiting_here
from apps.faults.in_force import NOTHING, in_force
from apps.gateway.decision import Asked, Decision, answered, failed, refused
from apps.gateway.fallback import Fallback
from apps.gateway.intake import Intake
from apps.gateway.trouble import Trouble
from apps.gateway.unready import read_first, reading_for, worked_out
from apps.journal.group import Then, into
from apps.journal.inline import plain
from apps.journal.models import Source
from apps.journal.record import open_exchanges
from apps.journal.writer import writer
from apps.queues.choosing import Unready
from apps.queues.take import Wanted, take
from apps.wire.match import Costly

LARGE_BYTES = 256 * 1024  # of a request; counting the tokens of one can take a second

log = logging.getLogger(__name__)


async def decide(intake: Intake) -> Decision:
    """Answers a call from presets or the fallback, or parks it; committed when it returns."""
    loop = asyncio.get_running_loop()
    decided: asyncio.Future[Decision] = loop.create_future()
    ask(intake, into(decided), loop)
    return await decided


def ask(intake: Intake, then: Then, loop: asyncio.AbstractEventLoop) -> None:
    """The same without a coroutine: `then` hears the decision, on the (running) loop, or the error.

    An error is the database's, as a rule. Where deciding fails by one of our own, what it did is undone (a
    preset that was taken stands where it was), and the call is answered, and kept, with a 500.
    """
    if (reading := reading_for(intake.call.caller)) is not None:
        reading.add_done_callback(lambda _: ask(intake, then, loop))
        return

    def told(decision: Any, error: Exception | None) -> None:
        if isinstance(error, Unready):
            read_first(error.queue).add_done_callback(lambda _: ask(intake, then, loop))
        elif isinstance(error, Costly):
            _work_out(error, intake, then, loop)
        elif error is None or isinstance(error, (OperationalError, InterfaceError)):
            then(decision, error)
        else:
            _keep_failed(intake, error, then, loop)

    table = waiting_here()
    decide_all = decide_large if len(intake.call.body) > LARGE_BYTES else decide_group
    if intake.asks is not None:
        decide_all = decide_asking
    writer.ask(decide_all, Asked(intake, table.channel, table.closing), told, loop)


def _work_out(costly: Costly, intake: Intake, then: Then, loop: asyncio.AbstractEventLoop) -> None:
    """Not within `ask`: two functions there that name each other would keep each call until a collection."""

    def judged(done: "asyncio.Future[object]") -> None:
        if failure := done.exception():
            _keep_failed(intake, failure, then, loop)  # type: ignore[arg-type] # an executor's is an Exception
        else:
            ask(intake, then, loop)

    worked_out(costly, loop).add_done_callback(judged)


def _keep_failed(intake: Intake, failure: Exception, then: Then, loop: asyncio.AbstractEventLoop) -> None:
    call = intake.call
    log.error("A call failed: %s %s (%s)", call.method, call.path, call.request_id, exc_info=failure)

    def told(decision: Any, error: Exception | None) -> None:
        then(decision, None if error is None else failure)

    writer.ask(decide_failed, intake, told, loop)


@plain
def decide_failed(intakes: Sequence[Intake]) -> list[Decision]:
    """Opens the exchanges of calls whose decision failed. In the writer's transaction."""
    decisions = [failed(intake) for intake in intakes]
    open_exchanges([decision.opening for decision in decisions])
    return decisions


def decide_large(asked: Sequence[Asked]) -> list[Decision]:
    """The same for calls that may take long to read: never on the event loop's thread."""
    decided: list[Decision] = decide_group(list(asked))
    return decided


@plain
def decide_group(asked: Sequence[Asked]) -> list[Decision]:
    """Decides for a group of calls, in order, and opens their exchanges. In the writer's transaction."""
    rules = in_force()
    return _decide(asked, None if rules is NOTHING else Trouble(rules, asked))


def decide_asking(asked: Sequence[Asked]) -> list[Decision]:
    """The same for calls that ask for trouble by header."""
    return _decide(asked, Trouble(in_force(), asked))


def _decide(asked: Sequence[Asked], trouble: Trouble | None) -> list[Decision]:
    ended = {} if trouble is None else trouble.ended(asked)
    left = [one for one in asked if one.intake.call.id not in ended] if ended else asked
    sound = [one.intake for one in left if one.intake.refusal is None]
    taken = iter(take([_wanted(intake) for intake in sound], [intake.call for intake in sound]))
    fallback = Fallback(trouble)
    decisions = []
    for one in asked:
        if ended and (decision := ended.get(one.intake.call.id)) is not None:
            decisions.append(decision)
        elif one.intake.refusal is not None:
            is_wrong = one.intake.refusal.status < 500
            decisions.append(
                refused(one.intake, one.intake.refusal, Source.INVALID) if is_wrong else failed(one.intake)
            )
        elif (preset := next(taken)) is not None:
            over = None if trouble is None else trouble.over(one)
            decisions.append(answered(one.intake, preset.draft, Source.PRESET, preset, over))
        else:
            decisions.append(fallback.decide(one))
    if trouble is not None:
        decisions = trouble.settle(asked, decisions)
    open_exchanges([decision.opening for decision in decisions])
    note_parked([decision.opening.call for decision in decisions if decision.reply is None])
    return decisions


def _wanted(intake: Intake) -> Wanted:
    endpoint = intake.known_endpoint
    return Wanted(intake.call.caller, endpoint.name, endpoint.family)
