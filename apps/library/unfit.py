"""Filters told in the words of a template's author: what one cannot take, and not what Python says of it."""

from collections.abc import Callable
from typing import Any

from apps.library.budget import Unfit
from apps.library.weight import weigh
from apps.wire.jsongate import GateError, kind


def paid(name: str, change: Callable[..., Any], *, at: int = 0) -> Callable[..., Any]:
    """The filter, whose result is weighed; its value is its argument number `at`."""

    def filtered(*args: Any, **kwargs: Any) -> Any:
        try:
            return weigh(change(*args, **kwargs))
        except (Unfit, GateError) as error:
            told = str(error)
            raise Unfit(told if told.startswith("|") else f"|{name}: {told}") from None
        except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError):
            value = args[at]
            what = "an empty list" if value in ([], ()) else kind(value)
            beside = " with what stands behind it" if len(args) > at + 1 or kwargs else ""
            raise Unfit(f"|{name} cannot take {what}{beside}") from None

    return filtered
