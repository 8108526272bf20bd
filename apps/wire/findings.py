"""What is wrong with a request, in OpenAI's words; and with an answer, in ours."""

import re
from collections.abc import Iterable
from itertools import islice
from typing import Any, Literal, NamedTuple

from apps.wire import errors
from apps.wire.catalogue import root
from apps.wire.errors import WireError
from apps.wire.mismatch import Mismatch, mismatches
from apps.wire.validators import member_validator, validator

MAX = 20  # a client that gets it wrong gets it wrong often

_BELOW = frozenset(".[")  # in the path of what is a part of a member

# The oldest endpoints have words of their own for a parameter that they do not know.
_OLD = ("chat.completions.create", "completions.create", "embeddings.create")
# What OpenAI takes though the types of its requests lack it: the SDK sends an answer's message back with it.
_SENT_BACK = re.compile(r"messages\[\d+\]\.annotations")


class Finding(NamedTuple):
    """One thing that is wrong: its place ("messages[0].role"), OpenAI's code or "", and a sentence."""

    path: str
    code: str
    message: str


def findings(
    body: Any, operation: str, *, part: Literal["body", "query"] = "body", limit: int = MAX
) -> list[Finding]:
    """What OpenAI would refuse in a request's body, the first ones; [] for a good one, in some 2 µs.

    `operation` is a name of the catalogue. Of a multipart form the body holds texts for its files; `query` is
    an object, too.
    """
    check = validator(operation, part, closed=True)
    if check is None or check.is_valid(body):
        return []
    schema = root(operation, part)
    assert schema is not None
    wrong = (one for one in mismatches(body, schema, closed=True) if not _SENT_BACK.fullmatch(one.path))
    told = [_of_request(mismatch, operation) for mismatch in islice(wrong, limit)]
    return sorted(told, key=lambda finding: finding.path != "model")  # OpenAI asks for it first


def refusal(finding: Finding) -> WireError:
    """The error that OpenAI answers such a request with."""
    return WireError(
        400, finding.message, param=(finding.code and finding.path) or None, code=finding.code or None
    )


def misshapen(body: Any, operation: str, *, besides: str = "", seldom: bool = False) -> WireError | None:
    """OpenAI's error for the first place where a request has a value of another type than is wanted, or an
    object in it lacks what it must have: what reads or keeps a request need not look for that. What the
    request itself lacks is let be, and so are unknown names and values.

    The member `besides` is not looked at. `seldom`: without a compiled schema, which takes some MB for ever.
    """
    if besides:
        body = {**body}
        body.pop(besides, None)
        if all(_fits(operation, name, value) for name, value in body.items()):
            return None
    elif not seldom:
        check = validator(operation, "body", closed=True)
        if check is None or check.is_valid(body):
            return None
    schema = root(operation, "body")
    for wrong in mismatches(body, schema, closed=True) if schema else ():
        if wrong.problem == "type" or (wrong.problem == "missing" and _BELOW.intersection(wrong.path)):
            return _error(wrong)
    return None


def _fits(operation: str, name: str, value: Any) -> bool:
    check = member_validator(operation, name)
    return value is None or check is None or check(value)


def unreadable(body: Any, operation: str, *, part: str = "response") -> list[Finding]:
    """What the SDK's types do not allow in an answer, or (`part="stream"`) in an event of a stream."""
    check = validator(operation, "stream" if part == "stream" else "response")
    if check is None or check.is_valid(body):
        return []
    schema = root(operation, "stream" if part == "stream" else "response")
    assert schema is not None
    return [_of_answer(mismatch) for mismatch in islice(mismatches(body, schema, closed=False), MAX)]


def _of_request(wrong: Mismatch, operation: str) -> Finding:
    if wrong.problem == "unknown":
        if "." not in wrong.path and operation in _OLD:
            return Finding(wrong.path, "", f"Unrecognized request argument supplied: {wrong.path}")
        return Finding(wrong.path, "unknown_parameter", f"Unknown parameter: '{wrong.path}'.")
    error = _error(wrong)
    return Finding(wrong.path, error.code or "", error.message)


def _error(wrong: Mismatch) -> WireError:
    if wrong.problem == "missing":
        return errors.missing_parameter(wrong.path)
    if wrong.problem == "value":
        return errors.invalid_value(wrong.path, wrong.got, wrong.wanted)
    return errors.invalid_type(wrong.path or "body", expected=_one_of(wrong.wanted), got=wrong.got)


def _of_answer(wrong: Mismatch) -> Finding:
    match wrong.problem:
        case "missing":
            return Finding(wrong.path, "missing", "is missing")
        case "value":
            return Finding(
                wrong.path, "invalid_value", f"must be {_listed(wrong.wanted)}, not {wrong.got[:100]}"
            )
        case _:
            return Finding(wrong.path, "invalid_type", f"must be {_listed(wrong.wanted)}, not {wrong.got}")


def _one_of(wanted: tuple[str, ...]) -> str:
    """("a string", "an array of objects") → one of a string or array of objects, as OpenAI puts it."""
    if len(wanted) < 2:
        return "".join(wanted)
    first, *others = wanted
    return "one of " + _listed([first, *(name.split(" ", 1)[-1] for name in others)])


def _listed(words: Iterable[str]) -> str:
    *others, last = words
    if len(others) > 20:
        others = [*others[:20], "…"]
    comma = "," if len(others) > 1 else ""
    return f"{', '.join(others)}{comma} or {last}" if others else last
