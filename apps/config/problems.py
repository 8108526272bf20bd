"""What is wrong with a config file, each thing with its place: faults[1].probability_pct, on line 12."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from apps.wire.document import Document, Path

_STEP = re.compile(r"\[(\d+)\]|\.?([^.\[\]]+)")
PROBLEMS_MAX = 100  # then the rest is not read
_PLAIN = re.compile(r"[A-Za-z_$][\w-]*")


@dataclass(frozen=True, slots=True)
class Problem:
    """`field` is the path in words; `line` counts from 1."""

    line: int
    field: str
    error: str


class ConfigError(ValueError):
    """A file that is not taken; nothing of it was."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("; ".join(told(one) for one in problems))
        self.problems = problems


class Report:
    """Gathers what is wrong with one document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []  # the first of them

    def add(self, path: Path, error: str) -> None:
        if len(self.problems) == PROBLEMS_MAX:
            self.refuse()
        self.problems.append(self._at(path, error))

    def add_all(self, path: Path, errors: Iterable[Mapping[str, str]]) -> None:
        """[{"field", "error"}, …] of what stands at a path."""
        for one in errors:
            self.add((*path, *_steps(one["field"])), one["error"])

    def warn_all(self, path: Path, doubts: Iterable[Mapping[str, str]]) -> None:
        """[{"field", "error"}, …] of what is taken all the same."""
        for one in doubts if len(self.warnings) < PROBLEMS_MAX else ():
            self.warnings.append(self._at((*path, *_steps(one["field"])), one["error"]))

    def _at(self, path: Path, error: str) -> Problem:
        return Problem(self._document.line_of(path), words(path), error)

    def refuse(self) -> None:
        """Raises ConfigError if anything is wrong."""
        if self.problems:
            raise ConfigError(sorted(self.problems, key=lambda one: one.line))


def told(problem: Problem, file: str = "") -> str:
    """chaos.yaml:12: faults[1].probability_pct: must be from 0 to 100, not 120."""
    place = (
        f"{file or 'line '}{':' if file else ''}{problem.line}: " if problem.line else file and f"{file}: "
    )
    return f"{place}{f'{problem.field}: ' if problem.field else ''}{problem.error}"


def words(path: Path) -> str:
    """A path as people write it; a name with dots in it stands in brackets."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f'["{step}"]'
    return text


def _steps(field: str) -> Path:
    return tuple(int(index) if index else name for index, name in _STEP.findall(field))
