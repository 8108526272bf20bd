"""What OpenAI would refuse in a call that can be answered: told, refused, or not looked for."""

from collections.abc import Iterator
from itertools import chain, islice
from urllib.parse import parse_qsl

from apps.wire.beyond_types import beyond_types
from apps.wire.call import Call
from apps.wire.catalogue import root
from apps.wire.errors import WireError
from apps.wire.findings import MAX, Finding, findings, refusal
from apps.wire.form_fields import as_sent, data_of
from apps.wire.impossible import impossible
from apps.wire.names import operation_name

MODES = ("off", "warn", "reject")
_BESIDE = {"api-version", "beta"}  # what Azure wants in every query, and the package in those of what is beta


class _Switch:
    mode = "warn"


def configure(mode: str) -> None:
    """One of MODES (setting MOCKOPENAI_VALIDATE)."""
    _Switch.mode = mode


def told(call: Call) -> list[Finding]:
    """What is to be shown of a call: its findings, unless nobody wants to know."""
    if _Switch.mode == "off":
        return []
    return [*_found(call), *map(_told, islice(_beyond(call), MAX))]


def refuse_wrong(call: Call) -> None:
    """Raises the WireError of the first finding where wrong calls are rejected."""
    if _Switch.mode != "reject":
        return
    if found := _found(call):
        raise refusal(found[0])
    for error in _beyond(call):
        raise error


def _found(call: Call) -> list[Finding]:
    operation = operation_name(call.endpoint)
    if not operation:
        return []
    found = _of_query(call, operation) if call.query_text else []
    if call.method == "POST":
        found += findings(as_sent(call.data), operation)
    return found


def _beyond(call: Call) -> Iterator[WireError]:
    """What the types do not say."""
    if call.method != "POST":
        return iter(())
    operation = operation_name(call.endpoint)
    return chain(impossible(call.data, operation), beyond_types(call.data, operation))


def _told(error: WireError) -> Finding:
    return Finding(error.param or "", error.code or "", error.message)


def _of_query(call: Call, operation: str) -> list[Finding]:
    """Its texts are numbers and booleans where the operation has such."""
    pairs = [pair for pair in parse_qsl(call.query_text, keep_blank_values=True) if pair[0] not in _BESIDE]
    return findings(data_of(pairs, root(operation, "query")), operation, part="query")
