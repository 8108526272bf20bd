"""Jinja2's sandbox, made smaller: every step is counted, nothing makes much at once.

Of attributes and methods there are those that are named here.
"""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from jinja2 import Undefined
from jinja2.exceptions import SecurityError
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import missing

from apps.library.budget import BITS_MAX, ITEMS_MAX, TEXT_MAX, TooMuch, Unfit, spend
from apps.library.chance import Chance
from apps.library.filters import FILTERS, join, replace, text
from apps.library.weight import weigh
from apps.wire.jsongate import kind

_OF_JINJA = ("_loop_vars", "_block_vars")  # arguments that it gives to every call, for its own functions

_TEXT_METHODS = (
    "upper lower title capitalize casefold swapcase strip lstrip rstrip startswith endswith split rsplit "
    "splitlines partition rpartition count find rfind removeprefix removesuffix isdigit isalpha isspace"
)
_LOOP = "index index0 revindex revindex0 first last length previtem nextitem cycle changed depth"
_METHODS: tuple[tuple[type, frozenset[str]], ...] = (
    (str, frozenset(_TEXT_METHODS.split())),
    (dict, frozenset({"get", "items", "keys", "values"})),
    (list, frozenset({"index", "count"})),
    (Chance, frozenset({"int", "float", "choice", "hex", "uuid"})),
    (LoopContext, frozenset(_LOOP.split())),
)


_OF_JSON = (str, int, float, bool, list, dict, type(None))


class Missing(Undefined):
    """What is not there: false in a condition, an error in a text."""

    __slots__ = ()

    @property
    def path(self) -> str:
        """As its author wrote it, as far as that is known: "city", or "a.b" of some object."""
        name = str(self._undefined_name)[:60]
        return f"{self._undefined_obj.path}.{name}" if isinstance(self._undefined_obj, Missing) else name

    @property
    def _undefined_message(self) -> str:
        holder = self._undefined_obj
        while isinstance(holder, Missing):
            holder = holder._undefined_obj
        where = "" if holder is missing else f" in {_kind(holder)}"
        return f"there is no {self.path}{where}"

    __str__ = __iter__ = __len__ = Undefined._fail_with_undefined_error


def _looped(items: Iterable[Any]) -> Iterator[Any]:
    if isinstance(items, Missing | int | float):
        raise Unfit(f"cannot go through {items if isinstance(items, int | float) else items.path}")
    for item in items:
        spend()
        yield item


def _range(*bounds: int) -> list[int]:
    """As Python's, of few numbers."""
    numbers = range(*bounds)
    if len(numbers) > ITEMS_MAX:
        raise TooMuch(f"it makes a range of more than {ITEMS_MAX:,} numbers")
    return list(numbers)


class Sandbox(ImmutableSandboxedEnvironment):
    """Where templates run."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self) -> None:
        super().__init__(undefined=Missing, keep_trailing_newline=True, optimized=False, finalize=text)
        self.globals = {"range": _range}
        self.filters = {
            **FILTERS,
            "_concat": lambda parts: weigh("".join([text(part) for part in parts])),
            "_looped": _looped,
            "_made": weigh,
        }

    def getattr(self, obj: Any, attribute: str) -> Any:
        """A member of an object before a method of it; of methods only the known ones."""
        spend()
        if isinstance(obj, dict) and attribute in obj:
            return obj[attribute]
        if isinstance(obj, str) and attribute in ("replace", "join"):
            return partial(replace, obj) if attribute == "replace" else lambda items: join(items, obj)
        for one, known in _METHODS:
            if isinstance(obj, one) and attribute in known:
                return getattr(obj, attribute)
        return self.undefined(obj=obj, name=attribute)

    def getitem(self, obj: Any, argument: Any) -> Any:
        spend()
        if isinstance(obj, dict | list | tuple | str):
            try:
                return obj[argument]
            except (LookupError, TypeError):
                pass
        return self.undefined(obj=obj, name=argument)

    def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - as Jinja2's
        """What can be called is what `getattr` and the globals gave."""
        spend()
        if isinstance(__obj, Missing):
            raise SecurityError(f"there is no {__obj.path} that can be called")
        if not callable(__obj):
            raise SecurityError(f"{text(__obj)[:40]} cannot be called")
        for name in _OF_JINJA:
            kwargs.pop(name, None)
        try:
            result = __obj(*args, **kwargs)
        except Unfit:
            raise
        except (TypeError, ValueError, LookupError, ArithmeticError, AttributeError):
            raise Unfit(f"{_called(__obj)}() cannot take what is in its brackets") from None
        return result if isinstance(result, Iterator) else weigh(_plain(result))

    def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
        spend()
        for value in (left, right):
            if isinstance(value, Undefined):
                str(value)  # raises
        if operator == "*":
            _check_product(left, right)
        elif operator == "**":
            _check_power(left, right)
        elif operator == "%" and not isinstance(left, int | float):
            raise Unfit("% is for numbers; join texts with ~")
        try:
            made = self.binop_table[operator](left, right)
        except TypeError:
            raise Unfit(f"{operator} cannot take {_kind(left)} and {_kind(right)}") from None
        except ZeroDivisionError:
            raise Unfit("it divides by zero") from None
        except OverflowError:
            raise TooMuch("it makes a number that is too large") from None
        if isinstance(made, complex):
            raise Unfit("there is no such root of a number below zero")
        return weigh(made)


def _called(function: Any) -> str:
    name = getattr(getattr(function, "func", function), "__name__", "it").strip("_<>")
    return f"random.{name}" if isinstance(getattr(function, "__self__", None), Chance) else name


def _kind(value: Any) -> str:
    return kind(value) if isinstance(value, _OF_JSON) else "what a template knows"


def _plain(value: Any) -> Any:
    """The views of an object as lists."""
    return list(value) if isinstance(value, type({}.keys()) | type({}.values()) | type({}.items())) else value


def _check_product(left: Any, right: Any) -> None:
    many, times = (right, left) if isinstance(left, int) else (left, right)
    if isinstance(many, str | list | tuple) and isinstance(times, int):
        if len(many) * times > (TEXT_MAX if isinstance(many, str) else ITEMS_MAX):
            raise TooMuch("it multiplies something to more than fits")
    elif not isinstance(left, int | float) or not isinstance(right, int | float):
        raise Unfit("* is for numbers")


def _check_power(left: Any, right: Any) -> None:
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        raise Unfit("** is for numbers")
    if isinstance(left, int) and isinstance(right, int) and (left.bit_length() - 1) * abs(right) > BITS_MAX:
        raise TooMuch(f"it makes a number of more than {BITS_MAX:,} bits")


SANDBOX = Sandbox()
