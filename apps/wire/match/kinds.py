"""The conditions by name, and how each is read: a new one is one function and one row."""

from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from typing import Any

from apps.wire.jsongate import kind
from apps.wire.match.condition import Condition, Need, OfBody, OfTexts, OfValue
from apps.wire.match.expression import EXPRESSION_MAX, read_expression
from apps.wire.match.glob import Globs
from apps.wire.match.groups import All
from apps.wire.match.subject import SHAPES, Subject, Texts
from apps.wire.match.text import Key, short
from apps.wire.match.text_reader import Try, Wrong, read_test
from apps.wire.redact import is_secret
from apps.wire.table import BY_NAME

NAME_MAX = 200
LIST_MAX = 50
NEAR_MAX = 60  # characters of a name that are compared with those that are known
TURN_MAX = 1_000_000

Read = Callable[[Any, Try], Condition]


def _texts(name: str, value: Any, attempt: Try) -> Condition:
    def find(subject: Subject) -> Texts:
        found: Texts = getattr(subject, name)
        return found

    return OfTexts(name, find, read_test(value, attempt))


def _names(value: Any, what: str) -> list[str]:
    """A name, or a list of them."""
    names = [value] if isinstance(value, str) else value
    if not isinstance(names, list) or not 0 < len(names) <= LIST_MAX:
        raise Wrong(f"must be {what}, or a list of 1 to {LIST_MAX} of them, not {kind(value)}")
    for at, name in enumerate(names):
        if not isinstance(name, str) or not 0 < len(name) <= NAME_MAX:
            inside = "" if isinstance(value, str) else f"[{at}]"
            raise Wrong(f"must be {what}: a text of 1 to {NAME_MAX} characters", inside)
    return names


def _model(value: Any, _: Try) -> Condition:
    names = _names(value, "the name of a model, with * and ? as wildcards")
    globs = Globs(names)
    needs = None if globs.is_wild else tuple([Need("model", Key("is", (one.casefold(),))) for one in names])
    holds = globs.holds
    return OfValue("model", _either(names), lambda call: holds(call.model), lambda call: call.model, needs)


def _endpoint(value: Any, attempt: Try) -> Condition:
    globs = Globs(_names(value, "the name of an endpoint, with * and ? as wildcards"))
    for at, name in enumerate(globs.names if attempt else ()):  # what is kept may be older than its names
        if not any(map(Globs([name]).holds, BY_NAME)):
            near = get_close_matches(name[:NEAR_MAX], BY_NAME, n=3)
            hint = f"did you mean {' or '.join(near)}?" if near else "such as chat.completions or files.*"
            raise Wrong(f"is no endpoint; {hint}", "" if isinstance(value, str) else f"[{at}]")
    told = _either(globs.names)
    return OfValue(
        "endpoint", told, lambda call: globs.holds(call.call.endpoint), lambda call: call.call.endpoint
    )


def _tools(value: Any, _: Try) -> Condition:
    wanted = frozenset(_names(value, "the name of a tool that is offered"))
    told = " and ".join(sorted(wanted))
    return OfValue(
        "tools", told, lambda call: wanted <= call.tools, lambda call: ", ".join(sorted(call.tools))
    )


def _tool_result(value: Any, attempt: Try) -> Condition:
    if isinstance(value, bool):
        return OfValue(
            "tool_result",
            "there" if value else "none",
            lambda call: bool(call.tool_results) is value,
            lambda call: f'"{short(call.tool_results[-1].value)}"' if call.tool_results else "none",
        )
    tool = value.get("tool", "") if isinstance(value, dict) else ""
    if not isinstance(tool, str) or len(tool) > NAME_MAX:
        raise Wrong("must be the name of a tool", ".tool")
    if tool and len(value) == 1:
        return OfValue(
            "tool_result",
            f"of {tool}",
            lambda call: any(one.tool == tool for one in call.tool_results),
            lambda call: ", ".join([f"of {one.tool}" for one in call.tool_results]),
        )
    test = read_test(value, attempt, beside=("tool",))
    return OfTexts("tool_result", lambda call: call.tool_results, test, tool)


