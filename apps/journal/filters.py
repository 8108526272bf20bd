"""Selects exchanges: one set of conditions, written as URL parameters or as one line of text."""

import operator
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

from django.db.models import Q, QuerySet

from apps.journal.conditions import DEEP, FIELDS, RANGES, Condition
from apps.journal.models import Exchange
from apps.journal.tools import Tools

TERMS_MAX = 50  # SQLite takes expressions 1000 deep, and a text alone is seven
VALUE_MAX = 1000  # characters; SQLite takes patterns of 50,000 bytes, and JSON may spell a character in 12

_TOKEN = re.compile(r'(?:(?P<name>-?\w+):)?(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s"]+))(?=\s|$)')


class Term(NamedTuple):
    """A filter's name (after a `-` when it is denied), a value of it, and where it stands in its line."""

    name: str
    value: str
    position: int | None = None  # None: it stands in no line


class FilterError(ValueError):
    """A condition that cannot be understood; the message names it and says what is wanted.

    `position` is where in the line it begins, as `units` counts; None when there was no line. `every`
    holds all that was wrong, this one first.
    """

    def __init__(self, message: str, *, position: int | None = None) -> None:
        super().__init__(message)
        self.position = position
        self.every: list[FilterError] = [self]


@dataclass(frozen=True, slots=True)
class Filter:
    """Conditions that all have to hold; false when there are none.

    `is_deep`: they look into bodies, which takes a while where there are many.
    """

    conditions: tuple[Condition, ...] = ()
    is_deep: bool = False

    def __bool__(self) -> bool:
        return bool(self.conditions)

    def apply(self, rows: QuerySet[Exchange]) -> QuerySet[Exchange]:
        """Those of the rows that it selects; what is asked of bodies alone, it asks now."""
        rows = rows.filter(*(one for one in self.conditions if isinstance(one, Q)))
        return reduce(lambda found, tools: tools.apply(found), self._tools(), rows)

    def _tools(self) -> Iterable[Tools]:
        return (one for one in self.conditions if isinstance(one, Tools))


def read_params(params: Mapping[str, Sequence[str]]) -> Filter:
    """The filter of URL parameters: every name of FIELDS, and `q` in the grammar of `read_query`.

    Raises FilterError, which names the parameter.
    """
    groups = [[Term(name, value) for name, values in params.items() for value in values if name != "q"]]
    wrong = list[FilterError]()
    groups += [_terms(text, wrong) for text in params.get("q", ())[: TERMS_MAX + 1]]
    if max(sum(map(len, groups)), len(groups) - 1) > TERMS_MAX:
        raise _too_many()
    return _filter(groups, wrong)


def read_query(text: str) -> Filter:
    """The filter of one line: `caller:ci-42 status:4xx -source:auto latency:>2s model:"my model" "refund"`.

    Words without a name have to occur in the texts; `-` before a name denies it. Raises FilterError.
    """
    wrong = list[FilterError]()
    return _filter([_terms(text, wrong)], wrong)


def _filter(groups: Sequence[Sequence[Term]], unread: Sequence[FilterError]) -> Filter:
    """Of the terms; raises what is wrong with them, then what could not be read as terms."""
    wrong = list[FilterError]()
    conditions = tuple(condition for terms in groups for condition in _conditions(terms, wrong))
    wrong += unread
    if wrong:
        wrong[0].every = wrong
        raise wrong[0]
    return Filter(conditions, any(term.name.lstrip("-") in DEEP for terms in groups for term in terms))


def _terms(text: str, wrong: list[FilterError]) -> list[Term]:
    """The names and values of one line, up to what cannot be read."""
    terms = list[Term]()
    at = _after_space(text, 0)
    while at < len(text):
        if len(terms) == TERMS_MAX:
            raise _too_many(units(text, at))
        token = _TOKEN.match(text, at)
        if token is None:
            shown = repr(text[at : at + 40])
            problem = f"q: cannot read {shown}: a quotation mark is missing or misplaced."
            wrong.append(FilterError(problem, position=units(text, at)))
            break
        quoted = token["quoted"]
        value = token["plain"] if quoted is None else re.sub(r"\\(.)", r"\1", quoted)
        terms.append(Term(token["name"] or "text", value, units(text, at)))
        at = _after_space(text, token.end())
    return terms


def units(text: str, index: int) -> int:
    """How many UTF-16 units stand before that character: a position as a browser counts it."""
    return index + sum(character > "\uffff" for character in text[:index])


def _after_space(text: str, at: int) -> int:
    return len(text) - len(text[at:].lstrip())


def _too_many(position: int | None = None) -> FilterError:
    problem = f"At most {TERMS_MAX} conditions at once: ask for less, several times."
    return FilterError(problem, position=position)


def _conditions(terms: Iterable[Term], wrong: list[FilterError]) -> Iterable[Condition]:
    """One condition a name (`caller:a caller:b` is either), but texts and ranges each on their own."""
    either: dict[str, list[Condition]] = {}
    for term in terms:
        try:
            condition = _condition(term)
        except ValueError as error:
            wrong.append(FilterError(f"{term.name[:40]}: {error}", position=term.position))
            continue
        if term.name.startswith("-"):
            yield ~condition
        elif term.name in RANGES:
            yield condition
        else:
            either.setdefault(term.name, []).append(condition)
    yield from (reduce(operator.or_, found) for found in either.values())


def _condition(term: Term) -> Condition:
    """What a term asks for, its `-` aside; raises ValueError with what is wrong."""
    field, value = FIELDS.get(term.name.removeprefix("-")), term.value
    if field is None:
        raise ValueError(f"there is no such filter. Known: {', '.join(FIELDS)}. Quote a text with a colon.")
    if len(value) > VALUE_MAX:
        raise ValueError(f"a value has at most {VALUE_MAX:,} characters, not {len(value):,}.")
    if "\0" in value:
        raise ValueError("U+0000 is in no text of the journal.")
    try:
        return field(value)
    except ValueError as error:
        raise ValueError(f"{value!r} is not {error}.") from None
