"""Notes of a call, once, when it begins to wait, what the desk's list shows of it beside its exchange.

All of it runs in the writer's transaction, after the exchanges were opened.
"""

from collections.abc import Sequence
from datetime import timedelta
from hashlib import blake2b

from django.utils import timezone

from apps.desk.models import Parked
from apps.journal.models import Body, Exchange
from apps.journal.rows import insert_rows
from apps.journal.texts import address_text
from apps.wire.call import Call
from apps.wire.client import retry_and_patience, tries_in_all
from apps.wire.jsongate import strip_nul
from apps.wire.traits import traits

RETRIED_WITHIN = timedelta(minutes=20)  # an SDK waits ten minutes by default before it tries again
LOOK_BACK = 200  # exchanges, the newest ones, among which an earlier try that did not wait is looked for
CANDIDATES_MAX = 5

_COLUMNS = ("exchange_id", "digest", "tools", "has_image", "has_schema", "tries", "retry_of")


def note_parked(calls: Sequence[Call]) -> None:
    """Writes the notes of calls that begin to wait."""
    if not calls:
        return
    digests = [_digest(call) for call in calls]
    tried = _tried_before(calls, digests)
    rows = [
        (call.id, digest, *traits(call.data), tries_in_all(call.headers), tried.get(call.id, ""))
        for call, digest in zip(calls, digests, strict=True)
    ]
    insert_rows(Parked._meta.db_table, _COLUMNS, rows)


def _digest(call: Call) -> str:
    """The same for every try of one call: SDKs send the same bytes again."""
    about = f"{call.caller} {call.address}\n".encode(errors="replace")
    return blake2b(about + call.body, digest_size=16).hexdigest()


def _tried_before(calls: Sequence[Call], digests: Sequence[str]) -> dict[str, str]:
    """Of each call that is a retry, the exchange of the try before, by the call's id."""
    retries = [
        (call, digest, count)
        for call, digest in zip(calls, digests, strict=True)
        if (count := retry_and_patience(call.headers)[0])
    ]
    if not retries:
        return {}
    lately = timezone.now() - RETRIED_WITHIN
    rows = Parked.objects.filter(
        digest__in=[digest for _, digest, _ in retries], exchange__created_at__gte=lately
    )
    found = rows.order_by("exchange_id").values_list("digest", "exchange__retry_count", "exchange_id")
    waited = {(digest, count): exchange_id for digest, count, exchange_id in found}
    earlier = {call.id: waited.get((digest, count - 1), "") for call, digest, count in retries}
    others = [(call, count) for call, _, count in retries if not earlier[call.id]]
    return earlier | _answered_before(others)


def _answered_before(retries: Sequence[tuple[Call, int]]) -> dict[str, str]:
    """Earlier tries that did not wait: a preset had answered them with an error."""
    if not retries:
        return {}
    newest = list(
        Exchange.objects.order_by("-id").values_list("id", "caller", "path", "retry_count")[:LOOK_BACK]
    )
    like: dict[tuple[str, str, int], list[str]] = {}
    for exchange_id, caller, path, tried in newest:
        like.setdefault((caller, path, tried), []).append(exchange_id)
    earlier = {}
    for call, count in retries:
        candidates = like.get((call.caller, address_text(call), count - 1), [])[:CANDIDATES_MAX]
        if candidates:
            text = strip_nul(call.body.decode(errors="backslashreplace"))
            same = Body.objects.filter(exchange_id__in=candidates, request_body=text)
            earlier[call.id] = max(same.values_list("exchange_id", flat=True), default="")
    return earlier
