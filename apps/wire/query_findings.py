"""What OpenAI would refuse in the query of a call, by the same catalogue as its body."""

from collections.abc import Iterator
from urllib.parse import parse_qsl

from apps.wire import errors
from apps.wire.call import Call
from apps.wire.catalogue import OPERATIONS, root
from apps.wire.findings import Finding, findings
from apps.wire.form_fields import data_of, first_word
from apps.wire.pages import LIMIT_MAX

UNKNOWN = "unknown_parameter"
# What tells operations apart at the same address, and what Azure sends with each call.
_NOT_ASKED = frozenset({one.marker.partition("=")[0] for one in OPERATIONS.values()} | {"api-version", ""})
_LIMITS = {"files.list": 10_000}  # where a page may have more items than most


def query_findings(call: Call, operation: str) -> list[Finding]:
    """Types and values by the catalogue, then names that the operation does not have."""
    pairs = parse_qsl(call.query_text, keep_blank_values=False)
    schema = root(operation, "query")
    known = schema.get("properties", {}) if schema else {}
    asked = [(name, value) for name, value in pairs if first_word(name) not in _NOT_ASKED]
    data = data_of([pair for pair in asked if first_word(pair[0]) in known], schema)
    found = findings(data, operation, part="query") or list(_bounds(data.get("limit"), operation))
    unknown = dict.fromkeys(name for name, _ in asked if first_word(name) not in known)
    return [*found, *(Finding(name, UNKNOWN, f"Unknown parameter: '{name[:200]}'.") for name in unknown)]


def _bounds(limit: object, operation: str) -> Iterator[Finding]:
    """The catalogue has no bounds; those of pages are OpenAI's own documentation's."""
    most = _LIMITS.get(operation, LIMIT_MAX)
    is_page = OPERATIONS[operation].page and not operation.startswith("admin.")
    if is_page and type(limit) is int and not 1 <= limit <= most:
        error = errors.out_of_bounds("limit", limit, 1, most)
        yield Finding("limit", error.code or "", error.message)
