"""Whether an expression is found in a text, where that may take longer than other calls can wait for.

re2's time is linear in the text, but a step of it may cost as much as the expression is large: seconds for
some. Whoever decides while others wait is refused such an answer (`Costly`), has it worked out apart, and
asks again: it is remembered.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from apps.wire.match.subject import Text

AT_ONCE_STEPS = 500_000  # instructions of the expression times bytes: 4 ms at worst
REMEMBERED_MAX = 10_000

_waited_for: ContextVar[bool] = ContextVar("waited_for", default=False)
_known: OrderedDict[tuple[str, bool, bytes], bool] = OrderedDict()
_lock = threading.Lock()


class Costly(Exception):
    """Call `work_out` apart from everything, and then try again."""

    def __init__(self, work_out: Callable[[], object]) -> None:
        super().__init__("An expression is to be put over a text first.")
        self.work_out = work_out


@contextmanager
def while_others_wait() -> Iterator[None]:
    """Within it what takes long raises Costly."""
    before = _waited_for.set(True)
    try:
        yield
    finally:
        _waited_for.reset(before)


def is_found(expression: Any, pattern: str, text: Text, *, case: bool) -> bool:
    """Whether the compiled expression is found in the text."""
    if expression.programsize * len(text.encoded) <= AT_ONCE_STEPS:
        return expression.search(text.encoded) is not None
    key = (pattern, case, text.digest)
    with _lock:
        known = _known.get(key)
    if known is not None:
        return known

    def work_out() -> bool:
        found = expression.search(text.encoded) is not None
        with _lock:
            _known[key] = found
            if len(_known) > REMEMBERED_MAX:
                _known.popitem(last=False)
        return found

    if _waited_for.get():
        raise Costly(work_out)
    return work_out()