def _turn(value: Any, attempt: Try) -> Condition:
    span = {"at_least": value, "at_most": value} if not isinstance(value, dict) else value
    for name, bound in span.items():
        inside = f".{name[:100]}" if span is value else ""
        if name not in ("at_least", "at_most"):
            raise Wrong("is not known here; known: at_least, at_most", inside)
        if type(bound) is not int or not 0 <= bound <= TURN_MAX:
            raise Wrong(f"must be a whole number from 0 to {TURN_MAX:,}, not {kind(bound)}", inside)
    if not span:
        raise Wrong("needs at_least or at_most")
    low, high = span.get("at_least", 0), span.get("at_most", TURN_MAX)
    if attempt and low > high:
        raise Wrong(f"can never be: at_least {low} is more than at_most {high}")
    told = str(low) if low == high else f"at least {low}" if high == TURN_MAX else f"{low} to {high}"
    return OfValue("turn", told, lambda call: low <= call.turn <= high, lambda call: call.turn)


def _response_format(value: Any, _: Try) -> Condition:
    names = _names(value, f"one of {', '.join(SHAPES)}")
    if unknown := [name for name in names if name not in SHAPES]:
        raise Wrong(f"must be one of {', '.join(SHAPES)}, not {unknown[0]}")
    return OfValue(
        "response_format",
        _either(names),
        lambda call: call.response_format in names,
        lambda call: call.response_format,
    )


def _stream(value: Any, _: Try) -> Condition:
    if not isinstance(value, bool):
        raise Wrong(f"must be true or false, not {kind(value)}")
    return OfValue(
        "stream", str(value).lower(), lambda call: call.call.stream is value, lambda call: call.call.stream
    )


def _header(value: Any, attempt: Try) -> Condition:
    parts = []
    for name, test in _members(value, "a header").items():
        if is_secret(name):
            raise Wrong("holds a secret, which is neither compared nor shown", f".{name}")
        parts.append(_member(name, test, attempt, "header", partial(Subject.header, name=name.lower())))
    return All(tuple(parts))


def _metadata(value: Any, attempt: Try) -> Condition:
    parts = [
        _member(name, test, attempt, "metadata", partial(Subject.metadata, name=name))
        for name, test in _members(value, "the request's metadata").items()
    ]
    return All(tuple(parts))


def _members(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not 0 < len(value) <= LIST_MAX:
        raise Wrong(f"must be an object of text conditions by the name of {what}, not {kind(value)}")
    return value


def _member(name: str, value: Any, attempt: Try, of: str, find: Callable[[Subject], Texts]) -> Condition:
    try:
        return OfTexts(f"{of} {short(name)}", find, read_test(value, attempt))
    except Wrong as wrong:
        raise Wrong(str(wrong), f".{name[:100]}{wrong.inside}") from None


def _jmespath(value: Any, _: Try) -> Condition:
    given = {"expression": value} if isinstance(value, str) else value
    if not isinstance(given, dict) or not {"expression"} <= given.keys() <= {"expression", "equals"}:
        raise Wrong("must be a JMESPath expression, or an object with expression and equals")
    source = given["expression"]
    if not isinstance(source, str) or not 0 < len(source) <= EXPRESSION_MAX:
        raise Wrong(f"must be an expression of 1 to {EXPRESSION_MAX} characters", ".expression")
    try:
        search = read_expression(source)
    except ValueError as error:
        raise Wrong(f"is not a JMESPath expression that can be used: {error}") from None
    return OfBody(source, search, (given["equals"],) if "equals" in given else None)


def _either(names: list[str]) -> str:
    return " or ".join(names)


KINDS: dict[str, Read] = {
    **{name: partial(_texts, name) for name in ("last_user", "any_message", "system")},
    "model": _model,
    "endpoint": _endpoint,
    "tools": _tools,
    "tool_result": _tool_result,
    "turn": _turn,
    "response_format": _response_format,
    "stream": _stream,
    "header": _header,
    "metadata": _metadata,
    "jmespath": _jmespath,
}
