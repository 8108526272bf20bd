"""Reads from the journal what tells which exchanges are attempts of one call; bounded, whatever lies there.

Most of it is in the narrow rows. Bodies are looked at only where two exchanges with the same words in the
narrow row can be one call: their lengths first, then their hashes, in chunks.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

import orjson
from django.db.models import BooleanField, Case, QuerySet, Value, When
from django.db.models.functions import Length

from apps.journal.attempts import LIKE_MAX, Chain, Fact, link, may_follow
from apps.journal.models import Body, Exchange
from apps.wire.retries import read_retry_after, read_should_retry

FACTS_MAX = 5000  # exchanges of which one answer knows
NEAR = 1000  # exchanges before and after one, among which the other attempts of its call are looked for
SENT_AGAIN = "Sent again from the journal"  # begins the note of a call that a person has repeated
CHUNK = 200  # rows of bodies at a time, without their texts
HASHED_AT_ONCE = 4_000_000  # characters of bodies in memory at a time, but always one body
HASHED_MAX = (
    64_000_000  # characters read for one answer; bodies after that are the same when their lengths are
)

_COLUMNS = (
    "id", "caller", "method", "path", "model", "summary", "created_at", "duration_ms", "ended_at", "state",
    "status_code", "retry_count", "stream", "fault",
)  # fmt: skip


class Row(NamedTuple):
    """The narrow columns of an exchange, in the order of _COLUMNS."""

    id: str
    caller: str
    method: str
    path: str
    model: str
    summary: str
    created_at: datetime
    duration_ms: int | None
    ended_at: datetime | None
    state: str
    status_code: int | None
    retry_count: int
    stream: bool
    fault: str


def chains_of(rows: QuerySet[Exchange], *, most: int = FACTS_MAX) -> list[Chain]:
    """The logical calls that these exchanges are, at most so many of the newest."""
    newest = rows.exclude(note__startswith=SENT_AGAIN).order_by("-id").values_list(*_COLUMNS)[:most]
    return link(_facts([Row(*one) for one in newest]))


def chain_of(row: Exchange) -> Chain:
    """The logical call that one exchange is an attempt of, by what came shortly before and after it."""
    like = near([row.id]).filter(
        caller=row.caller, method=row.method, path=row.path, model=row.model, summary=row.summary
    )
    found = (one for one in chains_of(like) if any(fact.id == row.id for fact in one.attempts))
    return next(found, None) or Chain(_facts([Row(*(getattr(row, name) for name in _COLUMNS))]))


def near(ids: Sequence[str], *, reach: int = NEAR) -> QuerySet[Exchange]:
    """Those exchanges and what lies between, so many more on both sides."""
    every = Exchange.objects.order_by("id")
    before = every.filter(id__lt=min(ids)).reverse().values_list("id", flat=True)[reach - 1 : reach].first()
    after = every.filter(id__gt=max(ids)).values_list("id", flat=True)[reach - 1 : reach].first()
    rows = every if before is None else every.filter(id__gte=before)
    return rows if after is None else rows.filter(id__lte=after)


def _facts(rows: Sequence[Row]) -> list[Fact]:
    """The facts of rows, with what only their bodies say where it is needed."""
    bare = [_bare(row) for row in rows]
    told = _told([one.id for one in bare if one.is_failed or one.retry_count])
    after = [one._replace(**_waits(told[one.id], one)) if one.id in told else one for one in bare]
    likely = _likely(after)
    counted = _counted([one.id for one in after if one.id in likely])
    asks = _bodies(counted, {one.id: one.ask for one in after})
    return [
        one._replace(ask=asks[one.id], is_counted=one.retry_count > 0 or counted[one.id][0])
        if one.id in counted
        else one._replace(ask=(one.id,))
        for one in after
    ]


def _bare(row: Row) -> Fact:
    came = row.created_at.timestamp()
    ended = row.ended_at.timestamp() if row.ended_at else None
    if ended is not None and row.duration_ms is not None:
        ended = came + row.duration_ms / 1000  # `ended_at` is when it was written
    return Fact(
        id=row.id,
        caller=row.caller,
        ask=(row.method, row.path, row.model, row.summary),
        came=came,
        ended=ended,
        state=row.state,
        status=row.status_code,
        retry_count=row.retry_count,
        stream=row.stream,
        fault=row.fault,
    )


def _told(ids: Sequence[str]) -> dict[str, tuple[str, str]]:
    """The reply's headers and extras, both JSON, by exchange."""
    found: dict[str, tuple[str, str]] = {}
    for some in _chunks(ids):
        rows = Body.objects.filter(exchange_id__in=some)
        for key, headers, extras in rows.values_list("exchange_id", "reply_headers", "reply_extras"):
            found[key] = headers, extras
    return found


