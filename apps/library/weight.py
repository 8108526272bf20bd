"""What a value that a template made costs of its budget."""

from math import isfinite
from typing import Any

from jinja2 import Undefined

from apps.library.budget import BITS_MAX, ITEMS_MAX, STEP_CHARS, TEXT_MAX, TooMuch, spend


def weigh(value: Any) -> Any:
    """The value, paid for with all that is in it, each time that it is in it; raises TooMuch."""
    if isinstance(value, str):
        if len(value) > TEXT_MAX:
            raise TooMuch(f"it makes a text of more than {TEXT_MAX:,} characters")
        spend(1 + len(value) // STEP_CHARS)
    elif isinstance(value, list | tuple):
        if len(value) > ITEMS_MAX:
            raise TooMuch(f"it makes a list of more than {ITEMS_MAX:,} items")
        spend()
        for item in value:
            weigh(item)
    elif isinstance(value, dict):
        spend()
        for name, item in value.items():
            weigh(name)
            weigh(item)
    elif isinstance(value, int) and value.bit_length() > BITS_MAX:
        raise TooMuch(f"it makes a number of more than {BITS_MAX:,} bits")
    elif isinstance(value, float) and not isfinite(value):
        raise TooMuch("it makes a number that is too large, or none at all")
    elif isinstance(value, Undefined):
        str(value)  # raises: there is no such thing
    else:
        spend()
    return value
