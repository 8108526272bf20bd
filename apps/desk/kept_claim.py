"""Lets go of the claim of a dashboard that has gone, unless it is back at once."""

import asyncio
from collections import Counter

from django.utils import timezone

from apps.desk.act import lapse
from apps.desk.verdict import Person
from apps.live.tasks import spawn

GRACE_S = 5.0  # a page that is loaded again, or connects again, has renewed its claim by then

_kept = Counter[tuple[str, str]]()  # (call, person) at each open dashboard of this process


class KeptClaim:
    """The call whose claim one dashboard keeps; "" while there is none."""

    def __init__(self) -> None:
        self._call_id, self._person = "", ""
        _kept["", ""] += 1

    def keep(self, call_id: str, person: str) -> None:
        """From now on it is this one."""
        _kept.subtract([(self._call_id, self._person)])
        if not _kept[self._call_id, self._person]:
            del _kept[self._call_id, self._person]
        self._call_id, self._person = call_id, person
        _kept[call_id, person] += 1

    def leave(self) -> None:
        """The dashboard has gone."""
        call_id, person = self._call_id, self._person
        self.keep("", "")
        if call_id and person:
            spawn(_let_go(call_id, person), name="desk.let_go")


async def _let_go(call_id: str, person: str) -> None:
    left_at = timezone.now()
    await asyncio.sleep(GRACE_S)
    if not _kept[call_id, person]:  # no other page of that person writes the same reply
        await lapse(call_id, by=Person(name=person), since=left_at)
