"""Slows down whoever guesses passwords: per name and per address, over all processes (in the database)."""

import hashlib
from datetime import timedelta

from django.db.models import Max
from django.utils import timezone

from apps.accounts.models import Attempt

WINDOW = timedelta(minutes=15)
OF_NAME = 8  # failures in a window, from anywhere
OF_ADDRESS = 30  # a team may sit behind one


def wait_s(name: str, address: str) -> int:
    """For how many seconds no log-in is tried under that name or from that address; 0: go ahead.

    A name that nobody has is counted like any other: the answer does not say which exist.
    """
    since = timezone.now() - WINDOW
    left = [_left(key, since, most) for key, most in _keys(name, address)]
    return max(left)


def failed(name: str, address: str) -> None:
    Attempt.objects.bulk_create([Attempt(key=key) for key, _ in _keys(name, address)])


def succeeded(name: str) -> None:
    """Whoever knows the password after all starts anew; the address does not."""
    Attempt.objects.filter(key=_keys(name, "")[0][0]).delete()


def _left(key: str, since: object, most: int) -> int:
    rows = Attempt.objects.filter(key=key, at__gt=since)
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
