"""What one rendering may cost: steps, characters and time, so that no template stalls the server.

Whatever a template can do costs steps, and nothing it can do makes much at one step: see `library.sandbox`.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import thread_time

STEPS_MAX = 50_000
TIME_MAX_S = 0.025  # of this thread's own time: a busy machine fails no template
TEXT_MAX = 1_000_000  # characters of one text
ITEMS_MAX = 10_000  # of one list
STEP_CHARS = 64  # characters that cost one step more
BITS_MAX = 2_048  # of a whole number


class TooMuch(Exception):
    """A template goes beyond a limit; its text says which."""


class Unfit(ValueError):
    """What a filter, a function or JSON cannot take, in words."""


class _Now(threading.local):
    """What is left of the rendering on this thread."""

    steps = 0
    ends_at = 0.0


_now = _Now()


@contextmanager
def budget() -> Iterator[None]:
    """Within it, what is rendered on this thread has one budget."""
    _now.steps, _now.ends_at = STEPS_MAX, thread_time() + TIME_MAX_S
    try:
        yield
    finally:
        _now.steps = 0


def spend(steps: int = 1) -> None:
    """Takes from the budget; raises TooMuch when it is used up."""
    _now.steps -= steps
    if _now.steps < 0:
        raise TooMuch(f"it needs more than {STEPS_MAX:,} steps, or makes too much text")
    if thread_time() > _now.ends_at:
        raise TooMuch(f"it takes longer than {TIME_MAX_S * 1000:g} ms")
