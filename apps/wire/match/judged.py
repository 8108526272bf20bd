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
from time import thread_time
from typing import Any

from apps.wire.match.subject import Text

# Steps are instructions of the expression times bytes of the text: 11 ns at worst, hardly any as a rule.
LIGHT_STEPS = 50_000
AT_ONCE_STEPS = 2_000_000
AT_ONCE_S = 0.01  # of processor time in all, for what is not light
REMEMBERED_MAX = 10_000


class _Haste:
    """Others wait: what was spent meanwhile."""

    spent_s = 0.0


_haste: ContextVar[_Haste | None] = ContextVar("haste", default=None)
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
    before = _haste.set(_Haste())
    try:
        yield
    finally:
        _haste.reset(before)


def is_found(expression: Any, pattern: str, text: Text, *, case: bool) -> bool:
    """Whether the compiled expression is found in the text."""
    steps = expression.programsize * len(text.encoded)
    if steps <= LIGHT_STEPS:
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

    haste = _haste.get()
    if haste is None:
        return work_out()
    if steps > AT_ONCE_STEPS or haste.spent_s > AT_ONCE_S:
        raise Costly(work_out)
    began_s = thread_time()
    found = work_out()
    haste.spent_s += thread_time() - began_s
    return found
