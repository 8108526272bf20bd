"""Slows down whoever guesses passwords: per name and per address, over all processes (in the database)."""

import hashlib
from datetime import timedelta

from django.db.models import Max
from django.utils import timezone

from apps.accounts.models import Attempt

WINDOW = timedelta(minutes=15)
OF_NAME = 8  # failures in a window, from anywhere
OF_ADDRESS = 30  # a team may sit behind one


def begin(name: str, address: str) -> int:
    """Counts an attempt before its password is looked at; 0: go ahead, else for how many seconds none is.

    Counted first, because looking takes long: of a hundred at once each would else find none before it. What
    goes ahead stays counted, as a failure, until it has `succeeded`; what has to wait is not counted. A name
    that nobody has is counted like any other: the answer does not say which exist.
    """
    since = timezone.now() - WINDOW
    mine = Attempt.objects.bulk_create([Attempt(key=key) for key, _ in _keys(name, address)])
    wait_s = max(
        _left(key, since, most, without=row.pk)
        for row, (key, most) in zip(mine, _keys(name, address), strict=True)
    )
    if wait_s:
        Attempt.objects.filter(pk__in=[row.pk for row in mine]).delete()
    return wait_s


def succeeded(name: str, address: str) -> None:
    """Whoever knows the password after all starts anew; the address has but this attempt less."""
    (of_name, _), (of_address, _) = _keys(name, address)
    Attempt.objects.filter(key=of_name).delete()
    latest = Attempt.objects.filter(key=of_address).order_by("-id").values("pk")[:1]
    Attempt.objects.filter(pk__in=list(latest.values_list("pk", flat=True))).delete()


def _left(key: str, since: object, most: int, *, without: int) -> int:
    rows = Attempt.objects.filter(key=key, at__gt=since).exclude(pk=without)
    if rows.count() < most:
        return 0
    # Until the oldest of the last so many leaves the window.
    oldest = (
        rows.order_by("-at").values_list("at", flat=True)[most - 1 : most].first()
        or rows.aggregate(at=Max("at"))["at"]
    )
    return max(1, int((oldest + WINDOW - timezone.now()).total_seconds()))


def _keys(name: str, address: str) -> tuple[tuple[str, int], tuple[str, int]]:
    """Hashes: a password that was typed as a name must not lie there."""
    return (_hash("name:" + name.casefold()), OF_NAME), (_hash("address:" + address), OF_ADDRESS)


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
