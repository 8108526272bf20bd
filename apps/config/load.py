"""Reads a config file, then puts it in force: all of it in one transaction, or nothing."""

from collections.abc import Callable, Collection
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, NamedTuple

from apps.config.kinds import BY_NAME, KINDS, Kind
from apps.config.problems import ConfigError, Problem, Report, words
from apps.faults.in_force import renew
from apps.journal.writer import writer
from apps.library.known import as_if, read_row
from apps.queues.take import lock_queues
from apps.wire.document import Document, DocumentError, read_document
from apps.wire.jsongate import kind
from apps.wire.rawtext import raw_member

SCHEMA = "$schema"  # for editors
_RULES = {"faults", "latency", "limits"}

Counts = dict[str, int]  # how many of each kind that the file names


class Loaded(NamedTuple):
    counts: Counts
    warnings: list[Problem]  # what is doubtful in presets


class _TriedError(Exception):
    """Undoes a transaction that was only tried."""


def load(text: bytes, *, by: str, only: Collection[str] = (), dry_run: bool = False) -> Loaded:
    """Has the server be what the file says; raises ConfigError, and then nothing has changed.

    `only` names the kinds that count; `dry_run` reads and tries all of it, and changes nothing.
    """
    document = _document(text)
    report = Report(document)
    wanted = _wanted(document, only, report)
    read = {name: _read(one, document, report) for name, one in wanted.items() if name != "queues"}
    if "queues" in wanted:
        read["queues"] = _read_queues(document, report, read.get("templates"))
    report.refuse()

    counts = {
        name: sum(map(len, found.values())) if name == "queues" else len(found)
        for name, found in read.items()
    }

    def work() -> Counts:
        if "queues" in wanted:
            lock_queues()
        for name, one in wanted.items():
            one.replace(read[name], by)
        if _RULES & wanted.keys():
            renew()
        return counts

    return Loaded(_tried(work) if dry_run else writer.call(work), report.warnings)


def _tried(work: Callable[[], Counts]) -> Counts:
    found: list[Counts] = []

    def trying() -> None:
        found.append(work())
        raise _TriedError

    with suppress(_TriedError):
        writer.call(trying)
    return found[-1]


def _document(text: bytes) -> Document:
    try:
        return read_document(text)
    except DocumentError as error:
        raise ConfigError([Problem(error.line, words(error.path), str(error))]) from None


def _wanted(document: Document, only: Collection[str], report: Report) -> dict[str, Kind]:
    """The kinds that the file names and that count, in the order in which they are put in."""
    content = document.content
    if not isinstance(content, dict):
        report.add((), f'must be an object like {{"faults": […]}}, not {kind(content)}')
        report.refuse()
    for name in content:
        if name not in BY_NAME and name != SCHEMA:
            near = get_close_matches(name, BY_NAME, n=1)
            hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(BY_NAME)}"
            report.add((name,), f"is nothing that a config file has; {hint}")
    if not content.keys() & BY_NAME.keys():
        report.add((), f"names nothing; known: {', '.join(BY_NAME)}")
    return {one.name: one for one in KINDS if one.name in content and (not only or one.name in only)}


def _read_queues(document: Document, report: Report, templates: list[dict[str, str]] | None) -> Any:
    """Presets name templates: those of the file, if it has some; what is wrong with these is told first."""
    if templates is None:
        return _read(BY_NAME["queues"], document, report)
    report.refuse()
    with as_if(map(read_row, templates)):
        return _read(BY_NAME["queues"], document, report)


def _read(one: Kind, document: Document, report: Report) -> Any:
    """A kind that is named with nothing behind it is empty."""
    value, text = document.content[one.name], raw_member(document.json, one.name) or b"null"
    if value is None:
        value, text = ([], b"[]") if one.is_list else ({}, b"{}")
    return one.read(value, text, (one.name,), report)
