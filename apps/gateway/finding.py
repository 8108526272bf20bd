"""What a look at a deployment finds: what is so, why it matters, what to do."""

from dataclasses import asdict, dataclass
from enum import StrEnum


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, and somebody should know
    ERROR = "error"  # it does not work, or is not safe


@dataclass(frozen=True, slots=True)
class Finding:
    """`why` and `mend` are empty where all is well."""

    name: str
    level: Level
    what: str
    why: str = ""
    mend: str = ""

    def as_data(self) -> dict[str, str]:
        return asdict(self)


def ok(name: str, what: str) -> Finding:
    return Finding(name, Level.OK, what)


def warning(name: str, what: str, *, why: str, mend: str) -> Finding:
    return Finding(name, Level.WARNING, what, why, mend)


def error(name: str, what: str, *, why: str, mend: str) -> Finding:
    return Finding(name, Level.ERROR, what, why, mend)
