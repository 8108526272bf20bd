"""Texts that every match of a regular expression holds: what cannot match need not be searched."""

import re
import warnings
from typing import Any

_ONCE = ("MAX_REPEAT", "MIN_REPEAT")


def literals_of(pattern: str) -> tuple[str, ...]:
    """All of these texts, folded; () where none is known.

    Read by Python's own reader of expressions, which knows less than re2's: what it cannot read has
    none. What the two read differently are classes by name, as in [[:alpha:]x], which are several texts to
    Python. Anything else that they disagree on is a literal for neither.
    """
    if "[:" in pattern:
        return ()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of what may be a set in a set some day
            parsed: Any = re._parser.parse(pattern)  # type: ignore[attr-defined]  # the only reader there is
        runs = _runs(parsed)
    except (re.error, RecursionError, OverflowError, ValueError):
        return ()
    return tuple([run.casefold() for run in runs if run])


def _runs(parsed: Any) -> list[str]:
    """The texts that stand in it one after another, whatever is between them."""
    runs = [""]
    for operation, about in parsed:
        match str(operation):
            case "LITERAL":
                runs[-1] += chr(about)
            case "AT":
                pass
            case "SUBPATTERN":
                inner = _runs(about[-1])
                runs[-1] += inner[0]
                runs += inner[1:] if len(inner) > 1 else []
                runs += [""] if len(inner) > 1 else []
            case name if name in _ONCE and about[0] >= 1:
                runs += [*_runs(about[2]), ""]
            case _:
                runs.append("")
    return runs
