"""Makes rows of endpoints by hand for what is not generated text: what most of them have in common."""

import re
from collections.abc import Callable
from typing import Any

from apps.wire.bounds import out_of_bounds
from apps.wire.call import Call
from apps.wire.endpoint import Body, Endpoint
from apps.wire.findings import findings, misshapen, refusal
from apps.wire.form_fields import as_sent
from apps.wire.names import endpoint_name, family_of
from apps.wire.shelf import Shelf
from apps.wire.validators import validator

Act = Callable[[Call, Shelf], Body]
Keep = Callable[[Call, Body, Shelf], None]
_MANY = 100


def row(
    operation: str,
    method: str,
    path: str,
    *,
    fill: Callable[[Body, Call], Body],
    auto: Act,
    check: Callable[[Call], None] = lambda call: None,
    keep: Keep | None = None,
    summary: Callable[[Call], str] | None = None,
    bodiless: bool = False,
    is_whole: Callable[[Body], bool] | None = None,
    **more: Any,
) -> Endpoint:
    """A row whose answers are whole when the SDK's types say so."""
    name = endpoint_name(operation)
    told = summary or (lambda call: " ".join([operation, *call.params.values()]))
    return Endpoint(
        name=name,
        method=method,
        path=path,
        family=family_of(name),
        check=with_shape(operation, check) if method == "POST" else check,
        fill=fill,
        is_whole=is_whole or (lambda body: is_readable(operation, body)),
        auto=auto,
        keep=keep,
        summary=lambda call: told(call)[:200],
        bodiless=bodiless,
        slow=True,
        **more,
    )


def with_shape(
    operation: str, check: Callable[[Call], None], *, seldom: bool = False
) -> Callable[[Call], None]:
    """The same check, and then that all is of the types and within the bounds in which `auto`, `keep` and the
    others read it."""

    def check_all(call: Call) -> None:
        check(call)
        if wrong := misshapen(as_sent(call.data), operation, seldom=seldom):
            raise wrong
        for beyond in out_of_bounds(call.data, operation):
            raise beyond

    return check_all


def is_readable(operation: str, body: Body) -> bool:
    """Whether the SDK's types allow this answer."""
    checked = validator(operation, "response")
    return checked is None or checked.is_valid(body)


def essential(operation: str, paths: str) -> Callable[[Call], None]:
    """A check that refuses what OpenAI would at these places of the request, a pattern; others are let be."""
    pattern = re.compile(paths)

    def check(call: Call) -> None:
        for finding in findings(call.data, operation, limit=_MANY):
            if pattern.fullmatch(finding.path):
                raise refusal(finding)

    return check
