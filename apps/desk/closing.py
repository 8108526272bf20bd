"""The end of a serving process: who waits for something hears of it, and whether it is still waited for."""

import asyncio
import contextlib
from collections.abc import Iterator


class GoingDown(Exception):
    """The process is about to end, and does not wait as long as somebody wants it to."""


class Closing:
    """Whether this process is about to end, and since when."""

    def __init__(self) -> None:
        self.has_begun = False
        self._since_s = 0.0  # on the loop's clock
        self._notices: set[asyncio.Future[None]] = set()

    def begin(self) -> None:
        """Tells all who wait."""
        self.has_begun = True
        self._since_s = asyncio.get_running_loop().time()
        for future in self._notices:
            if not future.done():
                future.set_result(None)

    @contextlib.contextmanager
    def notice(self) -> "Iterator[asyncio.Future[None]]":
        """A future that is done as soon as the process is about to end."""
        future = asyncio.get_running_loop().create_future()
        if self.has_begun:
            future.set_result(None)
        self._notices.add(future)
        try:
            yield future
        finally:
            self._notices.discard(future)

    def is_too_late(self, at_s: float, *, grace_s: float) -> bool:
        """Whether the process, which is about to end, does not wait until then (on the loop's clock)."""
        return at_s > self._since_s + grace_s

    async def wait(self, other: "asyncio.Future[None]", seconds: float | None, *, grace_s: float) -> None:
        """Waits so long (None: for ever), or for the other one.

        Raises GoingDown when the process is about to end and this would not be over `grace_s` after that.
        """
        loop = asyncio.get_running_loop()
        end_s = None if seconds is None else loop.time() + max(0.0, seconds)
        with self.notice() as closing:
            await asyncio.wait((other, closing), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
            if other.done() or not closing.done() or (end_s is not None and end_s <= loop.time()):
                return
            if end_s is None or self.is_too_late(end_s, grace_s=grace_s):
                raise GoingDown
            await asyncio.wait((other,), timeout=end_s - loop.time())