def _waits(told: tuple[str, str], fact: Fact) -> dict[str, Any]:
    headers, extras = orjson.loads(told[0]), orjson.loads(told[1])
    named = read_retry_after(headers, now=fact.ended or fact.came)
    own = extras.get("x_should_retry")
    said = read_should_retry(headers)  # what an author wrote as a header is what went out
    name, wait_s = named or ("", 0.0)
    return {"x_should_retry": own if said is None else said, "wait_name": name, "wait_s": wait_s}


def _likely(facts: Iterable[Fact]) -> set[str]:
    """Those that could be attempts of one call with another, by all but their bodies."""
    groups: dict[tuple[object, ...], list[Fact]] = {}
    for fact in sorted(facts, key=lambda one: (one.came, one.id)):
        groups.setdefault((fact.caller, *fact.ask), []).append(fact)
    return {key for group in groups.values() for key in _likely_in(group)}


def _likely_in(group: Sequence[Fact]) -> set[str]:
    """Of those that look alike; that none of them is counted yet makes no pair unlikely that is one."""
    found: set[str] = set()
    earlier, failed = deque[Fact](maxlen=LIKE_MAX), deque[Fact](maxlen=LIKE_MAX)
    for fact in group:
        before = [one.id for one in (earlier if fact.retry_count else failed) if may_follow(one, fact)]
        found.update(before, [fact.id] if before else [])
        earlier.append(fact)
        if fact.is_failed:
            failed.append(fact)
    return found


def _counted(ids: Sequence[str]) -> dict[str, tuple[bool, int]]:
    """Whether its client sends a retry count, and the length of its body, by exchange."""
    header = When(request_headers__contains='"x-stainless-retry-count"', then=Value(True))
    is_counted = Case(header, default=Value(False), output_field=BooleanField())
    found: dict[str, tuple[bool, int]] = {}
    for some in _chunks(ids):
        rows = Body.objects.filter(exchange_id__in=some)
        for key, counted, length in rows.values_list("exchange_id", is_counted, Length("request_body")):
            found[key] = counted, length
    return found


def _bodies(counted: dict[str, tuple[bool, int]], asks: dict[str, tuple[object, ...]]) -> dict[str, Any]:
    """What each of them asks, with its body's length, and its hash where another one is as long."""
    found = {key: (*asks[key], length) for key, (_, length) in counted.items()}
    alike: dict[tuple[object, ...], int] = {}
    for ask in found.values():
        alike[ask] = alike.get(ask, 0) + 1
    several = sorted((key for key, ask in found.items() if alike[ask] > 1), reverse=True)
    for some in _by_length(several, {key: length for key, (_, length) in counted.items()}):
        texts = Body.objects.filter(exchange_id__in=some).values_list("exchange_id", "request_body")
        for key, text in texts:
            found[key] = (*found[key], blake2b(text.encode(), digest_size=16).digest())
    return found


def _by_length(ids: Iterable[str], lengths: dict[str, int]) -> Iterator[list[str]]:
    """Groups of ids whose bodies fit into memory together, until HASHED_MAX is read."""
    some, size, read = list[str](), 0, 0
    for key in ids:
        if read + lengths[key] > HASHED_MAX:
            break
        if some and (size + lengths[key] > HASHED_AT_ONCE or len(some) == CHUNK):
            yield some
            some, size = [], 0
        some.append(key)
        size, read = size + lengths[key], read + lengths[key]
    if some:
        yield some


def _chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))
