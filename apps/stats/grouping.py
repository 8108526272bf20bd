"""Has the database add exchanges up: that costs a third of doing it in Python, and holds nobody up."""

from collections.abc import Sequence

from django.db import connection

from apps.journal.models import OPEN_STATES, Exchange
from apps.journal.rows import IS_SQLITE
from apps.stats.models import BUCKETS_MS, SUM_COLUMNS
from apps.stats.summing import MINUTE_S, Key, Sums, status_class

_MINUTE = (
    "CAST(strftime('%%s', created_at) AS INTEGER) / 60"
    if IS_SQLITE
    else "CAST(floor(extract(epoch FROM created_at) / 60) AS bigint)"
)
_BUCKET = (
    "CASE "
    + " ".join(f"WHEN COALESCE(duration_ms, 0) <= {bound} THEN {at}" for at, bound in enumerate(BUCKETS_MS))
    + f" ELSE {len(BUCKETS_MS)} END"
)
_ENDED = "state NOT IN ({})".format(", ".join(f"'{state.value}'" for state in OPEN_STATES))
_SELECT = (
    f"SELECT {_MINUTE}, endpoint, model, caller, status_code, {_BUCKET}, COUNT(*), "  # noqa: S608 - all ours
    "SUM(prompt_tokens), SUM(completion_tokens), SUM(duration_ms) "
    f"FROM {Exchange._meta.db_table} WHERE id > %s AND {_ENDED}"
)
_GROUP = " GROUP BY 1, 2, 3, 4, 5, 6"


def summed_between(after: str, upto: str = "", *, without: Sequence[str] = ()) -> Sums:
    """The sums by minute of what has ended after one id and up to another ("": up to now)."""
    sql, values = _SELECT, [after]
    if upto:
        sql, values = sql + " AND id <= %s", [*values, upto]
    if without:
        sql, values = sql + f" AND id NOT IN ({', '.join(['%s'] * len(without))})", [*values, *without]
    with connection.cursor() as cursor:
        cursor.execute(sql + _GROUP, values)
        rows = cursor.fetchall()
    found: Sums = {}
    for minute, endpoint, model, caller, status_code, bucket, *numbers in rows:
        key = Key(MINUTE_S, minute * MINUTE_S, endpoint, model, caller, status_class(status_code))
        sums = found.setdefault(key, [0] * len(SUM_COLUMNS))
        for place, number in enumerate(numbers):
            sums[place] += int(number or 0)
        sums[len(numbers) + bucket] += numbers[0]
    return found
