"""The kinds of things in a config file: how each is read, put in the place of what there was, and written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from apps.accounts.rest import RestError
from apps.config.problems import Report
from apps.config.written import (
    written_faults,
    written_latencies,
    written_limits,
    written_queues,
    written_templates,
)
from apps.faults.adding import RULES_MAX, put
from apps.faults.fault_fields import read_rule
from apps.faults.models import Bucket, Draw, FaultRule, LatencyRule, Limit, OwnDraw
from apps.faults.rule_fields import read_latency, read_limit
from apps.library import storage as library
from apps.library.authoring import TemplateError
from apps.library.transfer import read_element as read_template
from apps.queues import fallback
from apps.queues import storage as queues
from apps.queues.entry import Entry, EntryError, entry_doubts
from apps.queues.queue_name import queue_name
from apps.queues.storage import MadeOut
from apps.queues.transfer import read_element as read_entry
from apps.wire.document import Path
from apps.wire.jsongate import kind
from apps.wire.rawtext import raw_elements, raw_members

Columns = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """`read(value, its text, its path, report)` gives what `replace(what, by)` puts in, in a transaction.

    `is_list`: it is replaced as a whole; else each name of it for itself.
    """

    name: str
    is_list: bool
    read: Callable[[Any, bytes, Path, Report], Any]
    replace: Callable[[Any, str], None]
    written: Callable[[], Any]


def _each(
    read: Callable[[Any, bytes], Any], most: int | None = None
) -> Callable[[Any, bytes, Path, Report], list[Any]]:
    """Reads a list of objects, `most` of them at most, each with `read(fields, its text)`."""

    def read_all(value: Any, text: bytes, path: Path, report: Report) -> list[Any]:
        if not isinstance(value, list):
            report.add(path, f"must be a list, not {kind(value)}")
            return []
        if most is not None and len(value) > most:
            report.add(path, f"are {len(value):,}; there can be at most {most:,}")
            return []
        found = []
        for index, (element, spelled) in enumerate(zip(value, raw_elements(text), strict=True)):
            here = (*path, index)
            try:
                found.append(read(element, spelled))
            except (RestError, TemplateError, EntryError) as error:
                report.add_all(here, error.errors)
        return found

    return read_all


def _object(read: Callable[[dict[str, Any]], Columns]) -> Callable[[Any, bytes], Columns]:
    def reading(element: Any, _: bytes) -> Columns:
        if not isinstance(element, dict):
            error = f"must be an object, not {kind(element)}"
            raise RestError(400, error, [{"field": "", "error": error}])
        return read(element)

    return reading


_read_faults = _each(_object(read_rule), RULES_MAX)
_read_latencies = _each(_object(read_latency), RULES_MAX)
_read_limits = _each(_object(read_limit), RULES_MAX)
_read_entries = _each(lambda element, spelled: read_entry(element, spelled, {}))


def _read_fallback(value: Any, _: bytes, path: Path, report: Report) -> dict[str, str]:
    if not isinstance(value, dict):
        report.add(path, f'must be an object like {{"text": "auto"}}, not {kind(value)}')
        return {}
    for error in fallback.find_errors(value):
        report.add((*path, error["field"]), error["error"])
    return value


def _read_templates(value: Any, text: bytes, path: Path, report: Report) -> list[Columns]:
    found = _each(read_template)(value, text, path, report)
    seen: dict[str, int] = {}
    for index, element in enumerate(value if isinstance(value, list) else ()):
        name = element.get("name") if isinstance(element, dict) else None
        if isinstance(name, str) and seen.setdefault(name, index) != index:
            report.add((*path, index, "name"), f"{name!r} is there twice: see {path[0]}[{seen[name]}]")
    if len(found) > library.TEMPLATES_MAX:
        report.add(path, f"a library holds at most {library.TEMPLATES_MAX:,} templates")
    return found


def _read_queues(value: Any, text: bytes, path: Path, report: Report) -> dict[str, MadeOut]:
    if not isinstance(value, dict):
        report.add(path, f'must be an object like {{"ci-7": [PRESET, …]}}, not {kind(value)}')
        return {}
    found: dict[str, MadeOut] = {}
    texts = raw_members(text)
    for written, presets in value.items():
        here = (*path, written)
        try:
            name = queue_name(written)
        except ValueError as error:
            report.add(here, str(error))
            continue
        if name in found:
            report.add(here, f"is the queue {name}, which is there already")
        spelled = b"[]" if presets is None else texts[written]
        entries: list[Entry] = _read_entries([] if presets is None else presets, spelled, here, report)
        for index, entry in enumerate(entries):
            report.warn_all((*here, index), entry_doubts(entry))
        found[name] = queues.made_out(name, entries)
        if len(found[name]) > settings.MOCKOPENAI_QUEUE_MAX:
            report.add(here, f"a queue holds at most {settings.MOCKOPENAI_QUEUE_MAX:,} presets")
    return found


def _replace_faults(rows: list[Columns], _: str) -> None:
    Draw.objects.all().delete()
    OwnDraw.objects.all().delete()
    FaultRule.objects.all().delete()
    put(FaultRule, rows)


def _replace_latencies(rows: list[Columns], _: str) -> None:
    LatencyRule.objects.all().delete()
    put(LatencyRule, rows)


def _replace_limits(rows: list[Columns], _: str) -> None:
    Bucket.objects.all().delete()
    Limit.objects.all().delete()
    put(Limit, rows)


def _replace_queues(found: dict[str, MadeOut], _: str) -> None:
    for caller, made in found.items():
        queues.replace_within(caller=caller, made=made)


# In the order in which they are read and put in: presets name templates.
KINDS: tuple[Kind, ...] = (
    Kind(
        "fallback",
        False,
        _read_fallback,
        lambda found, _: fallback.switch_within(changes=found),
        fallback.modes,
    ),
    Kind("faults", True, _read_faults, _replace_faults, written_faults),
    Kind("latency", True, _read_latencies, _replace_latencies, written_latencies),
    Kind("limits", True, _read_limits, _replace_limits, written_limits),
    Kind(
        "templates",
        True,
        _read_templates,
        lambda rows, by: library.replace_within(rows, by=by),
        written_templates,
    ),
    Kind("queues", False, _read_queues, _replace_queues, written_queues),
)
BY_NAME = {one.name: one for one in KINDS}
