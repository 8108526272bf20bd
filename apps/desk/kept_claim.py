"""Lets go of the claim of a dashboard that has gone, unless it is back at once."""

import asyncio
from collections import Counter

from apps.desk.act import lapse
from apps.desk.verdict import Person
from apps.journal import clock
from apps.live.tasks import spawn

GRACE_S = 5.0  # a page that is loaded again, or connects again, has renewed its claim by then

_kept = Counter[tuple[str, str]]()  # (call, person) at each open dashboard of this process


class KeptClaim:
    """The call whose claim one dashboard keeps, if there is one."""

    def __init__(self) -> None:
        self._held: tuple[str, str] | None = None

    def keep(self, call_id: str, person: str) -> None:
        """From now on it is this one; "" for none."""
        self._drop()
        if call_id and person:
            self._held = (call_id, person)
            _kept[self._held] += 1

    def leave(self) -> None:
        """The dashboard has gone."""
        held = self._drop()
        if held is not None:
            spawn(_let_go(*held), name="desk.let_go")

    def _drop(self) -> tuple[str, str] | None:
        held, self._held = self._held, None
        if held is not None:
            _kept[held] -= 1
            if not _kept[held]:
                del _kept[held]
        return held


async def _let_go(call_id: str, person: str) -> None:
    left_at = clock.now()
    await asyncio.sleep(GRACE_S)
    if not _kept[call_id, person]:  # no other page of that person writes the same reply
        await lapse(call_id, by=Person(name=person), since=left_at)
