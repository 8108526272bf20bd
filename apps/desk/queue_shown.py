"""What the pages show of queues: who has one, how one stands, its entries by blocks."""

from collections import Counter
from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.desk.shown import Context
from apps.desk.trouble_shown import fault_line
from apps.journal.models import Exchange, State
from apps.library.sequence import SEQUENCE
from apps.library.shown import sequence_words
from apps.queues import overview, storage
from apps.queues.models import Preset
from apps.queues.pause import is_paused, paused
from apps.queues.queue_name import EXPORT
from apps.queues.take import SHARED
from apps.wire.caller_name import caller_name
from apps.wire.match import line_of

BLOCK = 100  # entries that are fetched at once
CALLERS_SHOWN = 500
LATELY = 200  # exchanges, the newest ones, whose callers are shown though nothing is queued for them


class NameProblem(ValueError):
    """Why a queue cannot have that name, in the reader's language."""


@dataclass(frozen=True, slots=True)
class Row:
    """A caller in the list: how many presets, how many calls wait on the desk."""

    caller: str
    count: int
    paused: bool
    waiting: int

    @property
    def length(self) -> str:
        return number_format(self.count, force_grouping=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """A preset, without its body, at its place."""

    place: int
    preset: Preset

    @property
    def number(self) -> str:
        return number_format(self.place, force_grouping=True)

    @property
    def words(self) -> str:
        """What it answers, in one line; "" where that is a fault alone."""
        if self.preset.kind == SEQUENCE:
            count, words = sequence_words(self.preset.words)
            said = ngettext("%(n)s reply: %(words)s", "%(n)s replies: %(words)s", count)
            return said % {"n": number_format(count, force_grouping=True), "words": words}
        return "" if self.preset.fault and self.preset.words == "{}" else self.preset.words

    @property
    def uses(self) -> str:
        """How often it answers; "" for ever."""
        return "" if self.preset.uses is None else number_format(self.preset.uses, force_grouping=True)

    @property
    def fault(self) -> str:
        """How its reply goes wrong, and how often unless it always does; "" for none."""
        return fault_line(self.preset.fault)

    @property
    def match(self) -> str:
        """The calls that it is for, in a few words; "" for all."""
        return line_of(self.preset.match)

    @property
    def delay_ms(self) -> str:
        return number_format(self.preset.delay_ms, force_grouping=True)


def queue_name(text: str) -> str:
    """The name of a queue in its one spelling; raises NameProblem."""
    if text == SHARED:
        return text
    if text == EXPORT:
        raise NameProblem(
            _("“export” cannot be a queue's name: /api/preset-queue/export is the file of all queues.")
        )
    if text in (".", ".."):
        raise NameProblem(_("“.” and “..” cannot be queues' names: in an address they mean a folder."))
    try:
        return caller_name(text)
    except ValueError:
        raise NameProblem(_("A caller's name has 1 to 100 characters: A-Z a-z 0-9 . _ : - only.")) from None


def callers_list(*, chosen: str = "", find: str = "") -> Context:
    """The callers whose names hold `find`; and whose queue `find` would make.

    First the shared queue, then those about which there is something to know; `idle` are the others.
    """
    waiting = Counter(Exchange.objects.filter(state=State.WAITING).values_list("caller", flat=True))
    counts = {row["caller"]: row["count"] for row in storage.callers()}
    stopped = paused()
    lately = set(Exchange.objects.order_by("-id").values_list("caller", flat=True)[:LATELY])
    every = counts.keys() | stopped | waiting.keys() | lately | ({chosen} if chosen else set())
    busy = (counts.keys() | stopped | waiting.keys() | {chosen}) & every - {SHARED}
    names = [SHARED, *sorted(busy), *sorted(every - busy - {SHARED})]
    found = [name for name in names if find.lower() in name.lower()]
    rows = [Row(name, counts.get(name, 0), name in stopped, waiting[name]) for name in found[:CALLERS_SHOWN]]
    new, problem = _new_name(find, names)
    return {
        "rows": [row for row in rows if row.caller in busy or row.caller == SHARED],
        "idle": [row for row in rows if row.caller not in busy and row.caller != SHARED],
        "chosen": chosen,
        "find": find,
        "hidden": len(found) - len(rows),
        "new": new,
        "problem": problem,
    }


def queue_state(caller: str) -> Context:
    """How a queue stands: its length, a pause, what it gave last, and its caller's waiting calls."""
    waiting = Exchange.objects.filter(state=State.WAITING)
    if caller != SHARED:
        waiting = waiting.filter(caller=caller)
    ids = sorted(waiting.order_by().values_list("id", flat=True))
    count = storage.queue(caller).count()
    return {
        "chosen": caller,
        "is_shared": caller == SHARED,
        "count": count,
        "length": number_format(count, force_grouping=True),
        "paused": is_paused(caller),
        "last_taken": _last_taken(caller),
        "waiting_here": len(ids),
        "waiting_first": ids[0] if ids else "",
    }


def entries_block(caller: str, *, start: int = 1) -> Context:
    """The entries from that place on, a block of them."""
    presets = storage.queue(caller).defer("body", "headers")[start - 1 : start - 1 + BLOCK]
    entries = [Entry(place, preset) for place, preset in enumerate(presets, start)]
    return {"entries": entries, "block_size": BLOCK}


def _new_name(find: str, known: list[str]) -> tuple[str, str]:
    """The queue that `find` would make, and why it cannot."""
    if not find:
        return "", ""
    try:
        name = queue_name(find)
    except NameProblem as problem:
        return "", str(problem)
    return ("" if name in known else name), ""


def _last_taken(caller: str) -> Exchange | None:
    taken = overview.last_taken().get(caller)
    return Exchange.objects.filter(id=taken["exchange_id"]).first() if taken else None
