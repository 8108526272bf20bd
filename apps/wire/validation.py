"""What OpenAI would refuse in the body of a call that can be answered: told, refused, or not looked for."""

from typing import Any

from apps.wire.call import Call
from apps.wire.findings import Finding, findings, refusal
from apps.wire.names import operation_name

MODES = ("off", "warn", "reject")
_FILE = {"filename", "content_type", "bytes", "sha256"}  # what stands for a file in a form's data


class _Switch:
    mode = "warn"


def configure(mode: str) -> None:
    """One of MODES (setting MOCKOPENAI_VALIDATE)."""
    _Switch.mode = mode


def told(call: Call) -> list[Finding]:
    """What is to be shown of a call: its findings, unless nobody wants to know."""
    return [] if _Switch.mode == "off" else _found(call)


def refuse_wrong(call: Call) -> None:
    """Raises the WireError of the first finding where wrong calls are rejected."""
    if _Switch.mode == "reject" and (found := _found(call)):
        raise refusal(found[0])


def _found(call: Call) -> list[Finding]:
    operation = operation_name(call.endpoint)
    if not operation or call.method != "POST":
        return []
    return findings({name: _as_sent(value) for name, value in call.data.items()}, operation)


def _as_sent(value: Any) -> Any:
    """A form's file is a text to the schema."""
    if isinstance(value, dict) and value.keys() == _FILE:
        return ""
    if isinstance(value, list) and any(isinstance(one, dict) and one.keys() == _FILE for one in value):
        return [_as_sent(one) for one in value]
    return value
