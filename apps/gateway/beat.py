"""The timers of all streams: what is due in the same millisecond shares one timer of the loop."""

import asyncio
from collections.abc import Callable
from weakref import WeakKeyDictionary

Step = Callable[[], None]


class Beat:
    """Calls what is due, all of a millisecond in one turn of the loop. A step must not raise.

    With a thousand streams a timer each would cost more than all else that Python does for an event.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._call_at = loop.call_at
        self._steps: dict[int, list[Step]] = {}  # by the millisecond of the loop's clock

    def call_at(self, at_s: float, step: Step) -> None:
        at_ms = round(at_s * 1000)
        steps = self._steps.get(at_ms)
        if steps is None:
            self._steps[at_ms] = [step]
            self._call_at(at_ms / 1000, self._strike, at_ms)
        else:
            steps.append(step)

    def _strike(self, at_ms: int) -> None:
        for step in self._steps.pop(at_ms):
            step()


_beats: WeakKeyDictionary[asyncio.AbstractEventLoop, Beat] = WeakKeyDictionary()


def beat_of(loop: asyncio.AbstractEventLoop) -> Beat:
    """The one beat of that loop."""
    if loop not in _beats:
        _beats[loop] = Beat(loop)
    return _beats[loop]
