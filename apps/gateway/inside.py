"""The line to a caller inside this server: what leaves over it is thrown away, but it has an end."""

import asyncio
from typing import Any

from apps.gateway.line import Line, Message, Receive

PATIENCE_S = 5.0  # with a reply that has stalled, as a client has a time-out of its own


async def silence() -> Message:
    """This caller never says anything more, and never hangs up."""
    message: Message = await asyncio.get_running_loop().create_future()
    return message


class InsideLine(Line):
    """One call from inside; `receive` says when its caller hangs up."""

    def __init__(self, receive: Receive = silence) -> None:
        super().__init__(receive, _nowhere)
        self.patience_s = PATIENCE_S

    @property
    def can_break(self) -> bool:
        return True

    async def cut(self) -> bool:
        return True

    async def break_off(self) -> None:
        """There is no connection to be closed."""


async def _nowhere(message: Any) -> None:
    """This caller throws the answer away."""
