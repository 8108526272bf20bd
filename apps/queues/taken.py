"""A preset that was taken: its row, read as the draft that a call is answered with."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson

from apps.wire.reply import INSTANT, Draft, Fault, Pace

# What `read_taken` reads; the last one says whether the preset has a match.
COLUMNS = (
    "id, body, status_code, headers, delay_ms, first_token_ms, token_ms, verbatim, x_should_retry, uses, "
    "on_undelivered, fault, spread, whole_for, prompt_tokens, completion_tokens, kind, given, \"match\" <> ''"
)
USES, MATCH = 9, -1  # where those two stand in a row


class Taken(NamedTuple):
    """A preset that now belongs to one call. `returns`: it comes back if the reply does not leave."""

    preset_id: int
    queue: str
    draft: Draft
    returns: bool

    @property
    def differs(self) -> bool:
        """Whether it depends on how often it was given what becomes of it."""
        return bool(self.draft.kind)

    def nth(self, number: int) -> "Taken":
        """The preset for one of several calls that take it together, counted from 0."""
        return self._replace(draft=self.draft._replace(given=self.draft.given + number))


def read_taken(row: Sequence[Any], queue: str) -> Taken:
    """What a row of those columns is to a call."""
    return Taken(row[0], queue, _draft(row), row[10] == "requeue" and row[USES] is not None)


def _draft(row: Sequence[Any]) -> Draft:
    _, body, status, headers, delay_ms, first_ms, token_ms, verbatim, retry, _, _, fault, spread, *seen, _ = (
        row
    )
    return Draft(
        body.encode(),
        status,
        () if headers == "[]" else tuple((name, value) for name, value in orjson.loads(headers)),
        delay_ms,
        Pace(first_ms, token_ms, spread) if first_ms or token_ms or spread else INSTANT,
        bool(verbatim),
        None if retry is None else bool(retry),
        Fault(**orjson.loads(fault)) if fault else None,
        *seen,  # whole_for, prompt_tokens, completion_tokens, kind, given
    )
