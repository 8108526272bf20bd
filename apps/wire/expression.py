"""Regular expressions that anybody may have written: re2's, which run in linear time."""

from typing import Any

MEMORY_BYTES = 1024 * 1024  # of one compiled expression; larger ones are refused


class PatternError(ValueError):
    """An expression that re2 does not take; the message says why."""


def compiled(pattern: str, *, case: bool = True) -> Any:
    """The expression; `search(bytes)` gives a match or None. Raises PatternError."""
    import re2  # 2.4 MB, and not every server is asked for expressions

    options = re2.Options()
    options.max_mem = MEMORY_BYTES
    options.log_errors = False
    options.never_capture = True
    options.case_sensitive = case
    try:
        return re2._Regexp(pattern.encode(), options)  # past a cache that would keep it for ever
    except re2.error as error:
        reason = error.args[0] if error.args else ""
        told = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        raise PatternError(told) from None
