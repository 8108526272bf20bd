"""How this process's transaction ends: what remembers rows from call to call is told when it is undone."""

from collections.abc import Callable


class Ended:
    """What has to be taken back if the transaction under way is undone, a failed commit included.

    There is one transaction at a time: that of the writer's thread, or that of the event loop.
    """

    __slots__ = ("_backs",)

    def __init__(self) -> None:
        self._backs: list[Callable[[], None]] = []

    def begin(self) -> None:
        """A transaction has begun: what the one before it has done is committed."""
        if self._backs:
            self._backs = []

    def if_undone(self, back: Callable[[], None]) -> None:
        """`back()` is called if this transaction is undone."""
        self._backs.append(back)

    def undo(self) -> None:
        """The transaction under way is being undone."""
        backs, self._backs = self._backs, []
        for back in reversed(backs):
            back()


ended = Ended()
