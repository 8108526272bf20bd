"""What a request asks for by header: X-Mock-Fault, X-Mock-Status, X-Mock-Delay-Ms."""

import re
from typing import NamedTuple

from apps.wire.errors import WireError
from apps.wire.faults.read import PROBABILITY, read_fault
from apps.wire.faults.table import BY_NAME
from apps.wire.reply import Fault

DELAY_MAX_MS = 600_000
_TOO_MANY = "it takes NAME;NUMBER;PERCENT at the most"
_NUMBER = re.compile(r"-?[0-9]{1,11}(\.[0-9]{1,11})?")
_FAULT, _STATUS, _DELAY = "x-mock-fault", "x-mock-status", "x-mock-delay-ms"


class Asks(NamedTuple):
    """What goes wrong with the reply to one request, by its own wish."""

    fault: Fault | None = None
    status: int = 0  # 0: as it would be
    delay_ms: int | None = None  # 0 is a wish, too: at once, whatever the rules say


def asks_of(headers: tuple[tuple[str, str], ...]) -> Asks | None:
    """None nearly always; raises WireError for a value that cannot be used."""
    found = {name: value.strip() for name, value in headers if name in (_FAULT, _STATUS, _DELAY)}
    if not found:
        return None
    return Asks(
        _fault(found[_FAULT]) if _FAULT in found else None,
        _number(found, _STATUS, "X-Mock-Status", 200, 599),
        _number(found, _DELAY, "X-Mock-Delay-Ms", 0, DELAY_MAX_MS) if _DELAY in found else None,
    )


def _fault(text: str) -> Fault | None:
    """NAME, NAME;AMOUNT or NAME;AMOUNT;PERCENT."""
    name, *rest = [part.strip() for part in text.split(";")]
    fields: dict[str, object] = {"name": name}
    row = BY_NAME.get(name)
    keys = [row.number.name if row and row.number else "number", PROBABILITY]
    for key, value in zip(keys, rest, strict=False):
        if value:
            fields[key] = _as_number(value)
    fault, wrong = read_fault(fields)
    if wrong or len(rest) > len(keys):
        raise _refused("X-Mock-Fault", _problem(name, *wrong[0]) if wrong else _TOO_MANY)
    return fault


def _as_number(text: str) -> int | float | str:
    if not _NUMBER.fullmatch(text):
        return text
    return float(text) if "." in text else int(text)


def _problem(name: str, where: str, told: str) -> str:
    """What is wrong, in words that fit a header: `where` is a member of the fault as JSON."""
    if where == ".name":
        return f"'{name[:40]}' {told}"
    return f"{name} has no number" if where == ".number" else f"{where.removeprefix('.')} {told}"


def _number(found: dict[str, str], key: str, name: str, low: int, high: int) -> int:
    value = found.get(key)
    if value is None:
        return 0
    if not (value.isdecimal() and value.isascii() and len(value) < 12 and low <= int(value) <= high):
        raise _refused(name, f"it must be a whole number from {low} to {high}, not {value[:40]}")
    return int(value)


def _refused(name: str, problem: str) -> WireError:
    end = "" if problem.endswith("?") else "."
    return WireError(400, f"Invalid header {name}: {problem}{end}", code="invalid_mock_header")
