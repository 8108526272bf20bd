"""How the transactions of this process ended: what remembers rows from call to call asks it."""


class Ended:
    """Two counts that change, while the transaction still holds its lock, with each that ends that way.

    `committed` counts what is about to be committed; when that fails, `undone` changes, too.
    """

    __slots__ = ("committed", "undone")

    def __init__(self) -> None:
        self.committed = 0
        self.undone = 0


ended = Ended()
